import { boxMean } from './builtIn/boxSums.ts';
import { guidedMask } from './builtIn/guidedMask.ts';
import { maskThrough, seenThrough } from './builtIn/view.ts';

/** How soft edges are made. */
export interface SoftEdgeOptions {
  /** How far from the mask's border, in pixels of the picture, a pixel may be partly the subject; absent: a 160th of the longer side. */
  readonly reach?: number;
}

/**
 * A mask with soft edges: hair, fur and motion blur are partly the subject. Near the border the share is read from the picture's colours, as
 * the linear function of colour that parts the two sides best (a weighted guided filter); elsewhere the mask stays as it is. `picture`:
 * 8-bit RGBA, height × width × 4; `mask`: one byte a pixel, 128 and above the subject. Returns one byte a pixel, 0..255 its share.
 */
export function softEdges(
  picture: Uint8Array,
  mask: Uint8Array,
  { width, height }: { readonly width: number; readonly height: number },
  { reach = Math.max(2, Math.round(Math.max(width, height) / 160)) }: SoftEdgeOptions = {},
): Uint8Array {
  const bounds = borderBounds(mask, width, height);
  const alpha = new Uint8Array(mask.length);
  for (let at = 0; at < mask.length; at++) alpha[at] = mask[at] >= 128 ? 255 : 0;
  if (!bounds) return alpha;
  // Only the part of the picture around the subject is worked on, its sides even.
  const left = Math.max(0, bounds.left - 3 * reach);
  const top = Math.max(0, bounds.top - 3 * reach);
  const even = (length: number): number => length + (length % 2);
  const view = {
    left,
    top,
    scale: 1,
    width: even(Math.min(width, bounds.right + 3 * reach) - left),
    height: even(Math.min(height, bounds.bottom + 3 * reach) - top),
  };
  const size = { width, height };
  const { data: hard } = maskThrough(view, mask, size);
  const near = boxMean(hard, view.width, view.height, reach);
  const trust = near.map((value) => (value <= 0 || value >= 1 ? 1 : (2 * value - 1) ** 8));
  const drawn = guidedMask(seenThrough(view, picture, size), hard, trust, { radius: reach, softness: 12 });
  for (let y = 0, from = 0; y < view.height; y++)
    for (let x = 0; x < view.width; x++, from++) {
      if (near[from] <= 1e-6 || near[from] >= 1 - 1e-6 || left + x >= width || top + y >= height) continue;
      // The band's own border is met without a step.
      const inside = Math.min(1, 4 * Math.min(near[from], 1 - near[from]));
      alpha[(top + y) * width + left + x] = Math.round(255 * (inside * drawn[from] + (1 - inside) * hard[from]));
    }
  return alpha;
}

/** The part of the mask that holds all of the subject; nothing where there is none. */
function borderBounds(mask: Uint8Array, width: number, height: number) {
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at++) {
      if (mask[at] < 128) continue;
      left = Math.min(left, x);
      right = Math.max(right, x + 1);
      top = Math.min(top, y);
      bottom = y + 1;
    }
  return right > left ? { left, top, right, bottom } : undefined;
}
