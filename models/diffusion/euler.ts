import { sigmaAt } from './noiseSchedule.ts';
import type { Denoiser, SamplerOptions, SamplerStep, Sampling } from './sampler.ts';
import { startStep } from './startStep.ts';

/**
 * Euler's method on the probability-flow equation in σ (Karras et al. 2022, algorithm 1 without the second-order correction).
 * Latents are kept at scale x = x_0 + σ ε; the network sees x / √(σ² + 1).
 */
export function sampleEuler(options: SamplerOptions): Sampling {
  const { schedule, steps } = options;
  const last = schedule.config.num_train_timesteps - 1;
  const all = Float64Array.from({ length: steps }, (_, i) =>
    steps === 1 ? last : Math.fround((last * (steps - 1 - i)) / (steps - 1)),
  );
  const timesteps = all.slice(startStep(steps, options.strength));
  const sigmas = Float64Array.from([...timesteps].map((t) => sigmaAt(schedule, t)).concat(0));

  async function* run(initial: Float32Array, denoise: Denoiser): AsyncGenerator<SamplerStep, void, undefined> {
    let latents = options.resume?.latents ?? initial;
    for (let step = options.resume?.step ?? 0; step < timesteps.length; step++) {
      const sigma = sigmas[step];
      const scale = Math.sqrt(sigma * sigma + 1);
      const scaled = latents.map((value) => value / scale);
      const output = await denoise(scaled, timesteps[step], step);
      const x0 = new Float32Array(latents.length);
      const next = new Float32Array(latents.length);
      const { prediction_type: kind } = schedule.config;
      for (let i = 0; i < next.length; i++) {
        if (kind === 'epsilon') x0[i] = latents[i] - sigma * output[i];
        else if (kind === 'sample') x0[i] = output[i];
        else x0[i] = latents[i] / (sigma * sigma + 1) - (sigma / scale) * output[i];
        next[i] = latents[i] + ((latents[i] - x0[i]) / sigma) * (sigmas[step + 1] - sigma);
      }
      latents = next;
      yield { step: step + 1, total: timesteps.length, latents, denoised: x0, history: [] };
    }
  }

  return {
    timesteps,
    initialNoiseScale: sigmas[0] > 0 ? sigmas[0] : 1,
    noisedAt: (step, x0, standard) => {
      const scale = Math.sqrt(sigmas[step] ** 2 + 1);
      return x0.map((value, i) => (value + sigmas[step] * standard[i]) / scale);
    },
    noised: (x0, standard) => (timesteps.length === 0 ? x0 : x0.map((value, i) => value + sigmas[0] * standard[i])),
    run,
  };
}
