import { CancelledError } from '../../errors/studioError.ts';
import type { CutOut, Size } from '../../model/conditions.ts';
import { composeFrame, type Keeping } from '../compositing/composeFrame.ts';
import type { ResolvedParameters } from '../takeParameters.ts';
import type { ClipFrame } from './clipFrame.ts';
import { alignSubject, scaleColours, signedPlanes } from './cutOut.ts';
import {
  checkMaskFills,
  checkMaskShape,
  colourPlanes,
  type MaskFill,
  maskFill,
  maskPlane,
  type Picture,
  scaleCoverage,
  shrinkCoverage,
} from './picture.ts';
import { prepareSubject } from './prepare/prepareSubject.ts';
import type { SubjectTrack, TrackView } from './subjectTrack.ts';

/** A clip that can be read from its start any number of times, one frame in memory at a time. */
export interface ClipSource {
  readonly frames: number;
  readonly width: number;
  readonly height: number;
  /** Its frames at their own size, or about `size`, which is far cheaper; masks have any size of the same shape. */
  read(size?: Size): AsyncIterable<ClipFrame>;
  /** Does {@link finishFrames} with its frames beside the caller, where it can; absent: they are finished where the caller is. */
  finish?(made: AsyncIterable<Picture>, finishing: Finishing): AsyncGenerator<Picture, void, undefined>;
}

/** How frames of a clip are finished. */
export interface Finishing {
  /** Which of the clip's frames the first made one is. */
  readonly first: number;
  readonly keeping: Keeping;
}

/** Lays what an edit keeps of a clip's frames over the made ones, in order, as long as there are both. */
export async function* finishFrames(
  frames: AsyncIterable<ClipFrame>,
  made: AsyncIterable<Picture>,
  { first, keeping }: Finishing,
): AsyncGenerator<Picture, void, undefined> {
  const pictures = made[Symbol.asyncIterator]();
  let passed = 0;
  try {
    for await (const frame of frames) {
      if (passed++ < first) continue;
      const { value, done } = await pictures.next();
      if (done) break;
      yield composeFrame(frame, value, keeping);
    }
  } finally {
    await pictures.return?.();
  }
}

/** The track of what an edit keeps of a clip: every frame has its own, cut out by its own mask, and its kept pixels come back exactly. */
export function clipTrack(
  { clip, inputsKey }: { clip: ClipSource; inputsKey: string },
  parameters: ResolvedParameters,
  signal: AbortSignal | undefined,
): SubjectTrack {
  const { keep, sda, width, height, featherPixels, prepare } = parameters;
  return {
    key: JSON.stringify([inputsKey, keep, sda, width, height, keep === 'subject' ? prepare : undefined]),
    views: clip.frames,
    read: (sizes, whole) => readClip(clip, parameters, sizes, whole, signal),
    shown: (frame) => ({ tokens: frame, latents: frame }),
    finish: (made, first) => {
      const finishing = { first, keeping: { keep, featherPixels } };
      return clip.finish?.(made, finishing) ?? finishFrames(clip.read(), made, finishing);
    },
  };
}

/** How much larger than the largest cut-out a clip is read: what is made from that is made as from the clip itself. */
const readingScale = 2;

/** Reads every frame once, at little more than the model's size, and cuts out of that; the clip itself is read again when frames are composited. */
async function* readClip(
  clip: ClipSource,
  { keep, sda, prepare }: ResolvedParameters,
  sizes: readonly Size[],
  whole: boolean,
  signal: AbortSignal | undefined,
): AsyncGenerator<TrackView, void, undefined> {
  const [canvas] = sizes;
  const fills = new Set<MaskFill>();
  const largest = (side: 'width' | 'height'): number => readingScale * Math.max(...sizes.map((size) => size[side]));
  const readingSize = {
    width: Math.min(clip.width, largest('width')),
    height: Math.min(clip.height, largest('height')),
  };
  let frames = 0;
  for await (const { picture, mask } of clip.read(readingSize)) {
    if (signal?.aborted) throw new CancelledError();
    checkMaskShape(clip, mask, `frame ${++frames} of the clip`);
    fills.add(maskFill(mask));
    const colours = colourPlanes(picture);
    const isLarger = mask.width > picture.width && mask.height > picture.height;
    const coverage = isLarger ? shrinkCoverage(mask, picture) : maskPlane(mask, picture.width, picture.height);
    // The clip fills the canvas: its shape was chosen to match, and the rest of the distortion is undone on the way back.
    const side = Math.max(canvas?.width ?? 0, canvas?.height ?? 0);
    const shown = keep === 'subject' ? prepareSubject(colours, coverage, side, prepare) : colours;
    const cutOuts = new Map<string, CutOut>();
    const cutOut = (width: number, height: number): CutOut => {
      const size = `${width}×${height}`;
      const known = cutOuts.get(size);
      if (known) return known;
      const view = { colours: shown, coverage, placement: { left: 0, top: 0, width, height } };
      const made = alignSubject(view, width, height, { sda, invert: keep === 'rest' });
      cutOuts.set(size, made);
      return made;
    };
    yield {
      cutOut,
      whole: whole ? signedPlanes(scaleColours(colours, canvas)) : undefined,
      subject: keep === 'subject' ? scaleCoverage(coverage, canvas.width, canvas.height) : undefined,
    };
  }
  checkMaskFills([...fills], 'the clip');
}
