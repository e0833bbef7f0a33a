import { type Kernel, type Planes, resample, taps } from '../../math/resample.ts';
import type { Size } from '../../model/conditions.ts';
import { blurPlanes } from './blur.ts';

/** Largest factor of the size at which edges are sharpened, over the model's own. */
const sharpeningScale = 3;
/** How far pixels are drawn towards an edge at most, in pixels of the sharpening's size. */
const largestPull = 2.25;
/** Pull for a slope of one level of 255 a pixel, in pixels. */
const pullPerSlope = 0.6;

/**
 * Enlarges a made frame (three planes, 0 to 255): Lanczos to some times its size, held to what its neighbours span so that nothing rings;
 * there every edge is narrowed by drawing its two sides towards it (warp sharpening: no halo and no grain comes of it, flat places stay as
 * they are); and a cubic, which hardly rings at those, to the size asked for. Smaller sizes are averaged.
 * @returns RGBA, row by row, opaque.
 */
export function enlargeMade(made: Planes, { width, height }: Size): Uint8ClampedArray {
  const scale = Math.min(sharpeningScale, width / made.width);
  if (scale <= 1) return toRgba(resample(made, width, made.height, 'area'), height, 'bicubic');
  const middle = { width: Math.round(made.width * scale), height: Math.round(made.height * scale) };
  const smooth = heldToNeighbours(widen(heighten(made, middle.height, 'lanczos'), middle.width, 'lanczos'), made);
  return toRgba(widen(narrowEdges(smooth), width, 'bicubic'), height, 'bicubic');
}

/** Holds enlarged values to the span of the two by two pixels around them. */
function heldToNeighbours(large: Planes, small: Planes): Planes {
  const { width, height, channels, data } = large;
  const [stepX, stepY] = [small.width / width, small.height / height];
  for (let channel = 0; channel < channels; channel++)
    for (let y = 0; y < height; y++) {
      const v = (y + 0.5) * stepY - 0.5;
      const top = (channel * small.height + Math.max(0, Math.floor(v))) * small.width;
      const bottom = (channel * small.height + Math.min(small.height - 1, Math.floor(v) + 1)) * small.width;
      for (let x = 0, at = (channel * height + y) * width; x < width; x++, at++) {
        const u = Math.floor((x + 0.5) * stepX - 0.5);
        const [left, right] = [Math.max(0, u), Math.min(small.width - 1, u + 1)];
        const [a, b, c, d] = [
          small.data[top + left],
          small.data[top + right],
          small.data[bottom + left],
          small.data[bottom + right],
        ];
        const least = Math.min(a, b, c, d);
        const most = Math.max(a, b, c, d);
        if (data[at] < least) data[at] = least;
        else if (data[at] > most) data[at] = most;
      }
    }
  return large;
}

/** Draws pixels from both sides towards each edge of the brightness. */
function narrowEdges(planes: Planes): Planes {
  const { width, height, data } = planes;
  const area = width * height;
  const slope = slopeOf(planes);
  blurPlanes({ width, height, data: slope }, 1.2);
  const out = new Float32Array(data.length);
  for (let y = 0; y < height; y++) {
    const [above, below] = [Math.max(0, y - 1) * width, Math.min(height - 1, y + 1) * width];
    for (let x = 0; x < width; x++) {
      const [before, after] = [Math.max(0, x - 1), Math.min(width - 1, x + 1)];
      // The slope rises towards the edge: a pixel takes its value from where it falls, away from the edge.
      const right = pullPerSlope * (slope[y * width + after] - slope[y * width + before]);
      const down = pullPerSlope * (slope[below + x] - slope[above + x]);
      const pull = Math.hypot(right, down);
      const limit = pull > largestPull ? largestPull / pull : 1;
      const u = Math.min(width - 1.001, Math.max(0, x - right * limit));
      const v = Math.min(height - 1.001, Math.max(0, y - down * limit));
      const at = Math.floor(v) * width + Math.floor(u);
      const [du, dv] = [u - Math.floor(u), v - Math.floor(v)];
      for (let from = at, to = y * width + x; to < data.length; from += area, to += area)
        out[to] =
          (data[from] * (1 - du) + data[from + 1] * du) * (1 - dv) +
          (data[from + width] * (1 - du) + data[from + width + 1] * du) * dv;
    }
  }
  return { ...planes, data: out };
}

/** How fast the brightness changes at each pixel, in levels a pixel. */
function slopeOf({ width, height, data }: Planes): Float32Array {
  const area = width * height;
  const luma = new Float32Array(area);
  for (let i = 0; i < area; i++) luma[i] = 0.299 * data[i] + 0.587 * data[area + i] + 0.114 * data[2 * area + i];
  const slope = new Float32Array(area);
  for (let y = 1; y < height - 1; y++)
    for (let x = 1, at = y * width + 1; x < width - 1; x++, at++)
      slope[at] = Math.hypot(luma[at + 1] - luma[at - 1], luma[at + width] - luma[at - width]) / 2;
  return slope;
}

/** Taps of an enlargement, at most; smaller sizes read more. */
const fewTaps = 6;

/** For each output position its {@link fewTaps} inputs and their weights, one after the other; undefined where it reads more. */
function evenTaps(from: number, to: number, kernel: Kernel): { at: Int32Array; weight: Float32Array } | undefined {
  if (to < from) return undefined;
  const { first, count, weights } = taps(from, to, kernel);
  const at = new Int32Array(to * fewTaps);
  const weight = new Float32Array(to * fewTaps);
  for (let out = 0; out < to; out++)
    for (let tap = 0; tap < fewTaps; tap++) {
      at[out * fewTaps + tap] = Math.min(from - 1, first[out] + tap);
      if (tap < count[out]) weight[out * fewTaps + tap] = weights[out][tap];
    }
  return { at, weight };
}

/** Planes at another width. */
function widen(planes: Planes, width: number, kernel: Kernel): Planes {
  const even = evenTaps(planes.width, width, kernel);
  if (!even) return resample(planes, width, planes.height, 'area');
  const { at, weight } = even;
  const rows = planes.channels * planes.height;
  const from = planes.data;
  const data = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    const start = row * planes.width;
    for (let x = 0, t = 0, to = row * width; x < width; x++, t += fewTaps, to++)
      data[to] =
        weight[t] * from[start + at[t]] +
        weight[t + 1] * from[start + at[t + 1]] +
        weight[t + 2] * from[start + at[t + 2]] +
        weight[t + 3] * from[start + at[t + 3]] +
        weight[t + 4] * from[start + at[t + 4]] +
        weight[t + 5] * from[start + at[t + 5]];
  }
  return { ...planes, width, data };
}

/** Writes planes at another height, values `step` apart and planes `planeStep`. */
function heightenInto(
  planes: Planes,
  { height, kernel }: { height: number; kernel: Kernel },
  out: Float32Array | Uint8ClampedArray,
  step: number,
  planeStep: number,
) {
  const even = evenTaps(planes.height, height, kernel);
  const source = even ? planes : resample(planes, planes.width, height, 'area');
  const { width, data } = source;
  for (let channel = 0; channel < planes.channels; channel++) {
    const start = channel * source.height * width;
    for (let y = 0, t = 0, to = channel * planeStep; y < height; y++, t += fewTaps) {
      if (!even) {
        for (let x = 0, from = start + y * width; x < width; x++, from++, to += step) out[to] = data[from];
        continue;
      }
      const [a, b, c, d, e, f] = even.at.subarray(t, t + fewTaps).map((line) => start + line * width);
      const [p, q, r, u, v, w] = even.weight.subarray(t, t + fewTaps);
      for (let x = 0; x < width; x++, to += step)
        out[to] =
          p * data[a + x] + q * data[b + x] + r * data[c + x] + u * data[d + x] + v * data[e + x] + w * data[f + x];
    }
  }
}

/** Planes at another height. */
function heighten(planes: Planes, height: number, kernel: Kernel): Planes {
  const data = new Float32Array(planes.channels * height * planes.width);
  heightenInto(planes, { height, kernel }, data, 1, height * planes.width);
  return { ...planes, height, data };
}

/** Planes at another height as RGBA: nothing as large as the result is held beside it. */
function toRgba(planes: Planes, height: number, kernel: Kernel): Uint8ClampedArray {
  const out = new Uint8ClampedArray(planes.width * height * 4).fill(255);
  heightenInto(planes, { height, kernel }, out, 4, 1);
  return out;
}
