import { expect, test } from 'vitest';
import { liveSize, liveStepSeconds, workOf } from '../../../../electron/engine/live/liveSize.ts';

const full = { frames: 8, width: 512, height: 320 };
const cost = { flops: 8e12, parameters: 1e9 };
const at = (operationsPerSecond: number) =>
  liveSize(full, cost, 64, (_, work) => {
    expect(work).toBeGreaterThanOrEqual(workOf({ flops: 0, parameters: cost.parameters }));
    return work / operationsPerSecond;
  });

test('where a step comes soon a live preview is drawn as asked', () => {
  expect(at(1e13)).toEqual(full);
});

test('the slower the machine, the smaller it is drawn, then with fewer frames, in steps that the network divides', () => {
  expect(at(1.2e12)).toEqual({ frames: 8, width: 384, height: 192 });
  expect(at(4e11)).toEqual({ frames: 8, width: 256, height: 128 });
  expect(at(2.5e11)).toEqual({ frames: 4, width: 256, height: 128 });
  expect(at(1e9)).toEqual({ frames: 4, width: 128, height: 64 });
});

test('what a size is known to take counts more than what is computed', () => {
  const known = liveSize(full, cost, 64, ({ frames, width }) =>
    frames === 8 && width === 512 ? liveStepSeconds + 1 : liveStepSeconds - 1,
  );
  expect(known).toEqual({ frames: 8, width: 384, height: 192 });
});

test('a take of few frames keeps them all', () => {
  expect(liveSize({ ...full, frames: 3 }, cost, 64, () => 100).frames).toBe(3);
});
