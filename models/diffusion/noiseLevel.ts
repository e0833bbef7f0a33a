import { type NoiseSchedule, sigmaAt } from './noiseSchedule.ts';

/** How noisy latents are: x = α x_0 + σ ε with α² + σ² = 1, and the timestep at which the network is asked about them. */
export interface NoiseLevel {
  readonly timestep: number;
  readonly alpha: number;
  readonly sigma: number;
}

/** One step of a sampling run: from a noise level to a lower one. */
export interface NoiseStep {
  readonly from: NoiseLevel;
  readonly to: NoiseLevel;
}

/** The level at a cumulative ᾱ. */
export const levelOf = (alphaCumprod: number, timestep: number): NoiseLevel => ({
  timestep,
  alpha: Math.sqrt(alphaCumprod),
  sigma: Math.sqrt(1 - alphaCumprod),
});

/** The level at a ratio σ/α, 0 for clean latents. */
export function levelOfRatio(ratio: number, timestep: number): NoiseLevel {
  const alpha = 1 / Math.sqrt(ratio * ratio + 1);
  return { timestep, alpha, sigma: ratio * alpha };
}

/** The level of a schedule at a timestep; σ stays finite where the schedule ends in pure noise. */
export const levelAt = (schedule: NoiseSchedule, timestep: number): NoiseLevel =>
  levelOfRatio(sigmaAt(schedule, timestep), timestep);

/** λ = ln α − ln σ, half the logarithmic signal-to-noise ratio of the DPM-Solver papers. */
export const lambdaOf = ({ alpha, sigma }: NoiseLevel): number => Math.log(alpha) - Math.log(sigma);

/** Joins levels into the steps between them. */
export const stepsBetween = (levels: readonly NoiseLevel[]): NoiseStep[] =>
  levels.slice(1).map((to, index) => ({ from: levels[index], to }));

/** Noises clean latents to a level: α x_0 + σ ε. */
export function noisedTo({ alpha, sigma }: NoiseLevel, x0: Float32Array, noise: Float32Array): Float32Array {
  return x0.map((value, i) => alpha * value + sigma * noise[i]);
}
