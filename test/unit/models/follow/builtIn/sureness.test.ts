import { expect, test } from 'vitest';
import { surenessOf, thinness } from '../../../../../models/follow/builtIn/sureness.ts';
import { doubtfulBelow } from '../../../../../models/follow/follower.ts';

const view = { left: 0, top: 0, scale: 1, width: 40, height: 40 };
const filled = (left: number, top: number, right: number, bottom: number): Float32Array =>
  Float32Array.from({ length: 1600 }, (_, at) => {
    const [x, y] = [at % 40, Math.floor(at / 40)];
    return x >= left && x < right && y >= top && y < bottom ? 1 : 0;
  });

test('a square is less thin than a bar, and nothing is not thin', () => {
  expect(thinness(filled(10, 10, 30, 30), view)).toBeCloseTo(4, 5);
  expect(thinness(filled(5, 20, 35, 22), view)).toBeGreaterThan(20);
  expect(thinness(new Float32Array(1600), view)).toBe(0);
});

test('what matches is sure, what matches badly or was lost is doubted', () => {
  expect(surenessOf({ fit: 0.9, isBack: true, thin: 6 })).toBeGreaterThan(0.9);
  expect(surenessOf({ fit: 0.4, isBack: true, thin: 15 })).toBeLessThan(doubtfulBelow);
  expect(surenessOf({ fit: 0.6, isBack: false, thin: 6 })).toBeLessThan(doubtfulBelow);
});
