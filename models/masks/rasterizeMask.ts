import { coverageFromDistance, featherCoverage, signedDistance } from './edgeShape.ts';
import type { MaskDrawing, MaskKey, MaskRaster } from './maskDrawing.ts';
import { type MaskScale, paintOperation } from './paintOperation.ts';

/** Size of the raster wanted and the frame whose mask is meant. */
export interface RasterizeOptions {
  width: number;
  height: number;
  frameIndex: number;
}

/**
 * The mask of one frame as coverage 0..255, `width * height` values row by row. The same function draws the overlay on screen
 * and feeds the pipeline. Before the first key its mask holds backwards; after the last its mask holds on; between two keys the
 * earlier one decides: `hold` keeps it, `linear` moves the outline by interpolating the signed distance of both.
 */
export function rasterizeMask(drawing: MaskDrawing, options: RasterizeOptions): Uint8Array {
  const { width, height } = options;
  const scale = { x: width / drawing.width, y: height / drawing.height };
  const { before, after, share } = keysAround(drawing.keys, options.frameIndex);
  if (!before) return new Uint8Array(width * height);
  const raster = rasterizeOperations(before, width, height, scale);
  if (after && share > 0) raster.data = blendOutlines(raster, rasterizeOperations(after, width, height, scale), share);
  shapeEdge(raster, drawing, (scale.x + scale.y) / 2);
  return raster.data;
}

/** Moves and softens the finished outline as the drawing says, in place. `scale`: raster pixels per drawing pixel. */
export function shapeEdge(
  raster: MaskRaster,
  drawing: Pick<MaskDrawing, 'growPixels' | 'featherPixels'>,
  scale: number,
): void {
  if (drawing.growPixels !== 0) raster.data = coverageFromDistance(signedDistance(raster), drawing.growPixels * scale);
  if (drawing.featherPixels > 0) featherCoverage(raster, drawing.featherPixels * scale);
}

/**
 * The keys that decide a frame: the one at or before it (or the first), and, where that one moves linearly, the next with the
 * share of the way already gone (0..1).
 */
export function keysAround<Key extends Pick<MaskKey, 'frameIndex' | 'interpolation'>>(
  keys: readonly Key[],
  frameIndex: number,
): { before: Key | undefined; after: Key | undefined; share: number } {
  const sorted = [...keys].sort((a, b) => a.frameIndex - b.frameIndex);
  const next = sorted.findIndex((key) => key.frameIndex > frameIndex);
  if (next === 0) return { before: sorted[0], after: undefined, share: 0 };
  const before = next === -1 ? sorted[sorted.length - 1] : sorted[next - 1];
  const after = next === -1 || before?.interpolation !== 'linear' ? undefined : sorted[next];
  if (!before || !after) return { before, after: undefined, share: 0 };
  return { before, after, share: (frameIndex - before.frameIndex) / (after.frameIndex - before.frameIndex) };
}

/** Paints a key's operations in their order onto an empty raster. */
function rasterizeOperations(key: MaskKey, width: number, height: number, scale: MaskScale): MaskRaster {
  const raster = { width, height, data: new Uint8Array(width * height) };
  for (const operation of key.operations) paintOperation(raster, operation, scale);
  return raster;
}

function blendOutlines(from: MaskRaster, to: MaskRaster, share: number): Uint8Array {
  const start = signedDistance(from);
  const end = signedDistance(to);
  const limit = Math.hypot(from.width, from.height);
  for (let index = 0; index < start.length; index++) {
    // An empty or full mask is infinitely far; bounded, it fades in and out instead of staying put.
    const a = Math.min(limit, Math.max(-limit, start[index] ?? 0));
    const b = Math.min(limit, Math.max(-limit, end[index] ?? 0));
    start[index] = a + (b - a) * share;
  }
  return coverageFromDistance(start);
}
