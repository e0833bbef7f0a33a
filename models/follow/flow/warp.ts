import type { Flow } from './flow.ts';

/** A plane seen through a flow: each pixel takes what lies where its step leads; beyond the border `outside`. */
export function warped(plane: Float32Array, flow: Flow, outside = 0): Float32Array {
  const seen = new Float32Array(plane.length);
  warpInto([plane], flow, [seen], outside);
  return seen;
}

/** Several planes seen through a flow, as {@link warped}. */
export function warpedPlanes(planes: readonly Float32Array[], flow: Flow): readonly Float32Array[] {
  const seen = planes.map(({ length }) => new Float32Array(length));
  warpInto(planes, flow, seen, 0);
  return seen;
}

function warpInto(
  planes: readonly Float32Array[],
  { width, height, x, y }: Flow,
  seen: readonly Float32Array[],
  outside: number,
): void {
  const count = planes.length;
  for (let row = 0, at = 0; row < height; row++)
    for (let column = 0; column < width; column++, at++) {
      const u = column + x[at];
      const v = row + y[at];
      if (!(u > -1 && v > -1 && u < width && v < height)) {
        for (let index = 0; index < count; index++) seen[index][at] = outside;
        continue;
      }
      const left = Math.max(0, Math.min(width - 2, Math.floor(u)));
      const top = Math.max(0, Math.min(height - 2, Math.floor(v)));
      const across = Math.max(0, Math.min(1, u - left));
      const down = Math.max(0, Math.min(1, v - top));
      const base = top * width + left;
      for (let index = 0; index < count; index++) {
        const plane = planes[index];
        const upper = plane[base] * (1 - across) + plane[base + 1] * across;
        const lower = plane[base + width] * (1 - across) + plane[base + width + 1] * across;
        seen[index][at] = upper * (1 - down) + lower * down;
      }
    }
}

/** How far from itself, in pixels, each pixel comes back by `there` and then `back`: large where one hides the other. */
export function roundTrip(there: Flow, back: Flow): Float32Array {
  const [x, y] = warpedPlanes([back.x, back.y], there);
  for (let at = 0; at < x.length; at++) x[at] = Math.hypot(x[at] + there.x[at], y[at] + there.y[at]);
  return x;
}
