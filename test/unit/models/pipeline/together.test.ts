import { describe, expect, test } from 'vitest';
import { CancelledError } from '../../../../models/errors/studioError.ts';
import { shuffledNoiseOrder } from '../../../../models/pipeline/sampling/shuffledNoise.ts';
import { denoiseTogether } from '../../../../models/pipeline/sampling/together.ts';
import { planWindows } from '../../../../models/pipeline/sampling/windows.ts';

const shape = { channels: 2, frames: 10, height: 1, width: 3 };
const windows = planWindows(10, 4, 2);
const sample = Float32Array.from({ length: 60 }, (_, index) => index);
const level = { timestep: 500, alpha: 0.6, sigma: 0.8 };

test('windows that agree answer as one', async () => {
  const denoise = denoiseTogether(shape, windows, async () => async (part) => part.map((value) => 2 * value));
  expect([...(await denoise(sample, level, 0))]).toEqual([...sample].map((value) => expect.closeTo(2 * value, 4)));
});

test('where they differ the middle of a window counts more than its ends', async () => {
  expect(windows.map(({ start }) => start)).toEqual([0, 2, 4, 6]);
  const denoise = denoiseTogether(
    shape,
    windows,
    async ({ start }) =>
      async (part) =>
        part.map(() => start),
  );
  const answer = await denoise(sample, level, 0);
  const frame = (index: number): number | undefined => answer[index * 3];
  // Frames 2 and 3 lie in the windows from 0 (weights 1 2 2 1) and from 2.
  expect([0, 1, 2, 3].map(frame)).toEqual([0, 0, expect.closeTo(2 / 3), expect.closeTo(4 / 3)]);
  expect(frame(9)).toBe(6);
});

test('every window is told of as it answers, and cancelling is heard between them', async () => {
  const controller = new AbortController();
  const told: number[] = [];
  const denoise = denoiseTogether(shape, windows, async () => async (part) => part, {
    signal: controller.signal,
    onWindow: (done) => {
      told.push(done);
      if (done === 2) controller.abort();
    },
  });
  await expect(denoise(sample, level, 0)).rejects.toBeInstanceOf(CancelledError);
  expect(told).toEqual([1, 2]);
});

describe('one place', () => {
  /** What each window answers: its own colour for the place, and the frame's number times `motion`. */
  const answer = (motion: number, places: readonly Float32Array[]) => {
    const differing =
      async ({ start }: { start: number }) =>
      async (part: Float32Array) =>
        part.map((_, i) => start + motion * (start + (Math.floor(i / 3) % 4)));
    return denoiseTogether(shape, windows, differing, { place: places })(sample, level, 0);
  };
  const open = Array.from({ length: 10 }, () => new Float32Array(3).fill(1));
  const column = (values: Float32Array, cell: number) =>
    Array.from({ length: 10 }, (_, frame) => values[frame * 3 + cell]);
  const spread = (values: readonly number[]) => Math.max(...values) - Math.min(...values);

  test('what stands still inside the windows differs far less from end to end', async () => {
    expect(spread(column(await answer(0, open), 1))).toBeLessThan(0.25 * 6);
  });

  test('the subject’s cells are left as the windows answered', async () => {
    const hidden = open.map(() => Float32Array.of(0, 1, 1));
    const values = await answer(0, hidden);
    expect(column(values, 0)[0]).toBe(0);
    expect(column(values, 0)[9]).toBe(6);
  });

  test('a place that moves inside the windows keeps its motion', async () => {
    const values = column(await answer(5, open), 1);
    expect(spread(values)).toBeGreaterThan(0.9 * (6 + 5 * 9));
  });
});

test('shuffled noise: the first window has its own, later stretches that of a stretch one window earlier', () => {
  const order = shuffledNoiseOrder(26, 16, 5);
  expect(order.slice(0, 16)).toEqual([...Array(16).keys()]);
  expect([...order.slice(16, 20)].sort((a, b) => a - b)).toEqual([0, 1, 2, 3]);
  expect([...order.slice(20, 24)].sort((a, b) => a - b)).toEqual([4, 5, 6, 7]);
  expect(order).toHaveLength(26);
  expect(shuffledNoiseOrder(26, 16, 5)).toEqual(order);
  expect(shuffledNoiseOrder(200, 16, 6)).not.toEqual(shuffledNoiseOrder(200, 16, 5));
});
