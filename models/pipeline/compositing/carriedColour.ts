import type { Picture } from '../subject/picture.ts';

/** How far from what is kept its colours are carried outwards, in pixels. */
export const carriedPixels = 12;

/** How far inside what is kept they are taken: its very edge is mixed with what lay beside it. */
const insidePixels = 2.5;

/** A way to a kept pixel, and on to the middle of the place whose colour is taken. */
interface Way {
  readonly right: number;
  readonly down: number;
  readonly middleRight: number;
  readonly middleDown: number;
}

/** Every way that colours are carried, the shortest first. */
const ways: readonly Way[] = waysByLength();

function waysByLength(): Way[] {
  const found: (Way & { squared: number })[] = [];
  for (let ring = 1; ring <= carriedPixels; ring++)
    for (let along = -ring; along <= ring; along++)
      for (const [right, down] of [
        [along, -ring],
        [along, ring],
        [-ring, along],
        [ring, along],
      ]) {
        const reach = 1 + insidePixels / Math.hypot(right, down);
        const middle = { middleRight: Math.round(right * reach), middleDown: Math.round(down * reach) };
        found.push({ right, down, ...middle, squared: right * right + down * down });
      }
  return found.sort((one, other) => one.squared - other.squared);
}

/**
 * The colour (RGBA, into `colour`) of what is kept beside a made pixel: the mean around a place a little behind the nearest kept pixel; the source's
 * own where none is near.
 * @param kept height × width bytes: 255 is kept, 0 is not.
 */
export function carriedColour(colour: Float32Array, source: Picture, kept: Uint8Array, x: number, y: number): void {
  const { width, height, data } = source;
  colour.fill(0);
  let count = 0;
  const add = (u: number, v: number): void => {
    const at = 4 * (v * width + u);
    colour[0] += data[at];
    colour[1] += data[at + 1];
    colour[2] += data[at + 2];
    colour[3] += data[at + 3];
    count++;
  };
  const nearest = nearestKept(kept, width, height, x, y);
  if (nearest) {
    const [left, top] = [x + nearest.middleRight - 1, y + nearest.middleDown - 1];
    for (let v = Math.max(0, top); v < Math.min(height, top + 3); v++)
      for (let u = Math.max(0, left); u < Math.min(width, left + 3); u++) if (kept[v * width + u] === 255) add(u, v);
    if (count === 0) add(x + nearest.right, y + nearest.down);
  } else add(x, y);
  for (let channel = 0; channel < 4; channel++) colour[channel] /= count;
}

/** The way to the nearest kept pixel; undefined where none is near. */
function nearestKept(kept: Uint8Array, width: number, height: number, x: number, y: number): Way | undefined {
  for (let at = 0; at < ways.length; at++) {
    const way = ways[at];
    const [u, v] = [x + way.right, y + way.down];
    if (u >= 0 && v >= 0 && u < width && v < height && kept[v * width + u] === 255) return way;
  }
  return undefined;
}
