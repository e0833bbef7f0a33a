import type { Affine } from './affine.ts';
import type { PictureSize, View } from './view.ts';

/** The longer side of a view in its own pixels. */
const viewSide = 288;
/** How much of a view's side stays free around the subject at first, and at least later. */
const margin = 0.26;
const leastMargin = 0.1;

/** A part of a clip's pictures, in its pixels. */
export interface Bounds {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The whole picture, small. */
export function wholeView({ width, height }: PictureSize): View {
  const scale = Math.max(1, Math.max(width, height) / 320);
  return { left: 0, top: 0, scale, width: 2 * Math.ceil(width / scale / 2), height: 2 * Math.ceil(height / scale / 2) };
}

/**
 * A view of those bounds with a margin, as far as they lie in the picture or near it; its scale such that its longer side is
 * {@link viewSide}.
 */
export function viewAround(wanted: Bounds | undefined, size: PictureSize): View | undefined {
  if (!wanted) return undefined;
  const within = (value: number, side: number): number => Math.max(-side / 8, Math.min(side * 1.125, value));
  const bounds = {
    left: within(wanted.left, size.width),
    right: within(wanted.right, size.width),
    top: within(wanted.top, size.height),
    bottom: within(wanted.bottom, size.height),
  };
  const side = Math.max(bounds.right - bounds.left, bounds.bottom - bounds.top, 24);
  const around = side * (margin / (1 - 2 * margin));
  const width = bounds.right - bounds.left + 2 * around;
  const height = bounds.bottom - bounds.top + 2 * around;
  const scale = Math.max(0.5, Math.max(width, height) / viewSide);
  return {
    left: Math.round((bounds.left + bounds.right - width) / 2),
    top: Math.round((bounds.top + bounds.bottom - height) / 2),
    scale,
    width: 2 * Math.max(24, Math.round(width / scale / 2)),
    height: 2 * Math.max(24, Math.round(height / scale / 2)),
  };
}

/** Whether those bounds lie well inside a view and are neither small nor large in it. `next`: the view that would be taken of them. */
export function fits(bounds: Bounds, { left, top, scale, width, height }: View, next: View): boolean {
  const free = Math.min(
    bounds.left - left,
    bounds.top - top,
    left + width * scale - bounds.right,
    top + height * scale - bounds.bottom,
  );
  const ratio = next.scale / scale;
  return free >= leastMargin * scale * Math.max(width, height) && ratio < 1.5 && ratio > 0.6;
}

/** The part of the clip that a soft mask covers. */
export function boundsOf(soft: Float32Array, { left, top, scale, width, height }: View): Bounds | undefined {
  let [minX, minY, maxX, maxY] = [width, height, -1, -1];
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at++)
      if (soft[at] >= 0.5) {
        minX = Math.min(minX, x);
        maxX = Math.max(maxX, x);
        minY = Math.min(minY, y);
        maxY = y;
      }
  if (maxX < 0) return undefined;
  return {
    left: left + minX * scale,
    top: top + minY * scale,
    right: left + (maxX + 1) * scale,
    bottom: top + (maxY + 1) * scale,
  };
}

/** Bounds that hold those bounds' corners once they are moved. */
export function moved(bounds: Bounds | undefined, [a, b, c, d, e, f]: Affine): Bounds | undefined {
  if (!bounds) return undefined;
  const corners = [bounds.left, bounds.right].flatMap((x) =>
    [bounds.top, bounds.bottom].map((y) => [a * x + b * y + c, d * x + e * y + f] as const),
  );
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
}

/** Bounds that hold both. */
export function joinedBounds(one: Bounds | undefined, other: Bounds | undefined): Bounds | undefined {
  if (!one || !other) return one ?? other;
  return {
    left: Math.min(one.left, other.left),
    top: Math.min(one.top, other.top),
    right: Math.max(one.right, other.right),
    bottom: Math.max(one.bottom, other.bottom),
  };
}
