import { type Planes, resample } from '../../math/resample.ts';
import type { Size } from '../../model/conditions.ts';
import { bytePlanes, type Picture } from '../subject/picture.ts';
import { blurPlanes } from './blur.ts';
import { cubicToRgba } from './cubicToRgba.ts';
import type { Box } from './keepShare.ts';

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
 * @param wanted what of the enlarged frame is looked at: pixels outside of it may be empty.
 * @returns RGBA, row by row, opaque.
 */
export function enlargeMade(
  made: Planes,
  { width, height }: Size,
  wanted: Box = { left: 0, top: 0, right: width, bottom: height },
): Uint8Array {
  const scale = Math.min(sharpeningScale, width / made.width, height / made.height);
  if (scale <= 1) return toRgba(resample(made, width, height, 'area'));
  const middle = { width: Math.round(made.width * scale), height: Math.round(made.height * scale) };
  const smooth = heldToNeighbours(resample(made, middle.width, middle.height, 'lanczos'), made);
  return cubicToRgba(narrowEdges(smooth), { width, height }, wanted);
}

/**
 * A made picture at a size of its shape, as {@link enlargeMade} enlarges it; one that is as large already as it is.
 * @param planesOf what of it is enlarged, as planes from 0 to 255.
 */
export function enlargePicture(made: Picture, size: Size, planesOf: (made: Picture) => Planes = bytePlanes): Picture {
  if (size.width <= made.width && size.height <= made.height) return made;
  return { ...size, data: enlargeMade(planesOf(made), size) };
}

/** Holds enlarged values to the span of the two by two pixels around them. */
function heldToNeighbours(large: Planes, small: Planes): Planes {
  const { width, height, channels, data } = large;
  const [stepX, stepY] = [small.width / width, small.height / height];
  // The span of the four pixels to the left of each column of the smaller picture's, and at them; likewise for rows.
  const spans = new Int32Array(width);
  for (let x = 0; x < width; x++) spans[x] = Math.floor((x + 0.5) * stepX - 0.5) + 1;
  const [least, most] = [new Float32Array(small.width + 1), new Float32Array(small.width + 1)];
  for (let channel = 0; channel < channels; channel++) {
    let known = Number.NaN;
    for (let y = 0; y < height; y++) {
      const v = Math.floor((y + 0.5) * stepY - 0.5);
      if (v !== known) spanRow(small, channel, v, least, most);
      known = v;
      for (let x = 0, at = (channel * height + y) * width; x < width; x++, at++) {
        const span = spans[x];
        if (data[at] < least[span]) data[at] = least[span];
        else if (data[at] > most[span]) data[at] = most[span];
      }
    }
  }
  return large;
}

/** The least and the most of each two by two pixels of rows `v` and the next one; the border repeats. */
function spanRow({ width, height, data }: Planes, channel: number, v: number, least: Float32Array, most: Float32Array) {
  const top = (channel * height + Math.max(0, v)) * width;
  const bottom = (channel * height + Math.min(height - 1, v + 1)) * width;
  for (let span = 0; span <= width; span++) {
    const [left, right] = [Math.max(0, span - 1), Math.min(width - 1, span)];
    const [a, b, c, d] = [data[top + left], data[top + right], data[bottom + left], data[bottom + right]];
    least[span] = Math.min(a, b, c, d);
    most[span] = Math.max(a, b, c, d);
  }
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
      const pull = Math.sqrt(right * right + down * down);
      const limit = pull > largestPull ? largestPull / pull : 1;
      const u = Math.min(width - 1.001, Math.max(0, x - right * limit));
      const v = Math.min(height - 1.001, Math.max(0, y - down * limit));
      const at = Math.floor(v) * width + Math.floor(u);
      const [du, dv] = [u - Math.floor(u), v - Math.floor(v)];
      const [uBefore, vBefore] = [1 - du, 1 - dv];
      for (let from = at, to = y * width + x; to < data.length; from += area, to += area)
        out[to] =
          (data[from] * uBefore + data[from + 1] * du) * vBefore +
          (data[from + width] * uBefore + data[from + width + 1] * du) * dv;
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
    for (let x = 1, at = y * width + 1; x < width - 1; x++, at++) {
      const [across, down] = [luma[at + 1] - luma[at - 1], luma[at + width] - luma[at - width]];
      slope[at] = Math.sqrt(across * across + down * down) / 2;
    }
  return slope;
}

/** Planes as RGBA. */
function toRgba({ width, height, data }: Planes): Uint8Array {
  const area = width * height;
  const out = new Uint8ClampedArray(area * 4).fill(255);
  for (let i = 0; i < area; i++)
    for (let channel = 0; channel < 3; channel++) out[i * 4 + channel] = data[channel * area + i];
  return new Uint8Array(out.buffer);
}
