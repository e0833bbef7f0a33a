import type { MaskMode, MaskOperation, MaskRaster, PixelRectangle } from './maskDrawing.ts';
import { intersectRectangles, isEmptyRectangle } from './pixelRectangle.ts';
import { coverPolygon, polygonBounds } from './polygonCoverage.ts';
import { decodeRuns } from './regionRuns.ts';
import { type CoveragePatch, coverStroke, type ScaledStroke, strokeBounds } from './strokeCoverage.ts';

/** Factor from drawing pixels to raster pixels on each axis. */
export interface MaskScale {
  x: number;
  y: number;
}

/** The stroke in raster pixels; the radius follows the mean of both axes' factors. */
export function scaleStroke(stroke: Extract<MaskOperation, { kind: 'stroke' }>, scale: MaskScale): ScaledStroke {
  if (scale.x === 1 && scale.y === 1) return stroke;
  const points = new Array<number>(stroke.points.length);
  for (let at = 0; at + 2 < stroke.points.length; at += 3) {
    points[at] = (stroke.points[at] ?? 0) * scale.x;
    points[at + 1] = (stroke.points[at + 1] ?? 0) * scale.y;
    points[at + 2] = stroke.points[at + 2] ?? 1;
  }
  return { radius: (stroke.radius * (scale.x + scale.y)) / 2, hardness: stroke.hardness, points };
}

/** The pixels of a raster an operation can change; the whole raster where it acts on everything. */
export function operationBounds(operation: MaskOperation, scale: MaskScale, raster: MaskRaster): PixelRectangle {
  const everything = { x: 0, y: 0, width: raster.width, height: raster.height };
  if (operation.kind === 'stroke') return intersectRectangles(everything, strokeBounds(scaleStroke(operation, scale)));
  if (operation.kind === 'lasso' || operation.kind === 'rectangle')
    return intersectRectangles(everything, polygonBounds(outlineOf(operation, scale)));
  return everything;
}

/** Whether the operation's effect on a part can be found from that part alone. A flood needs the whole raster. */
export function isLocalOperation(operation: MaskOperation): boolean {
  return operation.kind !== 'flood';
}

/**
 * Paints one operation onto the raster, within `clip` only. Painting lays its coverage over what is there
 * (m + (1 − m)·c), erasing takes it away (m·(1 − c)).
 */
export function paintOperation(
  raster: MaskRaster,
  operation: MaskOperation,
  scale: MaskScale,
  clip: PixelRectangle = { x: 0, y: 0, width: raster.width, height: raster.height },
): void {
  if (operation.kind === 'invert') {
    forRows(raster, clip, (from, to) => {
      for (let at = from; at < to; at++) raster.data[at] = 255 - (raster.data[at] ?? 0);
    });
  } else if (operation.kind === 'fill') {
    const value = operation.mode === 'paint' ? 255 : 0;
    forRows(raster, clip, (from, to) => raster.data.fill(value, from, to));
  } else if (operation.kind === 'flood') {
    flood(raster, Math.floor(operation.x * scale.x), Math.floor(operation.y * scale.y), operation.mode);
  } else {
    const area = intersectRectangles(clip, operationBounds(operation, scale, raster));
    if (isEmptyRectangle(area)) return;
    const patch: CoveragePatch = { area, data: new Uint8Array(area.width * area.height) };
    if (operation.kind === 'stroke') coverStroke(patch, scaleStroke(operation, scale));
    else if (operation.kind === 'region') coverRegion(patch, operation, raster);
    else coverPolygon(patch, outlineOf(operation, scale));
    layPatch(raster, patch, operation.mode);
  }
}

/** Lays a patch of coverage over the raster, or takes it away. */
export function layPatch(raster: MaskRaster, patch: CoveragePatch, mode: MaskMode): void {
  const { area, data } = patch;
  for (let y = 0; y < area.height; y++) {
    let at = (area.y + y) * raster.width + area.x;
    for (let index = y * area.width; index < (y + 1) * area.width; index++, at++) {
      const coverage = data[index] ?? 0;
      if (coverage === 0) continue;
      raster.data[at] = mixCoverage(raster.data[at] ?? 0, coverage, mode);
    }
  }
}

/** One pixel of {@link layPatch}. */
export function mixCoverage(old: number, coverage: number, mode: MaskMode): number {
  return mode === 'paint'
    ? old + Math.round(((255 - old) * coverage) / 255)
    : Math.round((old * (255 - coverage)) / 255);
}

function outlineOf(operation: Extract<MaskOperation, { kind: 'lasso' | 'rectangle' }>, scale: MaskScale): number[] {
  if (operation.kind === 'lasso')
    return operation.points.map((value, index) => value * (index % 2 === 0 ? scale.x : scale.y));
  const left = operation.x * scale.x;
  const top = operation.y * scale.y;
  const right = left + operation.width * scale.x;
  const bottom = top + operation.height * scale.y;
  return [left, top, right, top, right, bottom, left, bottom];
}

/** Nearest-pixel copy of a region's bitmap, whatever its size, onto the patch. */
function coverRegion(
  patch: CoveragePatch,
  operation: Extract<MaskOperation, { kind: 'region' }>,
  raster: MaskRaster,
): void {
  const bitmap = decodeRuns(operation.runs, operation.width * operation.height);
  for (let y = 0; y < patch.area.height; y++) {
    const fromY = Math.min(
      operation.height - 1,
      Math.floor(((patch.area.y + y + 0.5) * operation.height) / raster.height),
    );
    for (let x = 0; x < patch.area.width; x++) {
      const fromX = Math.min(
        operation.width - 1,
        Math.floor(((patch.area.x + x + 0.5) * operation.width) / raster.width),
      );
      patch.data[y * patch.area.width + x] = bitmap[fromY * operation.width + fromX] ?? 0;
    }
  }
}

function forRows(raster: MaskRaster, clip: PixelRectangle, visit: (from: number, to: number) => void): void {
  const area = intersectRectangles(clip, { x: 0, y: 0, width: raster.width, height: raster.height });
  for (let y = area.y; y < area.y + area.height; y++)
    visit(y * raster.width + area.x, y * raster.width + area.x + area.width);
}

/** Fills the area of pixels on the same side of half coverage that hangs together with (x, y), row by row. */
function flood(raster: MaskRaster, x: number, y: number, mode: MaskMode): void {
  const { width, height, data } = raster;
  if (x < 0 || y < 0 || x >= width || y >= height) return;
  const side = (data[y * width + x] ?? 0) >= 128;
  const seen = new Uint8Array(width * height);
  const stack = [y * width + x];
  seen[y * width + x] = 1;
  const value = mode === 'paint' ? 255 : 0;
  while (stack.length > 0) {
    const at = stack.pop() ?? 0;
    const column = at % width;
    for (const next of [column > 0 ? at - 1 : -1, column < width - 1 ? at + 1 : -1, at - width, at + width]) {
      if (next < 0 || next >= seen.length || seen[next] === 1) continue;
      if ((data[next] ?? 0) >= 128 !== side) continue;
      seen[next] = 1;
      stack.push(next);
    }
  }
  for (let at = 0; at < seen.length; at++) if (seen[at] === 1) data[at] = value;
}
