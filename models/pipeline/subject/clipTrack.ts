import { CancelledError } from '../../errors/studioError.ts';
import { type Planes, resample } from '../../math/resample.ts';
import type { CutOut, Size } from '../../model/conditions.ts';
import type { ResolvedParameters } from '../takeParameters.ts';
import { compositeKept, keepShare } from './composite.ts';
import { alignSubject, blackFrame, signedPlanes } from './cutOut.ts';
import {
  checkMaskFills,
  checkMaskShape,
  colourPlanes,
  type Mask,
  type MaskFill,
  maskFill,
  maskPlane,
  type Picture,
  scalePicture,
} from './picture.ts';
import type { SubjectTrack, TrackReading } from './subjectTrack.ts';

/** One frame of the clip and the mask of its subject. */
export interface ClipFrame {
  picture: Picture;
  mask: Mask;
}

/** A clip that can be read from its start any number of times, one frame in memory at a time. */
export interface ClipSource {
  readonly frames: number;
  readonly width: number;
  readonly height: number;
  read(): AsyncIterable<ClipFrame>;
}

/** The track of what an edit keeps of a clip: every frame has its own, cut out by its own mask, and its kept pixels come back exactly. */
export function clipTrack(
  { clip, inputsKey }: { clip: ClipSource; inputsKey: string },
  parameters: ResolvedParameters,
  signal: AbortSignal | undefined,
): SubjectTrack {
  const { keep, sda, width, height, featherPixels } = parameters;
  return {
    key: JSON.stringify([inputsKey, keep, sda, width, height]),
    views: clip.frames,
    read: (sizes, whole) => readClip(clip, parameters, sizes, whole, signal),
    shown: (frame) => ({ tokens: frame, latents: frame }),
    async *finish(made) {
      const pictures = made[Symbol.asyncIterator]();
      for await (const frame of clip.read()) {
        const { value, done } = await pictures.next();
        if (done) break;
        const share = keepShare(keptMask(frame, keep), clip.width, clip.height, featherPixels);
        yield compositeKept(frame.picture, scalePicture(value, clip.width, clip.height), share);
      }
    },
  };
}

/** Cut-outs of every frame at the sizes asked for: small copies only, the clip itself is read again when frames are composited. */
async function readClip(
  clip: ClipSource,
  parameters: ResolvedParameters,
  sizes: readonly Size[],
  whole: Size | undefined,
  signal: AbortSignal | undefined,
): Promise<TrackReading> {
  const views: Map<string, CutOut>[] = [];
  const wholeFrames: Float32Array[] = [];
  const fills: MaskFill[] = [];
  for await (const frame of clip.read()) {
    if (signal?.aborted) throw new CancelledError();
    checkMaskShape(frame.picture, frame.mask, `frame ${views.length + 1} of the clip`);
    fills.push(maskFill(frame.mask));
    const colours = colourPlanes(frame.picture);
    const view = new Map<string, CutOut>();
    for (const size of sizes) {
      if (!view.has(sizeKey(size))) view.set(sizeKey(size), cutOut(colours, frame.mask, size, parameters));
    }
    views.push(view);
    if (whole) {
      const kernel = whole.width < frame.picture.width ? 'area' : 'bicubic';
      wholeFrames.push(signedPlanes(resample(colours, whole.width, whole.height, kernel)));
    }
  }
  checkMaskFills(fills, 'the clip');
  return {
    cutOut: (view, width, height) => views[view]?.get(sizeKey({ width, height })) ?? blackFrame(width, height),
    whole: whole && wholeFrames,
  };
}

const sizeKey = ({ width, height }: Size): string => `${width}×${height}`;

/** The clip fills the canvas: its shape was chosen to match, and the rest of the distortion is undone on the way back. */
function cutOut(colours: Planes, mask: Mask, canvas: Size, { sda, keep }: ResolvedParameters): CutOut {
  const placement = { left: 0, top: 0, ...canvas };
  return alignSubject({ colours, mask, placement }, canvas.width, canvas.height, { sda, invert: keep === 'rest' });
}

/** What an edit keeps of a frame, at the frame's own size: 255 kept, 0 made; exactly the mask's half-coverage outline. */
export function keptMask(frame: ClipFrame, keep: 'subject' | 'rest'): Uint8Array {
  const { width, height } = frame.picture;
  const coverage = maskPlane(frame.mask, width, height).data;
  const kept = new Uint8Array(coverage.length);
  for (let i = 0; i < kept.length; i++) kept[i] = coverage[i] >= 0.5 === (keep === 'subject') ? 255 : 0;
  return kept;
}
