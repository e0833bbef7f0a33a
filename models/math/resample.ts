import { assert } from '../errors/studioError.ts';

/** A picture as planes of floats: `channels` planes of height × width, row-major. The unit is the caller's. */
export interface Planes {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Float32Array;
}

/** Kernels, with their half-width in output-scaled input pixels. `area` is a box, exact averaging when shrinking by whole numbers. */
const kernels = {
  area: { radius: 0.5, weight: (x: number): number => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { radius: 1, weight: (x: number): number => Math.max(0, 1 - Math.abs(x)) },
  // Keys 1981 with a = −1/2, as Pillow's BICUBIC.
  bicubic: {
    radius: 2,
    weight: (x: number): number => {
      const t = Math.abs(x);
      if (t < 1) return (1.5 * t - 2.5) * t * t + 1;
      return t < 2 ? ((-0.5 * t + 2.5) * t - 4) * t + 2 : 0;
    },
  },
  lanczos: {
    radius: 3,
    weight: (x: number): number => (Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0),
  },
} as const;

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Name of a resampling kernel. */
export type Kernel = keyof typeof kernels;

/** For each output position the first input position it reads, how many, and their weights. */
export interface Taps {
  readonly first: Int32Array;
  readonly count: Int32Array;
  /** `stride` for each output position, of which the first `count` are its own. */
  readonly weights: Float64Array;
  readonly stride: number;
}

/** Taps of the sizes that were asked for of late: frames of a clip are all scaled alike. */
const known = new Map<string, Taps>();
const mostKnown = 64;

/** Which positions of a line of `from` each of `to` reads: the kernel is widened when shrinking (antialiasing). */
export function taps(from: number, to: number, kernel: Kernel): Taps {
  const key = `${from} ${to} ${kernel}`;
  const before = known.get(key);
  if (before) return before;
  const made = makeTaps(from, to, kernel);
  for (const oldest of known.keys()) {
    if (known.size < mostKnown) break;
    known.delete(oldest);
  }
  known.set(key, made);
  return made;
}

function makeTaps(from: number, to: number, kernel: Kernel): Taps {
  const { radius, weight } = kernels[kernel];
  const scale = from / to;
  const reach = Math.max(1, scale);
  const stride = Math.min(from, Math.ceil(2 * radius * reach) + 1);
  const first = new Int32Array(to);
  const count = new Int32Array(to);
  const weights = new Float64Array(to * stride);
  for (let out = 0; out < to; out++) {
    const centre = (out + 0.5) * scale;
    const low = Math.max(0, Math.trunc(centre - radius * reach + 0.5));
    const high = Math.min(from, Math.max(low + 1, Math.trunc(centre + radius * reach + 0.5)));
    const own = weights.subarray(out * stride, out * stride + high - low);
    let sum = 0;
    for (let i = 0; i < own.length; i++) {
      own[i] = weight((low + i + 0.5 - centre) / reach);
      sum += own[i];
    }
    if (sum === 0) own[0] = sum = 1;
    for (let i = 0; i < own.length; i++) own[i] /= sum;
    first[out] = low;
    count[out] = own.length;
  }
  return { first, count, weights, stride };
}

/** Resamples every plane to a new size, antialiased when shrinking (the same taps as Pillow's resize, in float). */
export function resample(source: Planes, width: number, height: number, kernel: Kernel): Planes {
  assert(width >= 1 && height >= 1, `cannot resample to ${width}×${height}`);
  if (width === source.width && height === source.height) return source;
  const narrow = resampleRows(source, width, kernel);
  const { first, count, weights, stride } = taps(source.height, height, kernel);
  const data = new Float32Array(source.channels * height * width);
  for (let channel = 0; channel < source.channels; channel++) {
    for (let y = 0; y < height; y++) {
      const target = (channel * height + y) * width;
      for (let i = 0; i < count[y]; i++) {
        const weight = weights[y * stride + i];
        const start = (channel * source.height + first[y] + i) * width;
        for (let x = 0; x < width; x++) data[target + x] += narrow[start + x] * weight;
      }
    }
  }
  return { width, height, channels: source.channels, data };
}

/** Every row of the planes at another width. */
function resampleRows({ width: from, height, channels, data }: Planes, width: number, kernel: Kernel): Float32Array {
  const { first, count, weights, stride } = taps(from, width, kernel);
  const narrow = new Float32Array(channels * height * width);
  for (let row = 0, to = 0; row < channels * height; row++) {
    for (let x = 0; x < width; x++, to++) {
      const start = row * from + first[x];
      const weight = x * stride;
      let sum = 0;
      for (let i = 0; i < count[x]; i++) sum += data[start + i] * weights[weight + i];
      narrow[to] = sum;
    }
  }
  return narrow;
}
