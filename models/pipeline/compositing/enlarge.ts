import { type Planes, resample, taps } from '../../math/resample.ts';
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
  const scale = Math.min(sharpeningScale, width / made.width, height / made.height);
  if (scale <= 1) return toRgba(resample(made, width, height, 'area'));
  const middle = { width: Math.round(made.width * scale), height: Math.round(made.height * scale) };
  const smooth = heldToNeighbours(resample(made, middle.width, middle.height, 'lanczos'), made);
  return cubicToRgba(narrowEdges(smooth), { width, height });
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

/** What a cubic reads for each position of an enlargement. */
const cubicTaps = 4;

/** For each output position its {@link cubicTaps} inputs and their weights, one after the other. */
function evenTaps(from: number, to: number): { at: Int32Array; weight: Float32Array } {
  const { first, count, weights } = taps(from, to, 'bicubic');
  const at = new Int32Array(to * cubicTaps);
  const weight = new Float32Array(to * cubicTaps);
  for (let out = 0; out < to; out++)
    for (let tap = 0; tap < cubicTaps; tap++) {
      at[out * cubicTaps + tap] = Math.min(from - 1, first[out] + tap);
      if (tap < count[out]) weight[out * cubicTaps + tap] = weights[out][tap];
    }
  return { at, weight };
}

/** Enlarges planes by a cubic straight into RGBA: the longest part of an edit outside the network, so its loops are written out. */
function cubicToRgba(planes: Planes, { width, height }: Size): Uint8ClampedArray {
  const wide = widen(planes, width);
  const { at, weight } = evenTaps(planes.height, height);
  const area = planes.height * width;
  const out = new Uint8ClampedArray(width * height * 4);
  for (let y = 0, t = 0, to = 0; y < height; y++, t += cubicTaps) {
    const [p, q, r, u] = [weight[t], weight[t + 1], weight[t + 2], weight[t + 3]];
    let [a, b, c, d] = [at[t] * width, at[t + 1] * width, at[t + 2] * width, at[t + 3] * width];
    for (let x = 0; x < width; x++, to += 4, a++, b++, c++, d++) {
      out[to] = p * wide[a] + q * wide[b] + r * wide[c] + u * wide[d];
      out[to + 1] = p * wide[a + area] + q * wide[b + area] + r * wide[c + area] + u * wide[d + area];
      out[to + 2] = p * wide[a + 2 * area] + q * wide[b + 2 * area] + r * wide[c + 2 * area] + u * wide[d + 2 * area];
      out[to + 3] = 255;
    }
  }
  return out;
}

/** Values of planes at another width. */
function widen({ width: from, height, channels, data }: Planes, width: number): Float32Array {
  const { at, weight } = evenTaps(from, width);
  const out = new Float32Array(channels * height * width);
  for (let row = 0, to = 0; row < channels * height; row++) {
    const start = row * from;
    for (let x = 0, t = 0; x < width; x++, t += cubicTaps, to++)
      out[to] =
        weight[t] * data[start + at[t]] +
        weight[t + 1] * data[start + at[t + 1]] +
        weight[t + 2] * data[start + at[t + 2]] +
        weight[t + 3] * data[start + at[t + 3]];
  }
  return out;
}

/** Planes as RGBA. */
function toRgba({ width, height, data }: Planes): Uint8ClampedArray {
  const area = width * height;
  const out = new Uint8ClampedArray(area * 4).fill(255);
  for (let i = 0; i < area; i++)
    for (let channel = 0; channel < 3; channel++) out[i * 4 + channel] = data[channel * area + i];
  return out;
}
