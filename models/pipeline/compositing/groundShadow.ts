/** The shadow a subject throws on the ground it stands on: soft, flat, below its feet, paler as it rises from there. */
import type { Planes } from '../../math/resample.ts';

/** How much of the light the shadow takes away in its middle. */
const depth = 0.45;
/** Above this share of the frame's height nothing stands on the ground: there is sky behind. */
const horizon = 0.6;
/** Shares of the shadow that are left however high a subject rises, and its depth against its width. */
const [faintest, flatness] = [0.25, 0.3];

/** Where a subject ends and how wide it is, in pixels. */
interface Outline {
  readonly bottom: number;
  readonly middle: number;
  /** Half the width of its shadow: a little less than two deviations of its columns. */
  readonly reach: number;
}

function outlineOf({ data, width, height }: Planes): Outline | undefined {
  let bottom = -1;
  let [weight, sum, squares] = [0, 0, 0];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const cover = data[y * width + x];
      if (cover > 0.5) bottom = y;
      weight += cover;
      sum += cover * x;
      squares += cover * x * x;
    }
  if (bottom < 0) return undefined;
  const middle = sum / weight;
  const deviation = Math.sqrt(Math.max(0, squares / weight - middle * middle));
  return { bottom, middle, reach: 1.9 * Math.max(width / 64, deviation) };
}

/** The row that a subject stands on, of its mask in the first frame; undefined where the frame cuts it off below, or there is none. */
export function groundOf(mask: Planes): number | undefined {
  const bottom = outlineOf(mask)?.bottom;
  return bottom === undefined || bottom >= mask.height - 1 ? undefined : bottom;
}

/**
 * Darkens RGBA bytes of a mask's size by the shadow of its subject on the ground.
 * @param strength 0 none, 1 all of it.
 */
export function castShadow(data: Uint8Array, mask: Planes, ground: number, strength: number): void {
  const { width, height } = mask;
  const outline = outlineOf(mask);
  if (!outline) return;
  const { middle, reach } = outline;
  const risen = (4 * Math.max(0, ground - outline.bottom)) / height;
  const standing = Math.min(1, Math.max(0, (6 * ground) / height - 6 * horizon));
  const most = strength * depth * standing * Math.min(1, Math.max(faintest, 1 - risen));
  if (most <= 0) return;
  for (let y = 0; y < height; y++) {
    const down = (y - ground) / (flatness * reach);
    if (down * down >= 1.15) continue;
    for (let x = 0; x < width; x++) {
      const across = (x - middle) / reach;
      const shade = most * Math.min(1, Math.max(0, 1.15 - across * across - down * down));
      if (shade === 0) continue;
      const at = 4 * (y * width + x);
      for (let channel = at; channel < at + 3; channel++) data[channel] = Math.round(data[channel] * (1 - shade));
    }
  }
}

/** Whether a sentence names one of the places that have a ground, each a word or several. */
export function namesGround(prompt: string, places: readonly string[]): boolean {
  const words = ` ${prompt.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, ' ')} `;
  return places.some((place) => words.includes(` ${place} `));
}
