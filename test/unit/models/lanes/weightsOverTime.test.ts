import fc from 'fast-check';
import { expect, test } from 'vitest';
import { factorAt, type Lane, laneAt, laneCurves, stepEases } from '../../../../models/lanes/weightsOverTime.ts';

const lane: Lane = [
  { frame: 2, value: 0, curve: 'hold' },
  { frame: 4, value: 1, curve: 'linear' },
  { frame: 8, value: 2, curve: 'smooth' },
  { frame: 12, value: 0, curve: 'linear' },
];

test.each([
  [0, 0],
  [2, 0],
  [3, 0],
  [4, 1],
  [5, 1.25],
  [8, 2],
  [9, 2 - 2 * (3 / 16 - 2 / 64)],
  [10, 1],
  [12, 0],
  [99, 0],
])('at frame %d a lane of four keys is %d', (frame, value) => {
  expect(laneAt(lane, frame, 7)).toBeCloseTo(value, 12);
});

test('a lane without keys leaves the number', () => {
  expect(laneAt([], 3, 0.7)).toBe(0.7);
});

test('a lane stays between its keys’ values and meets every key', () => {
  const key = fc.record({
    frame: fc.nat(200),
    value: fc.double({ min: 0, max: 4, noNaN: true }),
    curve: fc.constantFrom(...laneCurves),
  });
  const lanes = fc.uniqueArray(key, { minLength: 1, maxLength: 12, selector: ({ frame }) => frame });
  fc.assert(
    fc.property(lanes, fc.nat(220), (keys, frame) => {
      const sorted = [...keys].sort((a, b) => a.frame - b.frame);
      const values = sorted.map(({ value }) => value);
      const at = laneAt(sorted, frame, 9);
      expect(at).toBeGreaterThanOrEqual(Math.min(...values) - 1e-9);
      expect(at).toBeLessThanOrEqual(Math.max(...values) + 1e-9);
      for (const each of sorted) expect(laneAt(sorted, each.frame, 9)).toBe(each.value);
    }),
  );
});

test.each(stepEases)('the factor of a curve that eases %s goes from its start to its end, ever onwards', (ease) => {
  const factors = Array.from({ length: 9 }, (_, step) => factorAt({ start: 0.5, end: 2, ease }, step, 9));
  expect(factors[0]).toBe(0.5);
  expect(factors[8]).toBe(2);
  expect([...factors].sort((a, b) => a - b)).toEqual(factors);
});

test('without a curve, and in a run of one step, nothing moves', () => {
  expect(factorAt(undefined, 3, 8)).toBe(1);
  expect(factorAt({ start: 0.5, end: 2, ease: 'smooth' }, 0, 1)).toBe(0.5);
});
