import type { Denoiser } from '../../diffusion/denoiser.ts';
import { CancelledError } from '../../errors/studioError.ts';
import { type LatentShape, sliceFrames } from '../../math/frames.ts';
import type { HeldCells } from './heldCells.ts';
import { bringToOnePlace, type PlaceShare, type WindowAnswer } from './onePlace.ts';
import type { Window } from './windows.ts';

/** What asking all windows within a step takes besides the windows. */
export interface TogetherOptions {
  /** Where the clip shows its place: that is then held to be one; absent: windows are averaged where they overlap and no more. */
  readonly place?: PlaceShare | undefined;
  /** What is known of the clip: the place is then that of it. */
  readonly held?: HeldCells | undefined;
  /** Hears of every window but the last that has answered: windows and steps done. The last is told of by its step. */
  readonly onWindow?: ((windowsDone: number, step: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * One denoiser for a clip longer than the network sees at once: at every step all windows are asked, one after the other, and where
 * they overlap their answers are averaged, a window's middle counting more than its ends (1, 2, … up to the middle and down again).
 * Memory stays that of one window and the latents, however long the clip.
 */
export function denoiseTogether(
  { channels, frames, height, width }: LatentShape,
  windows: readonly Window[],
  denoiserFor: (window: Window) => Promise<Denoiser>,
  { place, held, onWindow, signal }: TogetherOptions = {},
): Denoiser {
  const area = height * width;
  const totals = new Float32Array(frames);
  for (const window of windows)
    for (const [index, weight] of pyramid(window.frames).entries()) totals[window.start + index] += weight;
  return async (sample, level, step) => {
    const answers: WindowAnswer[] = [];
    for (const [index, window] of windows.entries()) {
      // Lets a cancellation that waits in the process's queue be heard.
      await new Promise((resolve) => setImmediate(resolve));
      if (signal?.aborted) throw new CancelledError();
      const part = sliceFrames(sample, channels, frames, area, window.start, window.start + window.frames);
      const denoise = await denoiserFor(window);
      answers.push({ span: window, clean: await denoise(part, level, step) });
      if (index + 1 < windows.length) onWindow?.(index + 1, step);
    }
    if (place && (held || windows.length > 1)) bringToOnePlace(answers, place, { channels, height, width }, held);
    const answer = new Float32Array(sample.length);
    for (const { span, clean } of answers) {
      const { start, frames: count } = span;
      for (let channel = 0; channel < channels; channel++)
        for (const [index, weight] of pyramid(count).entries()) {
          const share = weight / totals[start + index];
          const from = (channel * count + index) * area;
          const to = (channel * frames + start + index) * area;
          for (let cell = 0; cell < area; cell++) answer[to + cell] += share * clean[from + cell];
        }
    }
    return answer;
  };
}

/** 1, 2, … up to the middle and down to 1 again. */
const pyramid = (length: number): readonly number[] =>
  Array.from({ length }, (_, index) => Math.min(index + 1, length - index));
