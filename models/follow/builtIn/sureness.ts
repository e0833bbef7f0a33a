import type { View } from './view.ts';

/** What a frame's confidence is read from. */
export interface SurenessFacts {
  /** How well the subject matches what it is remembered as, 0..1, less where its surroundings look like it too. */
  readonly fit: number;
  /** Whether it has been seen as well as usual since it was last lost. */
  readonly isBack: boolean;
  /** How thin it is: {@link thinness}. */
  readonly thin: number;
}

/** Beyond this, thinness says no more. */
const mostThin = 25;

/**
 * How likely a mask overlaps the true one by 0.8 or more, 0..1: a logistic function, fitted on composites whose masks are known
 * (build/bench/follow), its border moved so that a doubtful frame is rather marked than not.
 */
export function surenessOf({ fit, isBack, thin }: SurenessFacts): number {
  const odds = 6.5 * fit + (isBack ? 3.2 : 0) - 0.12 * Math.min(mostThin, thin) - 4.3;
  return 1 / (1 + Math.exp(-odds));
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
