import type { PixelRectangle } from './maskDrawing.ts';
import { intersectRectangles, isEmptyRectangle, rectangleAround } from './pixelRectangle.ts';
import type { CoveragePatch } from './strokeCoverage.ts';

/** Lines sampled per pixel row; across a row coverage is exact. */
const linesPerRow = 4;

/** The pixels a closed outline (flat x, y) can touch. */
export function polygonBounds(points: readonly number[]): PixelRectangle {
  let left = Number.POSITIVE_INFINITY;
  let top = Number.POSITIVE_INFINITY;
  let right = Number.NEGATIVE_INFINITY;
  let bottom = Number.NEGATIVE_INFINITY;
  for (let at = 0; at + 1 < points.length; at += 2) {
    left = Math.min(left, points[at] ?? 0);
    right = Math.max(right, points[at] ?? 0);
    top = Math.min(top, points[at + 1] ?? 0);
    bottom = Math.max(bottom, points[at + 1] ?? 0);
  }
  return left > right ? { x: 0, y: 0, width: 0, height: 0 } : rectangleAround(left, top, right, bottom);
}

/** Writes the coverage of a closed outline (flat x, y in raster pixels; filled even-odd) into `patch`. */
export function coverPolygon(patch: CoveragePatch, points: readonly number[]): void {
  const bounds = intersectRectangles(patch.area, polygonBounds(points));
  if (isEmptyRectangle(bounds) || points.length < 6) return;
  const corners = Math.floor(points.length / 2);
  const sums = new Float32Array(bounds.width);
  for (let y = bounds.y; y < bounds.y + bounds.height; y++) {
    sums.fill(0);
    for (let line = 0; line < linesPerRow; line++) {
      const crossings = crossingsAt(points, corners, y + (line + 0.5) / linesPerRow);
      for (let index = 0; index + 1 < crossings.length; index += 2)
        addSpan(sums, (crossings[index] ?? 0) - bounds.x, (crossings[index + 1] ?? 0) - bounds.x);
    }
    let at = (y - patch.area.y) * patch.area.width + bounds.x - patch.area.x;
    for (const sum of sums) {
      const value = Math.round((255 * sum) / linesPerRow);
      if (value > (patch.data[at] ?? 0)) patch.data[at] = value;
      at++;
    }
  }
}

/** Sorted x of the outline's crossings with the horizontal line at `y`. */
function crossingsAt(points: readonly number[], corners: number, y: number): number[] {
  const crossings: number[] = [];
  for (let index = 0; index < corners; index++) {
    const next = (index + 1) % corners;
    const y0 = points[index * 2 + 1] ?? 0;
    const y1 = points[next * 2 + 1] ?? 0;
    if (y0 <= y === y1 <= y) continue;
    const x0 = points[index * 2] ?? 0;
    crossings.push(x0 + ((y - y0) / (y1 - y0)) * ((points[next * 2] ?? 0) - x0));
  }
  return crossings.sort((a, b) => a - b);
}

/** Adds the share of each pixel that lies between `left` and `right`. */
function addSpan(sums: Float32Array, left: number, right: number): void {
  const from = Math.max(0, left);
  const to = Math.min(sums.length, right);
  if (to <= from) return;
  const firstPixel = Math.floor(from);
  const lastPixel = Math.min(sums.length - 1, Math.floor(to));
  if (firstPixel === lastPixel) {
    sums[firstPixel] = (sums[firstPixel] ?? 0) + to - from;
    return;
  }
  sums[firstPixel] = (sums[firstPixel] ?? 0) + firstPixel + 1 - from;
  for (let pixel = firstPixel + 1; pixel < lastPixel; pixel++) sums[pixel] = (sums[pixel] ?? 0) + 1;
  sums[lastPixel] = (sums[lastPixel] ?? 0) + to - lastPixel;
}
