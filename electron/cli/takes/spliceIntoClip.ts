import type { SourceInput, TakeResult } from '../../engine/engineProtocol.ts';
import type { EncodeVideoOptions } from '../../media/encodeVideo.ts';
import { probeMedia } from '../../media/probeMedia.ts';
import { readFrames } from '../../media/readFrames.ts';

/** Gives what to encode from a take's frames. */
export type VideoWriter = (
  take: Pick<TakeResult, 'frameCount'>,
  takeFrames: () => AsyncIterable<{ data: Uint8Array }>,
) => Promise<Pick<EncodeVideoOptions, 'frames' | 'frameCount' | 'sounds'>>;

/** The whole clip with the edited range in its place: frames before and after stream through from the source, sound from its start. */
export function spliceIntoClip({ path, inFrame }: SourceInput): VideoWriter {
  return async ({ frameCount }, takeFrames) => {
    const facts = await probeMedia(path);
    const first = inFrame;
    const afterSeconds = (first + frameCount) / facts.framesPerSecond;
    const hasRest = first + frameCount < facts.frameCount;
    async function* frames() {
      if (first > 0) yield* readFrames(path, { endSeconds: first / facts.framesPerSecond, facts });
      yield* takeFrames();
      if (hasRest) yield* readFrames(path, { startSeconds: afterSeconds, facts });
    }
    return {
      frames: frames(),
      frameCount: Math.max(facts.frameCount, first + frameCount),
      sounds: [{ path, startSeconds: 0 }],
    };
  };
}
