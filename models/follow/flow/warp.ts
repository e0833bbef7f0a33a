import type { Flow } from './inverseSearch.ts';

/** A plane seen through a flow: each pixel takes what lies where its step leads; beyond the border `outside`. */
export function warped(plane: Float32Array, { width, height, x, y }: Flow, outside = 0): Float32Array {
  const seen = new Float32Array(plane.length);
  for (let row = 0, at = 0; row < height; row++)
    for (let column = 0; column < width; column++, at++) {
      const u = column + x[at];
      const v = row + y[at];
      if (!(u > -1 && v > -1 && u < width && v < height)) {
        seen[at] = outside;
        continue;
      }
      const left = Math.max(0, Math.min(width - 2, Math.floor(u)));
      const top = Math.max(0, Math.min(height - 2, Math.floor(v)));
      const across = Math.max(0, Math.min(1, u - left));
      const down = Math.max(0, Math.min(1, v - top));
      const base = top * width + left;
      const upper = plane[base] * (1 - across) + plane[base + 1] * across;
      const lower = plane[base + width] * (1 - across) + plane[base + width + 1] * across;
      seen[at] = upper * (1 - down) + lower * down;
    }
  return seen;
}

/** How far from itself, in pixels, each pixel comes back by `there` and then `back`: large where one hides the other. */
export function roundTrip(there: Flow, back: Flow): Float32Array {
  const backX = warped(back.x, there);
  const backY = warped(back.y, there);
  return backX.map((value, at) => Math.hypot(value + there.x[at], backY[at] + there.y[at]));
}
