import { multistepGrid, noisedTo, readX0 } from './multistep.ts';
import type { Denoiser, SamplerOptions, SamplerStep, Sampling } from './sampler.ts';

/**
 * DPM-Solver++ 2M (Lu et al. 2022, algorithm 2, midpoint form): second order from the second step on, first order at a last step
 * that ends without noise.
 */
export function sampleDpmSolver(options: SamplerOptions): Sampling {
  const { schedule } = options;
  const { timesteps, levels, lastIsFirstOrder } = multistepGrid(options);
  const total = timesteps.length;

  async function* run(initial: Float32Array, denoise: Denoiser): AsyncGenerator<SamplerStep, void, undefined> {
    let latents = options.resume?.latents ?? initial;
    let history = options.resume?.history ?? [];
    for (let step = options.resume?.step ?? 0; step < total; step++) {
      const here = levels[step];
      const next = levels[step + 1];
      const x0 = readX0(schedule, await denoise(latents, timesteps[step], step), latents, here);
      const before = history.at(-1);
      const shrink = next.sigma / here.sigma;
      const h = next.lambda - here.lambda;
      const weight = next.alpha * (Number.isFinite(h) ? Math.expm1(-h) : -1);
      const result = new Float32Array(latents.length);
      if (!before || (lastIsFirstOrder && step === total - 1)) {
        for (let i = 0; i < result.length; i++) result[i] = shrink * latents[i] - weight * x0[i];
      } else {
        const r = (here.lambda - levels[step - 1].lambda) / h;
        for (let i = 0; i < result.length; i++) {
          const slope = (x0[i] - before[i]) / r;
          result[i] = shrink * latents[i] - weight * x0[i] - 0.5 * weight * slope;
        }
      }
      latents = result;
      history = [x0];
      yield { step: step + 1, total, latents, denoised: x0, history };
    }
  }

  return {
    timesteps,
    initialNoiseScale: 1,
    noisedAt: (step, x0, noise) => noisedTo(levels[step], x0, noise),
    noised: (x0, noise) => (total === 0 ? x0 : noisedTo(levels[0], x0, noise)),
    run,
  };
}
