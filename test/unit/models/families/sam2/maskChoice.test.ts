import { describe, expect, test } from 'vitest';
import {
  absentLogit,
  apartFromEachOther,
  type ChosenMask,
  chooseMask,
  stabilityOf,
} from '../../../../../models/families/sam2/maskChoice.ts';
import { floatTensor } from '../../../../../models/math/tensor.ts';

/** Four masks of two places, the first of them unstable where asked. */
const decoded = (score: number, unstable = false) => ({
  masks: floatTensor([1, 4, 1, 2], Float32Array.from([unstable ? 0.01 : 5, -5, 1, 1, 2, 2, 3, -3])),
  qualities: floatTensor([1, 4], Float32Array.from([0.9, 0.2, 0.8, 0.4])),
  score: floatTensor([1, 1], Float32Array.of(score)),
  pointers: floatTensor([1, 4, 1], Float32Array.from([10, 11, 12, 13])),
});

describe('which of four masks', () => {
  test('a prompt that may mean several things gets the best of the last three, with its pointer', () => {
    const chosen = chooseMask(decoded(1), true);
    expect([...chosen.logits]).toEqual([2, 2]);
    expect([...chosen.pointer]).toEqual([12]);
    expect(chosen.quality).toBeCloseTo(0.8);
  });

  test('a clear prompt gets the first', () => {
    expect([...chooseMask(decoded(1), false).logits]).toEqual([5, -5]);
  });

  test('unless that is unstable; its pointer stays', () => {
    const chosen = chooseMask(decoded(1, true), false);
    expect([...chosen.logits]).toEqual([2, 2]);
    expect([...chosen.pointer]).toEqual([10]);
  });

  test.each([0, -2])('a score of %d says that the subject is not there', (score) => {
    expect([...chooseMask(decoded(score), true).logits]).toEqual([absentLogit, absentLogit]);
  });
});

test('stability is the share that stays; an empty mask is stable', () => {
  expect(stabilityOf(Float32Array.from([1, 1, 0, -1]))).toBeCloseTo(2 / 3);
  expect(stabilityOf(Float32Array.from([-1, -1]))).toBe(1);
});

test('a pixel is left to the subject whose logit is the highest', () => {
  const mask = (...logits: number[]): ChosenMask => ({
    logits: Float32Array.from(logits),
    score: 1,
    quality: 1,
    stability: 1,
    pointer: new Float32Array(1),
  });
  const parted = apartFromEachOther([mask(3, 1, -2, -20), mask(1, 4, -1, -30)]);
  expect(parted.map(({ logits }) => [...logits])).toEqual([
    [3, -10, -10, -20],
    [-10, 4, -1, -30],
  ]);
  const [alone] = apartFromEachOther([mask(1, -1)]);
  expect([...(alone?.logits ?? [])]).toEqual([1, -1]);
});
