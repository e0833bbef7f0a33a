import type { Predictor } from '../../diffusion/denoiser.ts';
import type { Model } from '../../model/model.ts';
import { type SampledStep, type SampleVideoOptions, sampleVideo } from './sampleVideo.ts';
import { shuffledNoiseOrder } from './shuffledNoise.ts';
import { predictTogether } from './together.ts';
import { planWindows, type Window } from './windows.ts';

/**
 * Samples a clip of any length in the way its model takes long ones: window after window, all windows within each step, or all frames
 * at once. `predictorFor` gives the network for a window of a clip (or of a part made by itself) that opens at `opening`, seen
 * `frames` at a time.
 */
export function sampleLongClip(
  { description }: Pick<Model, 'description'>,
  options: SampleVideoOptions,
  predictorFor: (window: Window, opening: number, frames: number) => Promise<Predictor>,
): AsyncGenerator<SampledStep, Float32Array, undefined> {
  const { shape, windowFrames, overlapFrames, seed, signal } = options;
  const whole = { ...options, windowFrames: shape.frames };
  switch (description.longClips) {
    case 'together': {
      const windows = planWindows(shape.frames, windowFrames, overlapFrames);
      return sampleVideo(whole, () =>
        predictTogether(shape, windows, (window) => predictorFor(window, 0, windowFrames), signal),
      );
    }
    case 'freeNoise': {
      const noiseOrder = shuffledNoiseOrder(shape.frames, windowFrames, seed);
      return sampleVideo({ ...whole, noiseOrder }, (window) => predictorFor(window, 0, shape.frames));
    }
    default:
      return sampleVideo(options, (window) => predictorFor(window, window.start, windowFrames));
  }
}
