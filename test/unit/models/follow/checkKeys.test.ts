import { expect, test } from 'vitest';
import { checkKeys } from '../../../../models/follow/checkKeys.ts';
import type { FollowKey } from '../../../../models/follow/follower.ts';

const clip = { width: 100, height: 50, frameCount: 8, frame: async () => new Uint8Array(20_000) };

test('keys inside the clip pass', () => {
  const point = { x: 0, y: 49.5, adds: true };
  expect(() =>
    checkKeys(clip, [
      { frame: 0, points: [point] },
      { frame: 7, box: [0, 0, 100, 50] },
      { frame: 1, mask: new Uint8Array(5000) },
    ]),
  ).not.toThrow();
});

const wrong: readonly [string, readonly FollowKey[], RegExp][] = [
  ['no key', [], /no click and no mask/],
  ['a frame behind the end', [{ frame: 8, points: [{ x: 1, y: 1, adds: true }] }], /0 to 7/],
  ['a point outside', [{ frame: 0, points: [{ x: 100, y: 1, adds: true }] }], /outside the clip of 100×50/],
  ['a point that is no number', [{ frame: 0, points: [{ x: Number.NaN, y: 1, adds: true }] }], /outside the clip/],
  ['a box turned over', [{ frame: 0, box: [20, 20, 10, 30] }], /does not lie inside/],
  ['a mask of another size', [{ frame: 0, mask: new Uint8Array(7) }], /100×50/],
  ['nothing said', [{ frame: 0 }], /Nothing is said/],
];

test.each(wrong)('%s is refused', (_, keys, says) => {
  expect(() => checkKeys(clip, keys)).toThrow(says);
});
