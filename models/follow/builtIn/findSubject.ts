import { type Affine, after } from './affine.ts';
import { boundsOf, moved } from './framing.ts';
import { planesOver, type Reference } from './reference.ts';
import { type PictureSize, seenThrough, type View } from './view.ts';

/** The longer side of the subject, in pixels, where it is looked for. */
const soughtSide = 18;
/** Sizes, as factors, and turns in radians in which it is looked for. */
const poses = [
  [0.8, 0],
  [1, 0],
  [1.25, 0],
  [1, -0.4],
  [1, 0.4],
  [1, -0.8],
  [1, 0.8],
] as const;
/** Of all poses the likeliest. */
const mostFound = 3;
/** Steps of 0..255 by which a colour may miss. */
const tolerance = 30;

/**
 * Where in a picture something looks most like a reference's subject, whatever moved there: maps from the picture's places to the
 * reference's, the likeliest for each pose. `guess`: such a map from when the subject was last seen.
 */
export function findSubject(
  reference: Reference,
  picture: Uint8Array,
  size: PictureSize,
  guess: Affine,
  inverseGuess: Affine,
): readonly Affine[] {
  const bounds = moved(boundsOf(reference.soft, reference.seen.view), inverseGuess);
  if (!bounds) return [];
  const middle = [(bounds.left + bounds.right) / 2, (bounds.top + bounds.bottom) / 2] as const;
  const side = Math.max(bounds.right - bounds.left, bounds.bottom - bounds.top);
  const scale = Math.max(1, side / soughtSide);
  const whole = {
    left: 0,
    top: 0,
    scale,
    width: Math.ceil(size.width / scale),
    height: Math.ceil(size.height / scale),
  };
  if (whole.width < 4 || whole.height < 4) return [];
  const seen = seenThrough(whole, picture, size);
  const upright = Math.atan2(guess[3], guess[0]);
  const found = [...poses, [1, -upright] as const].flatMap(([factor, turn]) => {
    const reach = Math.ceil((side * factor) / scale / 2) + 1;
    const view: View = {
      left: middle[0] - (reach + 0.5) * scale,
      top: middle[1] - (reach + 0.5) * scale,
      scale,
      width: 2 * reach + 1,
      height: 2 * reach + 1,
    };
    // The subject as it would be, were it where it was last seen and larger and turned by so much.
    const [cosine, sine] = [Math.cos(turn) / factor, Math.sin(turn) / factor];
    const [x, y] = middle;
    const pose: Affine = [cosine, -sine, x - cosine * x + sine * y, sine, cosine, y - sine * x - cosine * y];
    const posed = after(guess, pose);
    const { red, green, blue } = reference.seen;
    const planes = planesOver([red, green, blue, reference.soft], reference.seen.view, view, posed);
    const place = bestPlace(planes, view.width, reach, seen);
    if (!place) return [];
    const moveX = middle[0] - (place.x + 0.5) * scale;
    const moveY = middle[1] - (place.y + 0.5) * scale;
    return [{ match: place.match, map: after(posed, [1, 0, moveX, 0, 1, moveY]) }];
  });
  return found
    .sort((one, other) => other.match - one.match)
    .slice(0, mostFound)
    .map(({ map }) => map);
}

/** The pixel around which the template's subject looks most like what is seen. */
function bestPlace(
  [red, green, blue, soft]: readonly Float32Array[],
  width: number,
  reach: number,
  seen: { readonly view: View; readonly red: Float32Array; readonly green: Float32Array; readonly blue: Float32Array },
): { x: number; y: number; match: number } | undefined {
  const inside = [...soft.keys()].filter((at) => soft[at] > 0.7);
  const { view } = seen;
  let best: { x: number; y: number; match: number } | undefined;
  for (let y = 0; y < view.height; y++)
    for (let x = 0; x < view.width; x++) {
      let match = 0;
      for (let index = 0; index < inside.length; index++) {
        const at = inside[index];
        const column = x + (at % width) - reach;
        const row = y + Math.floor(at / width) - reach;
        if (column < 0 || row < 0 || column >= view.width || row >= view.height) continue;
        const to = row * view.width + column;
        const miss =
          (Math.abs(red[at] - seen.red[to]) +
            Math.abs(green[at] - seen.green[to]) +
            Math.abs(blue[at] - seen.blue[to])) /
          3;
        match += tolerance ** 2 / (tolerance ** 2 + miss ** 2);
      }
      if (!best || match > best.match) best = { x, y, match };
    }
  return best && best.match > 0.4 * inside.length ? { ...best, match: best.match / inside.length } : undefined;
}
