import { expect, test } from 'vitest';
import { mapOf, type TakeAttention } from '../../../../renderer/project/attention.ts';

const maps: TakeAttention = {
  ...{ takeId: 'take', url: '', words: ['on', 'beach'], levels: [0.9], groups: ['down', 'up'] },
  ...{ frames: 2, height: 1, width: 2 },
  // Per group: on, beach, picture.
  peaks: [0.5, 0.25, 1, 0.1, 0, 1],
  bytes: Uint8Array.from(
    [
      [255, 0, 0, 255],
      [255, 255, 0, 0],
      [9, 9, 9, 9],
      [255, 0, 0, 0],
      [0, 0, 0, 0],
      [7, 7, 7, 7],
    ].flat(),
  ),
};

test('a word’s map is the one that was told; the picture’s stands behind the words', () => {
  expect(mapOf(maps, { level: 0, group: 0, words: [1] })).toEqual({
    bytes: Uint8Array.of(255, 255, 0, 0),
    peak: 0.25,
  });
  expect([...mapOf(maps, { level: 0, group: 1, words: [2] }).bytes]).toEqual([7, 7, 7, 7]);
});

test('several words act together: their shares add up, over all frames', () => {
  const both = mapOf(maps, { level: 0, group: 0, words: [0, 1] });
  expect(both.peak).toBeCloseTo(0.75, 6);
  expect([...both.bytes]).toEqual([255, 85, 0, 170]);
  expect(mapOf(maps, { level: 0, group: 0, words: [0, 1] })).toBe(both);
  expect(mapOf(maps, { level: 0, group: 0, words: [] }).peak).toBe(0);
});
