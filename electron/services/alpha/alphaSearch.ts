import { standingStill } from '../../../models/lanes/weightsOverTime.ts';
import type { AlphaPoint } from '../../contract/grid/alphaSearches.ts';
import type { TakeSettings } from '../../contract/takeSettings.ts';

/** Groups of layers that are moved one after the other, by the beginnings of their paths. */
export const searchedGroups = ['down_blocks', 'mid_block', 'up_blocks'] as const;

/** Where every search begins: what the model learned. */
export const learnedPoint: AlphaPoint = { text: 1, image: 1, groups: {} };

/** First step of each of the two α, and the smallest that is still taken. */
const firstStep = 0.5;
const smallestStep = 0.1;

/** Largest factor; what is beyond has never led anywhere but to noise. */
const largest = 4;

/** Settings at a point; what is searched for does not move over the frames. */
export const settingsAt = (settings: TakeSettings, { text, image, groups }: AlphaPoint): TakeSettings => ({
  ...settings,
  overTime: standingStill(settings.overTime, ['textAlpha', 'imageAlpha']),
  alpha: {
    ...settings.alpha,
    ...{ text, image },
    layers: searchedGroups.flatMap((layers) => {
      const factor = groups[layers] ?? 1;
      return factor === 1 ? [] : [{ layers, text: factor, image: factor }];
    }),
  },
});

/** A point that was looked at, in order. */
export interface SearchStep {
  readonly point: AlphaPoint;
  readonly score: number;
  /** Whether the search went on from here. */
  readonly taken: boolean;
}

/**
 * Searches both α, then each group of layers, for the highest score: the neighbours on each side of the best point in turn, half as far
 * away once none is better (pattern search, Hooke and Jeeves 1961). No derivative is asked for, each point is scored once, and what it
 * comes to is never worse than the learned values on what it was scored with.
 * @param most points looked at.
 */
export async function searchAlpha(
  scoreOf: (point: AlphaPoint) => Promise<number>,
  most: number,
  onStep: (step: SearchStep) => void = () => undefined,
): Promise<{ best: AlphaPoint; score: number; path: readonly SearchStep[] }> {
  const path: SearchStep[] = [];
  const known = new Map<string, number>();
  let best = learnedPoint;
  let bestScore = Number.NEGATIVE_INFINITY;
  const look = async (point: AlphaPoint): Promise<boolean> => {
    const key = JSON.stringify(point);
    if (known.has(key) || path.length >= most) return false;
    const score = await scoreOf(point);
    known.set(key, score);
    const taken = score > bestScore;
    if (taken) [best, bestScore] = [point, score];
    const step = { point, score, taken };
    path.push(step);
    onStep(step);
    return taken;
  };
  await look(learnedPoint);
  const within = (value: number): number => Math.min(largest, Math.max(0, Math.round(1000 * value) / 1000));
  for (let step = firstStep; step >= smallestStep; step /= 2)
    for (let better = true; better && path.length < most; ) {
      better = false;
      for (const axis of ['text', 'image'] as const)
        for (const side of [step, -step]) {
          const point = { ...best, [axis]: within(best[axis] + side) };
          if (await look(point)) {
            better = true;
            break;
          }
        }
    }
  for (const group of searchedGroups)
    for (const factor of [1.25, 0.8]) {
      if (await look({ ...best, groups: { ...best.groups, [group]: factor } })) break;
    }
  return { best, score: bestScore, path };
}
