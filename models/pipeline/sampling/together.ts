import type { Predictor } from '../../diffusion/denoiser.ts';
import { CancelledError } from '../../errors/studioError.ts';
import { type LatentShape, sliceFrames } from '../../math/frames.ts';
import type { Window } from './windows.ts';

/**
 * One predictor for a clip longer than the network sees at once: at every step all windows are asked, one after the other, and where
 * they overlap their answers are averaged, a window's middle counting more than its ends (1, 2, … up to the middle and down again).
 * Memory stays that of one window, however long the clip.
 */
export async function predictTogether(
  { channels, frames, height, width }: LatentShape,
  windows: readonly Window[],
  predictorFor: (window: Window) => Promise<Predictor>,
  signal?: AbortSignal,
): Promise<Predictor> {
  const area = height * width;
  const asked: { window: Window; predict: Predictor; weights: readonly number[] }[] = [];
  for (const window of windows)
    asked.push({ window, predict: await predictorFor(window), weights: pyramid(window.frames) });
  const totals = new Float32Array(frames);
  for (const { window, weights } of asked)
    for (const [index, weight] of weights.entries()) totals[window.start + index] += weight;
  return async (sample, timestep, step) => {
    const answer = new Float32Array(sample.length);
    for (const { window, predict, weights } of asked) {
      if (signal?.aborted) throw new CancelledError();
      const { start, frames: count } = window;
      const part = await predict(sliceFrames(sample, channels, frames, area, start, start + count), timestep, step);
      for (let channel = 0; channel < channels; channel++)
        for (const [index, weight] of weights.entries()) {
          const share = weight / totals[start + index];
          const from = (channel * count + index) * area;
          const to = (channel * frames + start + index) * area;
          for (let place = 0; place < area; place++) answer[to + place] += share * part[from + place];
        }
    }
    return answer;
  };
}

/** 1, 2, … up to the middle and down to 1 again. */
const pyramid = (length: number): readonly number[] =>
  Array.from({ length }, (_, index) => Math.min(index + 1, length - index));
