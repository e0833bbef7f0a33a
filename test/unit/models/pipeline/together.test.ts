import { expect, test } from 'vitest';
import { CancelledError } from '../../../../models/errors/studioError.ts';
import { shuffledNoiseOrder } from '../../../../models/pipeline/sampling/shuffledNoise.ts';
import { predictTogether } from '../../../../models/pipeline/sampling/together.ts';
import { planWindows } from '../../../../models/pipeline/sampling/windows.ts';

const shape = { channels: 2, frames: 10, height: 1, width: 3 };
const windows = planWindows(10, 4, 2);
const sample = Float32Array.from({ length: 60 }, (_, index) => index);

test('windows that agree answer as one', async () => {
  const predict = await predictTogether(shape, windows, async () => async (part) => part.map((value) => 2 * value));
  expect([...(await predict(sample, 500, 0))]).toEqual([...sample].map((value) => expect.closeTo(2 * value, 4)));
});

test('where they differ the middle of a window counts more than its ends', async () => {
  expect(windows.map(({ start }) => start)).toEqual([0, 2, 4, 6]);
  const predict = await predictTogether(
    shape,
    windows,
    async ({ start }) =>
      async (part) =>
        part.map(() => start),
  );
  const answer = await predict(sample, 500, 0);
  const frame = (index: number): number | undefined => answer[index * 3];
  // Frames 2 and 3 lie in the windows from 0 (weights 1 2 2 1) and from 2.
  expect([0, 1, 2, 3].map(frame)).toEqual([0, 0, expect.closeTo(2 / 3), expect.closeTo(4 / 3)]);
  expect(frame(9)).toBe(6);
});

test('cancelling is heard between windows', async () => {
  const controller = new AbortController();
  let asked = 0;
  const predictorFor = async () => async (part: Float32Array) => {
    asked++;
    controller.abort();
    return part;
  };
  const predict = await predictTogether(shape, windows, predictorFor, controller.signal);
  await expect(predict(sample, 500, 0)).rejects.toBeInstanceOf(CancelledError);
  expect(asked).toBe(1);
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
