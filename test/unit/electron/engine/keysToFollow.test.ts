import { expect, test } from 'vitest';
import { keysToFollow } from '../../../../electron/engine/keysToFollow.ts';
import type { MaskDrawing, MaskOperation, RegionPrompt } from '../../../../models/masks/maskDrawing.ts';

const clip = { width: 8, height: 4, frameCount: 10 };
const region = (prompt?: RegionPrompt): MaskOperation => ({
  kind: 'region',
  mode: 'paint',
  width: 8,
  height: 4,
  runs: [0, 8, 24],
  prompt,
});
const drawingOf = (frameIndex: number, ...operations: MaskOperation[]): MaskDrawing => ({
  width: 16,
  height: 8,
  growPixels: 0,
  featherPixels: 0,
  keys: [{ frameIndex, interpolation: 'hold', operations }],
});
const clicked = region({
  points: [
    { x: 4, y: 2, adds: true },
    { x: 15.9, y: 8, adds: false },
  ],
  box: [2, 2, 12, 6],
});

test('a key of clicks alone is said by its clicks, in pixels of the clip and inside it', () => {
  expect(keysToFollow(drawingOf(3, clicked), clip, true)).toEqual([
    {
      frame: 3,
      points: [
        { x: 2, y: 1, adds: true },
        { x: 7.5, y: 3.5, adds: false },
      ],
      box: [1, 1, 6, 3],
    },
  ]);
});

test.each([
  ['the follower reads no clicks', false, [clicked]],
  ['it was corrected by the brush', true, [clicked, { kind: 'invert' } as const]],
  ['it was found otherwise', true, [region()]],
  ['it takes away', true, [{ ...clicked, mode: 'erase' } as MaskOperation]],
])('a key is its mask where %s', (_, readsClicks, operations) => {
  const [key] = keysToFollow(drawingOf(3, ...operations), clip, readsClicks);
  expect(key?.points).toBeUndefined();
  expect(key?.mask?.length).toBe(32);
});

test('keys behind the clip’s end are left out', () => {
  expect(keysToFollow(drawingOf(10, clicked), clip, true)).toEqual([]);
});
