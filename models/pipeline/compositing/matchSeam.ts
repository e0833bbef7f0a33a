import type { Planes } from '../../math/resample.ts';
import { blurPlanes } from './blur.ts';

/** A frame at the model's size, on both sides of the seam. */
export interface SeamFrame {
  /** What the model made of the whole frame: three planes, 0 to 255. */
  readonly made: Planes;
  /** The source's frame, likewise. */
  readonly source: Planes;
  /** How much of each pixel is kept, 0 to 1. */
  readonly kept: Float32Array;
}

/**
 * Widths of the bands, in the model's pixels, coarsest first: the finer a difference, the less far it reaches. A kept subject says of its place
 * how the model misses colours, and nothing of detail.
 */
const bandSigmas = { subject: [8], rest: [8, 4, 2, 1] } as const;
/** A difference beyond this, of 255, is of what is shown, not of its colour. */
const largestShift = 40;
/** How much of a pixel must be kept for the two sides to be compared there. */
const comparable = 0.9;

/**
 * The made side with its colours matched to the kept one: the model draws what is kept too, and by how much it misses the source there is
 * taken off the made side beside it, each band of detail as far as it is wide (multi-band blending, Burt and Adelson 1983, on the
 * difference of the two sides). Nothing kept is changed. Where the subject is kept, the pixels that it shares with its place are given the
 * colours of the place beside them, so that no second outline stands around it.
 */
export function matchSeam({ made, source, kept }: SeamFrame, keep: 'subject' | 'rest'): Planes {
  const { width, height } = made;
  const data = keep === 'subject' ? withoutFringe(made, kept) : new Float32Array(made.data);
  const area = width * height;
  const weight = new Float32Array(area);
  for (let i = 0; i < area; i++) weight[i] = Math.max(0, (kept[i] - comparable) / (1 - comparable));
  const difference = new Float32Array(3 * area);
  for (let i = 0; i < difference.length; i++) difference[i] = source.data[i] - made.data[i];
  const shift = new Float32Array(3 * area);
  let coarser = new Float32Array(3 * area);
  for (const sigma of bandSigmas[keep]) {
    const { values, reach } = extended({ width, height, data: difference }, weight, sigma);
    for (let start = 0; start < shift.length; start += area)
      for (let i = 0, at = start; i < area; i++, at++) shift[at] += reach[i] * (values[at] - coarser[at]);
    coarser = values;
  }
  for (let i = 0; i < data.length; i++) data[i] += Math.min(largestShift, Math.max(-largestShift, shift[i]));
  return { width, height, channels: 3, data };
}

/** Values known where `weight` is, smoothed over `sigma` and carried beyond, and how near each pixel is to where they are known: 1 at the seam. */
function extended({ width, height, data }: Omit<Planes, 'channels'>, weight: Float32Array, sigma: number) {
  const area = width * height;
  const values = new Float32Array(data.length);
  for (let start = 0; start < data.length; start += area)
    for (let i = 0, at = start; i < area; i++, at++) values[at] = data[at] * weight[i];
  blurPlanes({ width, height, data: values }, sigma);
  const near = new Float32Array(weight);
  blurPlanes({ width, height, data: near }, sigma);
  for (let start = 0; start < data.length; start += area)
    for (let i = 0, at = start; i < area; i++, at++) values[at] /= Math.max(near[i], 1e-3);
  for (let i = 0; i < area; i++) near[i] = Math.min(1, 2 * near[i]);
  return { values, reach: near };
}

/** The made place, where the subject covers it in part carried on from beside it. */
function withoutFringe(made: Planes, kept: Float32Array): Float32Array {
  const { width, height } = made;
  const area = kept.length;
  // The decoder carries the subject a pixel or two over its outline.
  const touched = new Float32Array(kept);
  blurPlanes({ width, height, data: touched }, 1);
  const clear = new Float32Array(area);
  for (let i = 0; i < area; i++) clear[i] = Math.max(0, 1 - 6 * touched[i]) ** 2;
  const data = new Float32Array(made.data);
  const near = extended(made, clear, 1.5);
  const far = extended(made, clear, 4);
  for (let start = 0; start < data.length; start += area)
    for (let i = 0, at = start; i < area; i++, at++) {
      const share = clear[i];
      // What lies nearest counts wherever there is some of it.
      const reach = Math.min(1, 5 * near.reach[i]);
      data[at] = share * data[at] + (1 - share) * (reach * near.values[at] + (1 - reach) * far.values[at]);
    }
  return data;
}
