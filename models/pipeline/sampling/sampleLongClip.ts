import { denoiserOf, type Predictor } from '../../diffusion/denoiser.ts';
import { noiseSchedule } from '../../diffusion/noiseSchedule.ts';
import { createMemory } from '../../memory/memory.ts';
import type { Model } from '../../model/model.ts';
import { isOpen } from './heldCells.ts';
import type { PlaceShare } from './onePlace.ts';
import { type SampledStep, type SampleVideoOptions, sampleVideo } from './sampleVideo.ts';
import { shuffledNoiseOrder } from './shuffledNoise.ts';
import { denoiseTogether } from './together.ts';
import { planWindows, type Window } from './windows.ts';

/** What a clip of any length is sampled with. */
export interface SampleLongClipOptions extends SampleVideoOptions {
  /** Where each frame shows its place, when that is to be one place through all windows. */
  place?: PlaceShare | undefined;
  /** Hears of what is done within a step, windows and all steps counted. */
  onWindow?: ((step: number, total: number) => void) | undefined;
}

/** Windows whose conditions are held at once; more are put together again in every step, which costs little beside a step. */
const heldWindows = 16;

/**
 * Samples a clip of any length in the way its model takes long ones: window after window, all windows within each step, or all frames
 * at once. `predictorFor` gives the network for a window of a clip (or of a part made by itself) that opens at `opening`, seen
 * `frames` at a time.
 */
export function sampleLongClip(
  { description }: Pick<Model, 'description'>,
  options: SampleLongClipOptions,
  predictorFor: (window: Window, opening: number, frames: number) => Promise<Predictor>,
): AsyncGenerator<SampledStep, Float32Array, undefined> {
  const { shape, windowFrames, overlapFrames, seed, signal, place, held: known, onWindow } = options;
  const whole = { ...options, windowFrames: shape.frames };
  const kind = noiseSchedule(options.scheduler).config.prediction_type;
  const denoiserFor = async (...asked: Parameters<typeof predictorFor>) =>
    denoiserOf(kind, await predictorFor(...asked));
  switch (description.longClips) {
    case 'together': {
      const all = planWindows(shape.frames, windowFrames, overlapFrames);
      const windows = known ? all.filter((window) => isOpen(known, window)) : all;
      const held = createMemory(heldWindows);
      const ask = (window: Window) => held(String(window.start), () => denoiserFor(window, 0, windowFrames));
      const sampling = sampleVideo(whole, async (_, steps) => {
        const tell = (done: number, step: number) => onWindow?.(step * windows.length + done, steps * windows.length);
        return denoiseTogether(shape, windows, ask, { place, held: known, signal, onWindow: tell });
      });
      return countedInWindows(sampling, windows.length);
    }
    case 'freeNoise': {
      const noiseOrder = shuffledNoiseOrder(shape.frames, windowFrames, seed);
      return sampleVideo({ ...whole, noiseOrder }, (window) => denoiserFor(window, 0, shape.frames));
    }
    default:
      return sampleVideo(options, (window) => denoiserFor(window, window.start, windowFrames));
  }
}

/** The same sampling, its steps counted as those of all its windows. */
async function* countedInWindows(
  sampling: AsyncGenerator<SampledStep, Float32Array, undefined>,
  windows: number,
): AsyncGenerator<SampledStep, Float32Array, undefined> {
  let result = await sampling.next();
  while (!result.done) {
    const { step, total } = result.value;
    yield { ...result.value, step: step * windows, total: total * windows };
    result = await sampling.next();
  }
  return result.value;
}
