import { boxMean } from './boxSums.ts';
import { guidedMask } from './guidedMask.ts';
import type { Seen } from './view.ts';

/** What a reference says of a view's pixels. */
export interface Said {
  readonly soft: Float32Array;
  readonly match: Float32Array;
  readonly quality: number;
}

/** How far a pixel that matches so well is held to be seen. */
export const asSeen = (match: number): number => {
  const t = Math.max(0, Math.min(1, (match - 0.05) / 0.45));
  return t * t * (3 - 2 * t);
};

/** What the frame before and the key say together, and how far each pixel is to be trusted. */
export function join(carried: Said, known: Said): { mask: Float32Array; trust: Float32Array } {
  const count = carried.soft.length;
  const mask = new Float32Array(count);
  const trust = new Float32Array(count);
  for (let at = 0; at < count; at++) {
    const yes = known.soft[at] * known.match[at] + 0.4 * carried.soft[at] * carried.match[at];
    const no =
      (1 - known.soft[at]) * Math.max(0.3, known.quality) +
      known.soft[at] * (1 - known.match[at]) * 0.5 +
      0.4 * ((1 - carried.soft[at]) * carried.quality + carried.soft[at] * (1 - carried.match[at]) * 0.5);
    mask[at] = yes / (yes + no + 1e-6);
    trust[at] = Math.max(known.match[at], 0.5 * carried.match[at]);
  }
  return { mask, trust };
}

/**
 * The mask drawn anew along the picture's edges where what is known of its border does not match: there colours on both sides of it decide.
 */
export function drawAnew(seen: Seen, { mask, trust }: { mask: Float32Array; trust: Float32Array }): Float32Array {
  const { width, height } = seen.view;
  const near = boxMean(mask, width, height, 2);
  const inside = new Float32Array(mask.length);
  for (let at = 0; at < near.length; at++) {
    near[at] = (2 * near[at] - 1) ** 4;
    inside[at] = mask[at] * trust[at];
  }
  const fine = guidedMask(seen, mask, near, { radius: 4, softness: 40 });
  const [shares, sums] = [boxMean(inside, width, height, 5), boxMean(mask, width, height, 5)];
  for (let at = 0; at < fine.length; at++) {
    const sure = shares[at] / (sums[at] + 1e-3);
    fine[at] = sure * mask[at] + (1 - sure) * fine[at];
  }
  return fine;
}
