import { StudioError } from '../errors/studioError.ts';
import { sampleDdim } from './ddim.ts';
import { sampleDpmSolver } from './dpmSolver.ts';
import { sampleEuler } from './euler.ts';
import type { NoiseSchedule } from './noiseSchedule.ts';
import { sampleUniPc } from './uniPc.ts';

/**
 * The network as a sampler sees it: the (already scaled) noisy latents and the timestep in, the raw output (ε or v) out.
 * Guidance, conditions and batching are inside.
 */
export type Denoiser = (sample: Float32Array, timestep: number, step: number) => Promise<Float32Array>;

/**
 * Everything needed to go on after a step, in plain arrays: saved to disk every step, so that a killed run resumes and ends in
 * the same latents bit for bit.
 */
export interface SamplerState {
  /** Steps done. */
  step: number;
  /** The latents after `step` steps. */
  latents: Float32Array;
  /** Earlier network readings that multistep samplers need, newest last; empty for one-step samplers. */
  history: Float32Array[];
}

/** What a sampler yields after each step. */
export interface SamplerStep extends SamplerState {
  total: number;
  /** The clean estimate x_0 of this step, for previews. */
  denoised: Float32Array;
}

/** What a sampler needs. */
export interface SamplerOptions {
  schedule: NoiseSchedule;
  steps: number;
  /** Part of the schedule that is sampled, 1 from pure noise down to 0 nothing (edits). */
  strength?: number;
  /** DDIM's η. */
  eta?: number;
  /** Standard normal noise for step `index`, only asked for when η > 0. */
  noise?: (count: number, index: number) => Float32Array;
  /** Go on from here instead of from the initial latents. */
  resume?: SamplerState;
}

/** One sampling run: its timesteps, the scale of its initial noise, and the loop itself. */
export interface Sampling {
  /** Timesteps in the order asked, after `strength` cut the noisy end off. */
  timesteps: Float64Array;
  /** Standard normal noise is multiplied by this to make pure-noise initial latents. */
  initialNoiseScale: number;
  /** Noises clean latents to a step's timestep, as the network is to see them (for every sampler variance-preserving). */
  noisedAt(step: number, x0: Float32Array, noise: Float32Array): Float32Array;
  /** Noises clean latents to the first timestep, in this sampler's own scaling; with no step to take, returns them as they are. */
  noised(x0: Float32Array, noise: Float32Array): Float32Array;
  /** The loop. Yields once per step; stop iterating to cancel. */
  run(initial: Float32Array, denoise: Denoiser): AsyncGenerator<SamplerStep, void, undefined>;
}

/** Names as in `--sampler`. */
export type SamplerName = 'ddim' | 'dpmpp-2m' | 'unipc' | 'euler';

const samplers: Record<SamplerName, (options: SamplerOptions) => Sampling> = {
  ddim: sampleDdim,
  'dpmpp-2m': sampleDpmSolver,
  unipc: sampleUniPc,
  euler: sampleEuler,
};

/** Prepares a sampling run. Throws a usage error for a step count the schedule cannot give or an unknown sampler. */
export function createSampling(name: SamplerName, options: SamplerOptions): Sampling {
  const sampler = samplers[name];
  if (!sampler) {
    throw new StudioError(
      'usage',
      `There is no sampler "${name}"; the samplers are ${Object.keys(samplers).join(', ')}.`,
    );
  }
  return sampler(options);
}
