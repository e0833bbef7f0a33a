import { levelAt, levelOfRatio, stepsBetween } from './noiseLevel.ts';
import { spacedTimesteps } from './noiseSchedule.ts';
import type { SamplerMethod } from './samplerMethod.ts';

/**
 * Euler's method on the probability-flow equation in σ (Karras et al. 2022, algorithm 1 without the second-order correction).
 * Latents are kept at scale x = x_0 + σ ε; the network sees x / √(σ² + 1).
 */
export const euler: SamplerMethod = {
  exploding: true,

  grid({ schedule, steps }) {
    const last = schedule.config.num_train_timesteps - 1;
    const timesteps = Array.from({ length: steps }, (_, i) =>
      steps === 1 ? last : Math.fround((last * (steps - 1 - i)) / (steps - 1)),
    );
    return stepsBetween([...timesteps.map((t) => levelAt(schedule, t)), levelOfRatio(0, 0)]);
  },

  advance({ latents, x0, step, grid }) {
    const { from, to } = grid[step];
    const sigma = from.sigma / from.alpha;
    const change = to.sigma / to.alpha - sigma;
    return { latents: latents.map((value, i) => value + ((value - x0[i]) / sigma) * change) };
  },
};

/** Euler's method over trailing timesteps, the last of each part of the schedule: what few-step distillations are sampled with. */
export const eulerTrailing: SamplerMethod = {
  ...euler,
  grid: ({ schedule, steps }) =>
    stepsBetween([
      ...[...spacedTimesteps(schedule, steps, 'trailing')].map((t) => levelAt(schedule, t)),
      levelOfRatio(0, 0),
    ]),
};
