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
  const weight = kept.map((share) => Math.max(0, (share - comparable) / (1 - comparable)));
  const difference = source.data.map((value, i) => value - made.data[i]);
  const shift = new Float32Array(3 * area);
  let coarser: Float32Array | undefined;
  for (const sigma of bandSigmas[keep]) {
    const { values, reach } = extended({ width, height, data: difference }, weight, sigma);
    for (let i = 0; i < shift.length; i++) shift[i] += reach[i % area] * (values[i] - (coarser ? coarser[i] : 0));
    coarser = values;
  }
  for (let i = 0; i < data.length; i++) data[i] += Math.min(largestShift, Math.max(-largestShift, shift[i]));
  return { width, height, channels: 3, data };
}

/** Values known where `weight` is, smoothed over `sigma` and carried beyond, and how near each pixel is to where they are known: 1 at the seam. */
function extended({ width, height, data }: Omit<Planes, 'channels'>, weight: Float32Array, sigma: number) {
  const area = width * height;
  const values = data.map((value, i) => value * weight[i % area]);
  blurPlanes({ width, height, data: values }, sigma);
  const near = new Float32Array(weight);
  blurPlanes({ width, height, data: near }, sigma);
  for (let i = 0; i < values.length; i++) values[i] /= Math.max(near[i % area], 1e-3);
  return { values, reach: near.map((share) => Math.min(1, 2 * share)) };
}

/** The made place, where the subject covers it in part carried on from beside it. */
function withoutFringe(made: Planes, kept: Float32Array): Float32Array {
  const { width, height } = made;
  // The decoder carries the subject a pixel or two over its outline.
  const touched = new Float32Array(kept);
  blurPlanes({ width, height, data: touched }, 1);
  const clear = touched.map((share) => Math.max(0, 1 - 6 * share) ** 2);
  const data = new Float32Array(made.data);
  const area = kept.length;
  const near = extended(made, clear, 1.5);
  const far = extended(made, clear, 4);
  for (let i = 0; i < data.length; i++) {
    const share = clear[i % area];
    // What lies nearest counts wherever there is some of it.
    const reach = Math.min(1, 5 * near.reach[i % area]);
    data[i] = share * data[i] + (1 - share) * (reach * near.values[i] + (1 - reach) * far.values[i]);
  }
  return data;
}
