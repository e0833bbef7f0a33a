/** The light of a drawn place, thrown on the subject's own pixels that are laid over it: multiplied, so that they stay what they are. */
import { linearLight } from '../../math/colour.ts';
import type { Planes } from '../../math/resample.ts';
import type { Picture } from '../subject/picture.ts';

/** Mean light, in linear sRGB, of a place by day: it leaves a subject as it is. */
const daylight = 0.3;
/** How far a place's light may darken and brighten a subject. */
const [darkest, brightest] = [0.3, 1.2];

/** An 8-bit sRGB value as linear light, 0 to 1. */
const linear = Float32Array.from({ length: 256 }, (_, value) => linearLight(value / 255));

/** Linear light as sRGB, 0 to 1. */
const encoded = (light: number): number => (light <= 0.0031308 ? light * 12.92 : 1.055 * light ** (1 / 2.4) - 0.055);

/**
 * Factors for red, green and blue, in linear light, by which a place lights a subject: the square root of its mean light against that of
 * a place by day, so that what is lit by it is not coloured like it.
 * @param made the drawn frame; `subject` how much of each of its pixels is the subject, which does not count.
 * @param strength 0 none, 1 all of it.
 */
export function placeLight(made: Picture, subject: Planes, strength: number): readonly [number, number, number] {
  const sums = [0, 0, 0];
  let count = 0;
  for (let i = 0; i < subject.data.length; i++) {
    if (subject.data[i] > 0.02) continue;
    for (let channel = 0; channel < 3; channel++) sums[channel] += linear[made.data[4 * i + channel]];
    count++;
  }
  const [red, green, blue] = sums.map((sum) => {
    const light = count === 0 ? 1 : Math.sqrt(sum / count / daylight);
    return 1 + strength * (Math.min(brightest, Math.max(darkest, light)) - 1);
  });
  return [red, green, blue];
}

/** An sRGB value, 0 to 1, in light that is `factor` times as strong. */
export const lit = (value: number, factor: number): number =>
  factor === 1 ? value : Math.min(1, encoded(linear[Math.round(255 * value)] * factor));
