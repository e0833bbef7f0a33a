import { assert } from '../errors/studioError.ts';
import { type Denoiser, noiseIn } from './denoiser.ts';
import { levelOf, levelOfRatio, noisedTo } from './noiseLevel.ts';
import { spacedTimesteps } from './noiseSchedule.ts';
import { firstStep, type SamplerMethod, type SamplerOptions, type SamplerStep } from './samplerMethod.ts';

/** DDIM (Song, Meng & Ermon 2021, equation 12), deterministic at η = 0. Also what the few-step student is sampled with. */
export const ddim: SamplerMethod = {
  grid({ schedule, steps }) {
    const stride = Math.floor(schedule.config.num_train_timesteps / steps);
    return [...spacedTimesteps(schedule, steps)].map((t) => ({
      from: levelOf(schedule.alphasCumprod[t], t),
      to: levelOf(t >= stride ? schedule.alphasCumprod[t - stride] : schedule.finalAlphaCumprod, t - stride),
    }));
  },

  advance({ latents, x0, step, grid, options: { eta = 0, noise } }) {
    const { from, to } = grid[step];
    const epsilon = noiseIn(latents, x0, from);
    const deviation =
      eta === 0 ? 0 : eta * (to.sigma / from.sigma) * Math.sqrt(Math.max(0, 1 - (from.alpha / to.alpha) ** 2));
    const direction = Math.sqrt(Math.max(0, to.sigma * to.sigma - deviation * deviation));
    const next = noisedTo({ ...to, sigma: direction }, x0, epsilon);
    if (deviation > 0) {
      assert(noise, 'DDIM with η > 0 needs a source of noise');
      const fresh = noise(next.length, step);
      for (let i = 0; i < next.length; i++) next[i] += deviation * fresh[i];
    }
    return { latents: next };
  },
};

/**
 * DDIM inversion (Song et al. 2021, section 4.3): the same ordinary differential equation run from clean latents to noisy ones, so that
 * sampling from the result with the same conditions leads back. Yields once per step; the last `latents` start an edit.
 */
export async function* invertDdim(
  options: SamplerOptions,
  x0: Float32Array,
  denoise: Denoiser,
): AsyncGenerator<SamplerStep, void, undefined> {
  const { schedule } = options;
  const levels = ddim
    .grid(options)
    .slice(firstStep(options))
    .map(({ from }) => from)
    .reverse();
  const end = levelOf(schedule.finalAlphaCumprod, 0);
  // Clean latents leave no noise to read ε from: networks that predict it or v are read just above them.
  const lowest = end.sigma > 0 || schedule.config.prediction_type === 'sample' ? end : levelOfRatio(2 ** -8, 0);
  let latents = options.resume?.latents ?? x0;
  for (let step = options.resume?.step ?? 0; step < levels.length; step++) {
    const { timestep } = levels[step];
    const below = { ...(step === 0 ? lowest : levels[step - 1]), timestep };
    const denoised = await denoise(latents, below, step);
    latents = noisedTo(levels[step], denoised, noiseIn(latents, denoised, below));
    yield { step: step + 1, total: levels.length, latents, denoised, history: [] };
  }
}
