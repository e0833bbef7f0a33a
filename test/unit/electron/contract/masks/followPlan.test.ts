import { describe, expect, it } from 'vitest';
import { isFollowed, keyMarkOf, stretchesOf, windowsOf } from '../../../../../electron/contract/masks/followPlan.ts';
import type { FollowedRecord, KeyMark } from '../../../../../electron/contract/records.ts';

const key = (frameIndex: number, mark = 'm'): KeyMark => ({ frameIndex, mark });
const clip = { inFrame: 10, outFrame: 50 };

function run(firstFrame: number, endFrame: number, more: Partial<FollowedRecord>): FollowedRecord {
  const confidence = new Array<number>(endFrame - firstFrame).fill(90);
  const common = { kind: 'followed' as const, id: 'f', maskId: 'm', masksAssetId: 'a', follower: 'x', absent: [] };
  return { ...common, firstFrame, endFrame, confidence, cut: null, before: null, after: null, ...more };
}

const ends = (stretches: readonly { firstFrame: number; endFrame: number }[]) =>
  stretches.map(({ firstFrame, endFrame }) => [firstFrame, endFrame]);

describe('what is to be followed', () => {
  it('is the range without the frames made by hand, in stretches between them', () => {
    expect(ends(stretchesOf([key(30), key(20), key(21)], clip))).toEqual([
      [10, 20],
      [22, 30],
      [31, 50],
    ]);
    expect(stretchesOf([], clip)).toEqual([]);
  });

  it('begins at the nearest key where the range has none', () => {
    expect(ends(stretchesOf([key(2), key(5), key(70)], clip))).toEqual([[6, 50]]);
    expect(ends(stretchesOf([key(70)], clip))).toEqual([[10, 70]]);
  });

  it('goes in windows that reach over shared keys', () => {
    const [first, second, third] = stretchesOf([key(20), key(30)], clip);
    if (!first || !second || !third) throw new Error('three stretches');
    expect(windowsOf([first, second]).map(({ firstFrame, endFrame }) => [firstFrame, endFrame])).toEqual([[10, 31]]);
    expect(ends(windowsOf([first, third]))).toEqual([
      [10, 21],
      [30, 50],
    ]);
  });

  it('is done where a run was made from the very keys that are there', () => {
    const [first, second] = stretchesOf([key(20)], clip);
    if (!first || !second) throw new Error('two stretches');
    const before = run(10, 20, { after: key(20) });
    expect(isFollowed(first, [before])).toBe(true);
    expect(isFollowed(second, [before])).toBe(false);
    expect(isFollowed(first, [run(10, 20, { after: key(20, 'other') })])).toBe(false);
    expect(isFollowed(first, [run(12, 20, { after: key(20) })])).toBe(false);
    expect(isFollowed(first, [run(12, 20, { after: key(20), cut: 'start' })])).toBe(true);
  });

  it('changes with what is drawn on a key, and not with the order in which records lie', () => {
    const record = { kind: 'maskKey' as const, id: 'k', maskId: 'm', frameIndex: 4, interpolation: 'hold' as const };
    const stroke = (order: number, mode: 'paint' | 'erase') => ({
      ...{ kind: 'stroke' as const, id: `s${order}`, keyId: 'k', order },
      operation: { kind: 'fill' as const, mode },
    });
    const both = keyMarkOf(record, [stroke(0, 'paint'), stroke(1, 'erase')]);
    expect(keyMarkOf(record, [stroke(1, 'erase'), stroke(0, 'paint')])).toEqual(both);
    expect(keyMarkOf(record, [stroke(0, 'paint')]).mark).not.toBe(both.mark);
  });
});
