import type { MaskRaster } from './maskDrawing.ts';

const far = 1e20;

/**
 * Signed distance in pixels from each pixel's middle to the line of half coverage: negative inside, positive outside. Exact to
 * within half a pixel (two squared distance transforms after Felzenszwalb and Huttenlocher, 2012; edge pixels refine by their
 * own coverage). A mask without an edge is far away on its own side.
 */
export function signedDistance(raster: MaskRaster): Float32Array {
  const size = raster.width * raster.height;
  const outside = new Float32Array(size);
  const inside = new Float32Array(size);
  for (let index = 0; index < size; index++) {
    const coverage = (raster.data[index] ?? 0) / 255;
    // A half-covered pixel lies on the edge; others start at the distance that their coverage tells.
    outside[index] = coverage >= 1 ? 0 : coverage <= 0 ? far : Math.max(0, 0.5 - coverage) ** 2;
    inside[index] = coverage <= 0 ? 0 : coverage >= 1 ? far : Math.max(0, coverage - 0.5) ** 2;
  }
  squaredDistanceTransform(outside, raster.width, raster.height);
  squaredDistanceTransform(inside, raster.width, raster.height);
  for (let index = 0; index < size; index++) {
    const coverage = raster.data[index] ?? 0;
    const toInside = Math.sqrt(outside[index] ?? 0);
    const toOutside = Math.sqrt(inside[index] ?? 0);
    // The edge lies half a pixel before the middle of the nearest full pixel.
    if (coverage === 0) outside[index] = Math.max(0.5, toInside - 0.5);
    else if (coverage === 255) outside[index] = -Math.max(0.5, toOutside - 0.5);
    else outside[index] = 0.5 - coverage / 255;
  }
  return outside;
}

/** Coverage (antialiased over one pixel) of the outline at `signed` distance, moved outwards by `grow` pixels. */
export function coverageFromDistance(signed: Float32Array, grow = 0): Uint8Array {
  const coverage = new Uint8Array(signed.length);
  for (let index = 0; index < signed.length; index++) {
    const share = Math.min(1, Math.max(0, 0.5 + grow - (signed[index] ?? 0)));
    coverage[index] = Math.round(255 * share);
  }
  return coverage;
}

/** Softens the edge in place over about `width` pixels (three box blurs, close to a Gaussian); the frame's border repeats. */
export function featherCoverage(raster: MaskRaster, width: number): void {
  const radius = Math.round(width / 4);
  if (radius < 1) return;
  const row = new Uint8Array(Math.max(raster.width, raster.height));
  for (let pass = 0; pass < 3; pass++) {
    for (let y = 0; y < raster.height; y++) boxBlurLine(raster.data, y * raster.width, 1, raster.width, radius, row);
    for (let x = 0; x < raster.width; x++) boxBlurLine(raster.data, x, raster.width, raster.height, radius, row);
  }
}

function boxBlurLine(
  data: Uint8Array,
  start: number,
  step: number,
  length: number,
  radius: number,
  line: Uint8Array,
): void {
  for (let index = 0; index < length; index++) line[index] = data[start + index * step] ?? 0;
  const last = length - 1;
  const scale = 1 / (2 * radius + 1);
  let sum = 0;
  for (let offset = -radius; offset <= radius; offset++) sum += line[Math.min(last, Math.max(0, offset))] ?? 0;
  for (let index = 0; index < length; index++) {
    data[start + index * step] = Math.round(sum * scale);
    sum += (line[Math.min(last, index + radius + 1)] ?? 0) - (line[Math.max(0, index - radius)] ?? 0);
  }
}

function squaredDistanceTransform(values: Float32Array, width: number, height: number): void {
  const longest = Math.max(width, height);
  const line = new Float64Array(longest);
  const vertices = new Int32Array(longest);
  const borders = new Float64Array(longest + 1);
  for (let x = 0; x < width; x++) transformLine(values, x, width, height, line, vertices, borders);
  for (let y = 0; y < height; y++) transformLine(values, y * width, 1, width, line, vertices, borders);
}

/** One dimension of the transform: the lower envelope of parabolas rooted at each sample. */
function transformLine(
  values: Float32Array,
  start: number,
  step: number,
  length: number,
  line: Float64Array,
  vertices: Int32Array,
  borders: Float64Array,
): void {
  let finite = false;
  for (let index = 0; index < length; index++) {
    line[index] = values[start + index * step] ?? 0;
    if ((line[index] ?? far) < far / 2) finite = true;
  }
  if (!finite) return;
  let last = 0;
  vertices[0] = 0;
  borders[0] = Number.NEGATIVE_INFINITY;
  borders[1] = Number.POSITIVE_INFINITY;
  for (let index = 1; index < length; index++) {
    let crossing = crossingOf(line, vertices[last] ?? 0, index);
    while (crossing <= (borders[last] ?? 0)) crossing = crossingOf(line, vertices[--last] ?? 0, index);
    vertices[++last] = index;
    borders[last] = crossing;
    borders[last + 1] = Number.POSITIVE_INFINITY;
  }
  last = 0;
  for (let index = 0; index < length; index++) {
    while ((borders[last + 1] ?? 0) < index) last++;
    const vertex = vertices[last] ?? 0;
    values[start + index * step] = (index - vertex) ** 2 + (line[vertex] ?? 0);
  }
}

/** Where the parabolas rooted at samples `a` and `b` meet. */
function crossingOf(line: Float64Array, a: number, b: number): number {
  return ((line[b] ?? 0) + b * b - ((line[a] ?? 0) + a * a)) / (2 * b - 2 * a);
}
