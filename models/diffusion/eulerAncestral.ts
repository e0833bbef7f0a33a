import { assert } from '../errors/studioError.ts';
import { euler } from './euler.ts';
import type { SamplerMethod } from './samplerMethod.ts';

/**
 * Euler's method with ancestral noise (k-diffusion's `sample_euler_ancestral`): each step goes down past its level, to
 * σ_down² = σ'² − σ_up², and fresh noise of σ_up² = σ'² (σ² − σ'²) / σ² leads back up to it.
 */
export const eulerAncestral: SamplerMethod = {
  exploding: true,

  grid: euler.grid,

  advance({ latents, x0, step, grid, options: { noise } }) {
    const { from, to } = grid[step];
    const sigma = from.sigma / from.alpha;
    const next = to.sigma / to.alpha;
    const up = Math.sqrt((next ** 2 * (sigma ** 2 - next ** 2)) / sigma ** 2);
    const down = Math.sqrt(next ** 2 - up ** 2);
    const lowered = latents.map((value, i) => value + ((value - x0[i]) / sigma) * (down - sigma));
    if (up === 0) return { latents: lowered };
    assert(noise, 'ancestral Euler needs a source of noise');
    const fresh = noise(lowered.length, step);
    return { latents: lowered.map((value, i) => value + up * fresh[i]) };
  },
};
