import { assert } from '../errors/studioError.ts';
import { addNoise, spacedTimesteps } from './noiseSchedule.ts';
import { readPrediction } from './prediction.ts';
import type { Denoiser, SamplerOptions, SamplerStep, Sampling } from './sampler.ts';
import { startStep } from './startStep.ts';

/** DDIM (Song, Meng & Ermon 2021, equation 12), deterministic at η = 0. Also what the few-step student is sampled with. */
export function sampleDdim(options: SamplerOptions): Sampling {
  const { schedule, steps, eta = 0, noise } = options;
  const all = spacedTimesteps(schedule, steps);
  const timesteps = all.slice(startStep(steps, options.strength));
  const stride = Math.floor(schedule.config.num_train_timesteps / steps);

  async function* run(initial: Float32Array, denoise: Denoiser): AsyncGenerator<SamplerStep, void, undefined> {
    let latents = options.resume?.latents ?? initial;
    for (let step = options.resume?.step ?? 0; step < timesteps.length; step++) {
      const t = timesteps[step];
      const previous = t - stride;
      const alpha = schedule.alphasCumprod[t];
      const alphaPrevious = previous >= 0 ? schedule.alphasCumprod[previous] : schedule.finalAlphaCumprod;
      const { x0, epsilon } = readPrediction(
        schedule.config.prediction_type,
        await denoise(latents, t, step),
        latents,
        alpha,
      );
      const variance = ((1 - alphaPrevious) / (1 - alpha)) * (1 - alpha / alphaPrevious);
      const deviation = eta * Math.sqrt(Math.max(0, variance));
      const signal = Math.sqrt(alphaPrevious);
      const direction = Math.sqrt(Math.max(0, 1 - alphaPrevious - deviation * deviation));
      const next = new Float32Array(latents.length);
      for (let i = 0; i < next.length; i++) next[i] = signal * x0[i] + direction * epsilon[i];
      if (deviation > 0) {
        assert(noise, 'DDIM with η > 0 needs a source of noise');
        const fresh = noise(next.length, step);
        for (let i = 0; i < next.length; i++) next[i] += deviation * fresh[i];
      }
      latents = next;
      yield { step: step + 1, total: timesteps.length, latents, denoised: x0, history: [] };
    }
  }

  return {
    timesteps,
    initialNoiseScale: 1,
    noisedAt: (step, x0, standard) => addNoise(schedule, x0, standard, timesteps[step]),
    noised: (x0, standard) => (timesteps.length === 0 ? x0 : addNoise(schedule, x0, standard, timesteps[0])),
    run,
  };
}

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
  const timesteps = sampleDdim(options).timesteps;
  let latents = options.resume?.latents ?? x0;
  for (let step = options.resume?.step ?? 0; step < timesteps.length; step++) {
    const t = timesteps[timesteps.length - 1 - step];
    const below = step === 0 ? schedule.finalAlphaCumprod : schedule.alphasCumprod[timesteps[timesteps.length - step]];
    const reading = readPrediction(schedule.config.prediction_type, await denoise(latents, t, step), latents, below);
    const signal = Math.sqrt(schedule.alphasCumprod[t]);
    const spread = Math.sqrt(1 - schedule.alphasCumprod[t]);
    latents = latents.map((_, i) => signal * reading.x0[i] + spread * reading.epsilon[i]);
    yield { step: step + 1, total: timesteps.length, latents, denoised: reading.x0, history: [] };
  }
}
