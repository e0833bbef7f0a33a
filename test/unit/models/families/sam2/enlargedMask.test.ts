import { expect, test } from 'vitest';
import { enlargedMask } from '../../../../../models/families/sam2/enlargedMask.ts';

test('a mask is stretched between its places and cut at 0', () => {
  const mask = enlargedMask(Float32Array.from([1, -1, 1, -1]), 2, 8, 4);
  expect(mask).toHaveLength(32);
  expect([...mask.subarray(0, 8)]).toEqual([255, 255, 255, 255, 0, 0, 0, 0]);
  expect([...mask.subarray(24)]).toEqual([255, 255, 255, 255, 0, 0, 0, 0]);
});

test('nothing is there where every logit is below 0', () => {
  expect(enlargedMask(new Float32Array(16).fill(-1024), 4, 5, 3).every((value) => value === 0)).toBe(true);
});
