import type { SourceInput, TakeResult } from '../../engine/engineProtocol.ts';
import type { EncodeVideoOptions } from '../../media/encodeVideo.ts';
import { probeMedia } from '../../media/probeMedia.ts';
import { readFrames } from '../../media/readFrames.ts';

/** Gives what to encode from a finished take. */
export type VideoWriter = (
  result: TakeResult,
  takeFrames: () => AsyncIterable<{ data: Uint8Array }>,
) => Promise<Pick<EncodeVideoOptions, 'frames' | 'frameCount' | 'sounds'>>;

/** The whole clip with the edited range in its place: frames before and after stream through from the source, sound from its start. */
export function spliceIntoClip({ path, inFrame }: SourceInput): VideoWriter {
  return async (result, takeFrames) => {
    const facts = await probeMedia(path);
    const first = inFrame;
    const afterSeconds = (first + result.frameCount) / facts.framesPerSecond;
    const hasRest = first + result.frameCount < facts.frameCount;
    async function* frames() {
      if (first > 0) yield* readFrames(path, { endSeconds: first / facts.framesPerSecond, facts });
      yield* takeFrames();
      if (hasRest) yield* readFrames(path, { startSeconds: afterSeconds, facts });
    }
    return {
      frames: frames(),
      frameCount: Math.max(facts.frameCount, first + result.frameCount),
      sounds: [{ path, startSeconds: 0 }],
    };
  };
}
