import type { PixelRectangle } from './maskDrawing.ts';
import { intersectRectangles, isEmptyRectangle, rectangleAround } from './pixelRectangle.ts';

/** A stroke in pixels of the raster it is painted on. `points` as in MaskOperation. */
export interface ScaledStroke {
  radius: number;
  hardness: number;
  points: readonly number[];
}

/** Coverage of a part of a raster: `data` holds `area.width * area.height` values. */
export interface CoveragePatch {
  area: PixelRectangle;
  data: Uint8Array;
}

/** Smallest radius painted, so that the lightest touch of a pen still leaves a mark. */
const smallestRadius = 0.5;

/** The pixels that a stroke can touch. */
export function strokeBounds(stroke: ScaledStroke): PixelRectangle {
  let left = Number.POSITIVE_INFINITY;
  let top = Number.POSITIVE_INFINITY;
  let right = Number.NEGATIVE_INFINITY;
  let bottom = Number.NEGATIVE_INFINITY;
  for (let at = 0; at + 2 < stroke.points.length; at += 3) {
    const x = stroke.points[at] ?? 0;
    const y = stroke.points[at + 1] ?? 0;
    const reach = Math.max(smallestRadius, stroke.radius * (stroke.points[at + 2] ?? 1)) + 1;
    left = Math.min(left, x - reach);
    right = Math.max(right, x + reach);
    top = Math.min(top, y - reach);
    bottom = Math.max(bottom, y + reach);
  }
  if (left > right) return { x: 0, y: 0, width: 0, height: 0 };
  return rectangleAround(left, top, right, bottom);
}

/**
 * Raises `patch` to the stroke's coverage. Segments of one stroke join by their maximum, so a stroke that crosses itself does
 * not build up. The first point leaves a dot, unless `continued` says that the points go on from an earlier part.
 */
export function coverStroke(patch: CoveragePatch, stroke: ScaledStroke, continued = false): void {
  const count = Math.floor(stroke.points.length / 3);
  if (count > 0 && !continued) coverSegment(patch, stroke, 0, 0);
  for (let index = 0; index + 1 < count; index++) coverSegment(patch, stroke, index, index + 1);
}

/** Paints one capsule whose radius runs linearly from one point's to the next's. */
function coverSegment(patch: CoveragePatch, stroke: ScaledStroke, from: number, to: number): void {
  const { points } = stroke;
  const x0 = points[from * 3] ?? 0;
  const y0 = points[from * 3 + 1] ?? 0;
  const x1 = points[to * 3] ?? 0;
  const y1 = points[to * 3 + 1] ?? 0;
  const r0 = Math.max(smallestRadius, stroke.radius * (points[from * 3 + 2] ?? 1));
  const r1 = Math.max(smallestRadius, stroke.radius * (points[to * 3 + 2] ?? 1));
  const reach = Math.max(r0, r1) + 1;
  const bounds = intersectRectangles(
    patch.area,
    rectangleAround(
      Math.min(x0, x1) - reach,
      Math.min(y0, y1) - reach,
      Math.max(x0, x1) + reach,
      Math.max(y0, y1) + reach,
    ),
  );
  if (isEmptyRectangle(bounds)) return;
  const dx = x1 - x0;
  const dy = y1 - y0;
  const lengthSquared = dx * dx + dy * dy;
  const inverseLength = lengthSquared > 0 ? 1 / lengthSquared : 0;
  const { data, area } = patch;
  for (let y = bounds.y; y < bounds.y + bounds.height; y++) {
    const py = y + 0.5 - y0;
    let at = (y - area.y) * area.width + bounds.x - area.x;
    for (let x = bounds.x; x < bounds.x + bounds.width; x++, at++) {
      const old = data[at] ?? 0;
      if (old === 255) continue;
      const px = x + 0.5 - x0;
      const along = Math.min(1, Math.max(0, (px * dx + py * dy) * inverseLength));
      const ex = px - along * dx;
      const ey = py - along * dy;
      const distanceSquared = ex * ex + ey * ey;
      const radius = r0 + (r1 - r0) * along;
      if (distanceSquared >= (radius + 0.5) * (radius + 0.5)) continue;
      const value = falloff(distanceSquared, radius, stroke.hardness);
      if (value > old) data[at] = value;
    }
  }
}

/** Coverage at a distance from a brush's middle: full up to `hardness` of the radius, then a smooth step to nothing at its rim. */
function falloff(distanceSquared: number, radius: number, hardness: number): number {
  const inner = Math.min(radius * hardness, radius - 0.5);
  if (inner > 0 && distanceSquared <= inner * inner) return 255;
  const distance = Math.sqrt(distanceSquared);
  const width = Math.max(1, radius + 0.5 - Math.max(0, inner));
  const share = Math.min(1, Math.max(0, (radius + 0.5 - distance) / width));
  return Math.round(255 * share * share * (3 - 2 * share));
}
