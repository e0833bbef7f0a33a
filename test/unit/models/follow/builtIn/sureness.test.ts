import { expect, test } from 'vitest';
import { crispness, surenessOf, thinness } from '../../../../../models/follow/builtIn/sureness.ts';
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

test('a mask that is decided everywhere is crisp, one with wide borders less, and nothing not at all', () => {
  const square = filled(10, 10, 30, 30);
  expect(crispness(square)).toBe(1);
  const wide = square.map((share, at) => (share === 0 && at % 40 > 5 && at % 40 < 34 ? 0.3 : share));
  expect(crispness(wide)).toBeLessThan(0.75);
  expect(crispness(square.map((share) => 0.4 * share))).toBe(0);
});

test('what matches is sure; what matches badly, was lost, or is thin and fast is doubted', () => {
  const plain = { fit: 0.85, isBack: true, thin: 8, crisp: 0.96, speed: 0.02 };
  expect(surenessOf(plain)).toBeGreaterThan(0.9);
  expect(surenessOf({ ...plain, thin: 30 })).toBeGreaterThan(doubtfulBelow);
  expect(surenessOf({ ...plain, speed: 0.3 })).toBeGreaterThan(doubtfulBelow);
  expect(surenessOf({ ...plain, thin: 25, crisp: 0.86, speed: 0.2 })).toBeLessThan(doubtfulBelow);
  expect(surenessOf({ ...plain, fit: 0.3, isBack: false, crisp: 0.7 })).toBeLessThan(doubtfulBelow);
});
