import { type NoiseSchedule, sigmaAt, spacedTimesteps } from './noiseSchedule.ts';
import { readPrediction } from './prediction.ts';
import type { SamplerOptions } from './sampler.ts';
import { startStep } from './startStep.ts';

/** α, σ and λ = ln α − ln σ at a noise level: the notation of the DPM-Solver papers (x = α x_0 + σ ε, α² + σ² = 1). */
export interface NoiseLevel {
  alpha: number;
  sigma: number;
  lambda: number;
}

function noiseLevel(sigmaRatio: number): NoiseLevel {
  const alpha = 1 / Math.sqrt(sigmaRatio * sigmaRatio + 1);
  const sigma = sigmaRatio * alpha;
  return { alpha, sigma, lambda: Math.log(alpha) - Math.log(sigma) };
}

/** The grid a multistep solver walks: its timesteps, and the noise level at each of them and after the last. */
export interface MultistepGrid {
  timesteps: Float64Array;
  levels: NoiseLevel[];
  /** Whether the last step is taken with first order: where it ends without noise, and in short runs, for stability. */
  lastIsFirstOrder: boolean;
}

/** Lays the grid of a run. */
export function multistepGrid(options: SamplerOptions): MultistepGrid {
  const { schedule, steps } = options;
  // Schedules with zero terminal SNR are spaced as they were trained; the others linearly, as the solvers' authors do.
  const spacing = schedule.config.timestep_spacing === 'trailing' ? 'trailing' : 'linspace';
  const timesteps = spacedTimesteps(schedule, steps, spacing).slice(startStep(steps, options.strength));
  const levels = [...timesteps].map((t) => noiseLevel(sigmaAt(schedule, t)));
  const { final_sigmas_type: end, set_alpha_to_one: endsClean } = schedule.config;
  const isZero = (end ?? (endsClean ? 'zero' : 'sigma_min')) === 'zero';
  levels.push(noiseLevel(isZero ? 0 : sigmaAt(schedule, 0)));
  return { timesteps, levels, lastIsFirstOrder: isZero || steps < 15 };
}

/** The clean estimate x_0 at a grid level. */
export function readX0(
  schedule: NoiseSchedule,
  output: Float32Array,
  sample: Float32Array,
  level: NoiseLevel,
): Float32Array {
  return readPrediction(schedule.config.prediction_type, output, sample, level.alpha * level.alpha).x0;
}

/** Noises clean latents to a level: α x_0 + σ ε. */
export function noisedTo(level: NoiseLevel, x0: Float32Array, noise: Float32Array): Float32Array {
  return x0.map((value, i) => level.alpha * value + level.sigma * noise[i]);
}
