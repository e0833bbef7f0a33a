import { expect, test } from 'vitest';
import type { AlphaPoint } from '../../../../../electron/contract/grid/alphaSearches.ts';
import { takeSettings } from '../../../../../electron/contract/takeSettings.ts';
import { learnedPoint, searchAlpha, settingsAt } from '../../../../../electron/services/alpha/alphaSearch.ts';

/** A hill with its top at text 2, image 0.5 and the up blocks a quarter stronger. */
const hill = async ({ text, image, groups }: AlphaPoint): Promise<number> =>
  -((text - 2) ** 2) - (image - 0.5) ** 2 + (groups.up_blocks === 1.25 ? 0.1 : 0);

test('the search climbs to the top of a hill, both α first, then the layers', async () => {
  const { best, score, path } = await searchAlpha(hill, 60);
  expect(best.text).toBeCloseTo(2, 1);
  expect(best.image).toBeCloseTo(0.5, 1);
  expect(best.groups).toEqual({ up_blocks: 1.25 });
  expect(score).toBeCloseTo(0.1, 2);
  expect(path[0]).toMatchObject({ point: learnedPoint, taken: true });
});

test('no point is scored twice, none beyond what was allowed, and nothing worse is taken', async () => {
  const seen: string[] = [];
  const { path } = await searchAlpha(async (point) => {
    seen.push(JSON.stringify(point));
    return hill(point);
  }, 9);
  expect(seen).toHaveLength(9);
  expect(new Set(seen).size).toBe(9);
  const taken = path.filter((step) => step.taken).map((step) => step.score);
  expect(taken).toEqual([...taken].sort((a, b) => a - b));
});

test('where the learned values are best they are the answer', async () => {
  const { best } = await searchAlpha(async (point) => (point === learnedPoint ? 1 : 0), 40);
  expect(best).toBe(learnedPoint);
});

test('a point is settings: both α, and a factor for each group that differs', () => {
  const settings = takeSettings.parse({ task: 'generate', prompt: 'it jumps', seed: 1 });
  const { alpha } = settingsAt(settings, { text: 2, image: 0.5, groups: { up_blocks: 0.8, mid_block: 1 } });
  const keys = [{ frame: 0, value: 0.5 }];
  const moving = takeSettings.parse({ ...settings, overTime: { frames: { imageAlpha: keys, hfaStrength: keys } } });
  const { frames } = settingsAt(moving, learnedPoint).overTime;
  expect([frames.imageAlpha.length, frames.hfaStrength.length]).toEqual([0, 1]);
  expect(alpha).toMatchObject({ text: 2, image: 0.5, layers: [{ layers: 'up_blocks', text: 0.8, image: 0.8 }] });
});
