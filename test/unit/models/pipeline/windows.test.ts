import fc from 'fast-check';
import { expect, test } from 'vitest';
import { joinFrames, setFrames, sliceFrames } from '../../../../models/math/frames.ts';
import { planWindows } from '../../../../models/pipeline/sampling/windows.ts';

test('windows cover every frame once beyond their overlap, all of one length', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 0, max: 25 }),
      (total, length, overlap) => {
        const windows = planWindows(total, length, overlap);
        let covered = 0;
        for (const window of windows) {
          expect(window.start + window.overlap).toBe(covered);
          covered = window.start + window.frames;
          expect(window.frames).toBe(Math.min(total, length));
        }
        expect(covered).toBe(total);
      },
    ),
  );
});

test('frames are cut out, joined and put back where they were', () => {
  const [channels, frames, area] = [3, 5, 4];
  const latents = Float32Array.from({ length: channels * frames * area }, (_, i) => i);
  const one = Array.from({ length: frames }, (_, i) => sliceFrames(latents, channels, frames, area, i, i + 1));
  expect(joinFrames(one, channels)).toEqual(latents);
  const copy = new Float32Array(latents.length);
  setFrames(copy, channels, frames, area, 0, sliceFrames(latents, channels, frames, area, 0, 2));
  setFrames(copy, channels, frames, area, 2, sliceFrames(latents, channels, frames, area, 2, 5));
  expect(copy).toEqual(latents);
});
