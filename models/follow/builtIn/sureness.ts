import type { View } from './view.ts';

/** What a frame's confidence is read from. */
export interface SurenessFacts {
  /** How well the subject matches what it is remembered as, 0..1, less where its surroundings look like it too. */
  readonly fit: number;
  /** Whether it has been seen as well as usual since it was last lost. */
  readonly isBack: boolean;
  /** How thin it is: {@link thinness}. */
  readonly thin: number;
  /** How decided its mask is: {@link crispness}. */
  readonly crisp: number;
  /** How far it moves in a frame, as a share of the side of a square of its area. */
  readonly speed: number;
}

/** Beyond these, thinness and speed say no more. */
const mostThin = 25;
const mostSpeed = 0.2;

/**
 * How likely a mask overlaps the true one by 0.8 or more, 0..1: logistic functions, fitted on composites whose masks are known
 * (build/bench/follow), their borders moved so that a doubtful frame is rather marked than not. What is thin and moves fast is blurred as wide
 * as it is, and no mask of it is sure; where the subject is lost, match and thinness tell most.
 */
export function surenessOf({ fit, isBack, thin, crisp, speed }: SurenessFacts): number {
  const blurred = (Math.min(mostThin, thin) / mostThin) * (Math.min(mostSpeed, speed) / mostSpeed);
  const odds = isBack ? 2.9 * crisp + 2.2 * fit - 7 * blurred - 0.6 : 6.5 * fit - 0.12 * Math.min(mostThin, thin) - 3.2;
  return 1 / (1 + Math.exp(-odds));
}

/** What a mask cut at half overlaps the true one by if each pixel is the subject as likely as the mask says, 0..1; 0 where nothing is left of it. */
export function crispness(soft: Float32Array): number {
  let [area, inside, outside] = [0, 0, 0];
  for (let at = 0; at < soft.length; at++) {
    const share = soft[at];
    if (share < 0.5) outside += share;
    else {
      inside += share;
      area++;
    }
  }
  return area > 0 ? inside / (area + outside) : 0;
}

/** The length of a mask's border times its longer side over its area: 4 for a square, about 30 for a bird's wings; 0 where it is empty. */
export function thinness(soft: Float32Array, { width, height }: View): number {
  let [area, border, left, right, top, bottom] = [0, 0, width, 0, height, 0];
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at++) {
      const isInside = soft[at] >= 0.5;
      if (x + 1 < width && isInside !== soft[at + 1] >= 0.5) border++;
      if (y + 1 < height && isInside !== soft[at + width] >= 0.5) border++;
      if (!isInside) continue;
      area++;
      left = Math.min(left, x);
      right = Math.max(right, x + 1);
      top = Math.min(top, y);
      bottom = y + 1;
    }
  return area > 0 ? (border * Math.max(right - left, bottom - top)) / area : 0;
}
