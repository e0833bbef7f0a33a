import { expect, test } from 'vitest';
import {
  type Affine,
  after,
  fittedSimilarity,
  inverse,
  nearer,
  scaleOf,
} from '../../../../../models/follow/builtIn/affine.ts';

const similarity = (scale: number, turn: number, x: number, y: number): Affine => [
  scale * Math.cos(turn),
  -scale * Math.sin(turn),
  x,
  scale * Math.sin(turn),
  scale * Math.cos(turn),
  y,
];

test('a similarity is fitted although a third of the pairs is wrong', () => {
  const [a, b, c, d, e, f] = similarity(1.2, 0.3, 5, -7);
  const pairs = Float64Array.from(
    Array.from({ length: 90 }, (_, index) => {
      const [x, y] = [(index * 37) % 101, (index * 53) % 89];
      const wrong = index % 3 === 0 ? 40 + (index % 7) : 0;
      return [x, y, a * x + b * y + c + wrong, d * x + e * y + f - wrong, 1];
    }).flat(),
  );
  const fitted = fittedSimilarity(pairs, 1);
  for (const [index, value] of [a, b, c, d, e, f].entries())
    expect(Math.abs((fitted?.[index] ?? Number.NaN) - value)).toBeLessThan(index % 3 === 2 ? 1.5 : 0.02);
});

test('a map and then its inverse move nothing', () => {
  const map = similarity(0.7, -1, 30, 4);
  for (const [index, value] of after(inverse(map), map).entries())
    expect(value).toBeCloseTo([1, 0, 0, 0, 1, 0][index], 9);
});

test('a map on the way keeps to what it may differ by, and to the place', () => {
  const shown = similarity(2, 1, 10, 20);
  const map = nearer(similarity(1, 0, 0, 0), shown, [50, 60], 0.1, 0.2);
  expect(Math.log(scaleOf(map))).toBeCloseTo(0.1, 9);
  expect(Math.atan2(map[3], map[0])).toBeCloseTo(0.2, 9);
  expect(map[0] * 50 + map[1] * 60 + map[2]).toBeCloseTo(shown[0] * 50 + shown[1] * 60 + shown[2], 9);
  expect(map[3] * 50 + map[4] * 60 + map[5]).toBeCloseTo(shown[3] * 50 + shown[4] * 60 + shown[5], 9);
});
