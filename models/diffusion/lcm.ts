import { assert } from '../errors/studioError.ts';
import { consistencyTimesteps } from './consistencyTimesteps.ts';
import { levelOf, noisedTo, stepsBetween } from './noiseLevel.ts';
import type { SamplerMethod } from './samplerMethod.ts';

/** σ_data of the boundary condition, and the factor its time is stretched by. */
const dataDeviation = 0.5;
const timeScale = 10;

/**
 * Latent consistency sampling (Luo et al. 2023): at each step a clean estimate d = c_skip x + c_out x_0, noised afresh to the
 * next timestep; nothing is added after the last.
 */
export const lcm: SamplerMethod = {
  grid({ schedule, steps }) {
    const levels = consistencyTimesteps(schedule, steps).map((t) => levelOf(schedule.alphasCumprod[t], t));
    return stepsBetween([...levels, levelOf(1, 0)]);
  },

  advance({ latents, x0, step, grid, options: { noise } }) {
    const { from, to } = grid[step];
    const time = from.timestep * timeScale;
    const skip = dataDeviation ** 2 / (time ** 2 + dataDeviation ** 2);
    const out = time / Math.sqrt(time ** 2 + dataDeviation ** 2);
    const clean = x0.map((value, i) => out * value + skip * latents[i]);
    if (to.sigma === 0) return { latents: clean };
    assert(noise, 'LCM needs a source of noise');
    return { latents: noisedTo(to, clean, noise(clean.length, step)) };
  },
};
