import { StudioError } from '../errors/studioError.ts';
import { ddim } from './ddim.ts';
import type { Denoiser } from './denoiser.ts';
import { dpmSolver } from './dpmSolver.ts';
import { euler, eulerTrailing } from './euler.ts';
import { eulerAncestral } from './eulerAncestral.ts';
import { lcm } from './lcm.ts';
import { type NoiseLevel, type NoiseStep, noisedTo } from './noiseLevel.ts';
import { firstStep, type SamplerMethod, type SamplerOptions, type SamplerStep } from './samplerMethod.ts';
import { tcd } from './tcd.ts';
import { uniPc } from './uniPc.ts';

/** Every method by its name in `--sampler`. */
const methods = {
  ddim,
  'dpmpp-2m': dpmSolver,
  unipc: uniPc,
  euler,
  'euler-trailing': eulerTrailing,
  'euler-ancestral': eulerAncestral,
  lcm,
  tcd,
} as const satisfies Record<string, SamplerMethod>;

/** Names as in `--sampler`. */
export type SamplerName = keyof typeof methods;

/** Every {@link SamplerName}. */
export const samplerNames = Object.keys(methods) as [SamplerName, ...SamplerName[]]; // the table's own keys

/** One sampling run: its steps, the scale of its latents, and the loop itself. */
export interface Sampling {
  /** Noise levels in the order walked, after `strength` cut the noisy end off. */
  readonly grid: readonly NoiseStep[];
  /** Standard normal noise is multiplied by this to make pure-noise initial latents. */
  readonly initialNoiseScale: number;
  /** Noises clean latents to the first step, at the sampler's own scale; with no step to take, returns them as they are. */
  noised(x0: Float32Array, noise: Float32Array): Float32Array;
  /** The loop. Yields once per step; stop iterating to cancel. */
  run(initial: Float32Array, denoise: Denoiser): AsyncGenerator<SamplerStep, void, undefined>;
}

/** Prepares a sampling run. Throws a usage error for a step count the schedule cannot give or an unknown sampler. */
export function createSampling(name: SamplerName, options: SamplerOptions): Sampling {
  const method: SamplerMethod = methodOf(name);
  const grid = method.grid(options).slice(firstStep(options));
  const scaleAt = (level: NoiseLevel): number => (method.exploding ? 1 / level.alpha : 1);
  const scaled = (latents: Float32Array, scale: number): Float32Array =>
    scale === 1 ? latents : latents.map((value) => value * scale);

  async function* run(initial: Float32Array, denoise: Denoiser): AsyncGenerator<SamplerStep, void, undefined> {
    let { latents, history } = options.resume ?? { latents: initial, history: [] };
    for (let step = options.resume?.step ?? 0; step < grid.length; step++) {
      const { from } = grid[step];
      const x0 = await denoise(scaled(latents, 1 / scaleAt(from)), from, step);
      const next = method.advance({ latents, x0, step, grid, history, options });
      latents = next.latents;
      history = next.history ?? [];
      yield { step: step + 1, total: grid.length, latents, denoised: x0, history };
    }
  }

  return {
    grid,
    initialNoiseScale: method.exploding && grid.length > 0 ? grid[0].from.sigma / grid[0].from.alpha : 1,
    noised: (x0, noise) => (grid.length === 0 ? x0 : scaled(noisedTo(grid[0].from, x0, noise), scaleAt(grid[0].from))),
    run,
  };
}

function methodOf(name: SamplerName): SamplerMethod {
  if (Object.hasOwn(methods, name)) return methods[name];
  throw new StudioError('usage', `There is no sampler "${name}"; the samplers are ${Object.keys(methods).join(', ')}.`);
}
