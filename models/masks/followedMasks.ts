import type { MaskDrawing, MaskKey } from './maskDrawing.ts';
import type { MaskSequence } from './maskSequence.ts';

/** A run of frames through which a subject was followed, with its masks. */
export interface FollowedMasks {
  readonly firstFrame: number;
  /** One past the last frame. */
  readonly endFrame: number;
  /** Where the clip cuts at one of its ends, nothing is marked beyond: the scene there is another. */
  readonly cut: 'start' | 'end' | null;
  readonly masks: Pick<MaskSequence, 'width' | 'height' | 'runs'>;
}

/** Frames of a drawing that are wanted, both ends included. */
export interface FrameSpan {
  readonly first: number;
  readonly last: number;
}

/**
 * A drawing of hand-made keys with the frames followed between them, each a key that holds; what was made by hand stays as it is. Where a
 * span is given, only what decides its frames is put in. The one way followed masks reach screen and pipeline.
 */
export function withFollowed(drawing: MaskDrawing, runs: Iterable<FollowedMasks>, span?: FrameSpan): MaskDrawing {
  const made = new Set(drawing.keys.map((key) => key.frameIndex));
  const keys: MaskKey[] = [];
  const add = (frameIndex: number, operations: MaskKey['operations']): void => {
    if (frameIndex < 0 || made.has(frameIndex)) return;
    made.add(frameIndex);
    keys.push({ frameIndex, interpolation: 'hold', operations });
  };
  const blank: number[] = [];
  for (const run of runs) {
    for (const frameIndex of framesOf(run, span)) {
      const { width, height } = run.masks;
      const region = { kind: 'region', mode: 'paint', width, height } as const;
      add(frameIndex, [{ ...region, runs: run.masks.runs(frameIndex - run.firstFrame) }]);
    }
    if (run.cut === 'end') blank.push(run.endFrame);
    if (run.cut === 'start') blank.push(0);
  }
  // Behind a cut another run may begin at once; only where none does is the picture free of the subject.
  for (const frameIndex of blank) add(frameIndex, []);
  return keys.length === 0 ? drawing : { ...drawing, keys: [...drawing.keys, ...keys] };
}

/** Frames of a run that decide the span: its own within it and one to either side, else the nearest. */
function* framesOf({ firstFrame, endFrame }: FollowedMasks, span: FrameSpan | undefined): Generator<number> {
  const last = endFrame - 1;
  const low = span ? Math.min(last, Math.max(firstFrame, span.first - 1)) : firstFrame;
  const high = span ? Math.max(firstFrame, Math.min(last, span.last + 1)) : last;
  for (let frame = low; frame <= high; frame++) yield frame;
}
