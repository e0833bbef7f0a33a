import { assert } from '../errors/studioError.ts';
import { consistencyTimesteps } from './consistencyTimesteps.ts';
import { noiseIn } from './denoiser.ts';
import { levelOf, noisedTo, stepsBetween } from './noiseLevel.ts';
import type { SamplerMethod } from './samplerMethod.ts';

/**
 * Trajectory consistency sampling (Zheng et al. 2024, algorithm 4): each step goes down to s = ⌊(1 − η) t'⌋ without noise and is
 * noised from there to the next timestep t'. η = 0 is deterministic.
 */
export const tcd: SamplerMethod = {
  grid({ schedule, steps }) {
    const levels = [...consistencyTimesteps(schedule, steps), 0].map((t) => levelOf(schedule.alphasCumprod[t], t));
    return stepsBetween(levels);
  },

  advance({ latents, x0, step, grid, options: { schedule, noise, eta = 0 } }) {
    const { from, to } = grid[step];
    const s = Math.floor((1 - eta) * to.timestep);
    const below = levelOf(schedule.alphasCumprod[s], s);
    const reached = noisedTo(below, x0, noiseIn(latents, x0, from));
    if (eta === 0 || step === grid.length - 1) return { latents: reached };
    assert(noise, 'TCD with η > 0 needs a source of noise');
    const kept = to.alpha / below.alpha;
    return {
      latents: noisedTo({ ...to, alpha: kept, sigma: Math.sqrt(1 - kept ** 2) }, reached, noise(reached.length, step)),
    };
  },
};
