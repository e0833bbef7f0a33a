import type { NoiseStep } from './noiseLevel.ts';
import type { NoiseSchedule } from './noiseSchedule.ts';

/**
 * Everything needed to go on after a step, in plain arrays: saved to disk every step, so that a killed run resumes and ends in
 * the same latents bit for bit.
 */
export interface SamplerState {
  /** Steps done. */
  step: number;
  /** The latents after `step` steps, at the sampler's own scale. */
  latents: Float32Array;
  /** Earlier estimates that multistep samplers need, newest last; empty for one-step samplers. */
  history: Float32Array[];
}

/** What a sampling run yields after each step. */
export interface SamplerStep extends SamplerState {
  total: number;
  /** The clean estimate x_0 of this step, for previews. */
  denoised: Float32Array;
}

/** What a sampling run needs. */
export interface SamplerOptions {
  schedule: NoiseSchedule;
  steps: number;
  /** Part of the schedule that is sampled, 1 from pure noise down to 0 nothing (edits). */
  strength?: number;
  /** DDIM's η, 0 deterministic to 1 ancestral. */
  eta?: number;
  /** Standard normal noise for step `index`, only asked for by samplers that add noise. */
  noise?: (count: number, index: number) => Float32Array;
  /** Go on from here instead of from the initial latents. */
  resume?: SamplerState;
}

/** What a method is given to take one step. */
export interface StepInput {
  readonly latents: Float32Array;
  /** The model's clean estimate of them. */
  readonly x0: Float32Array;
  readonly step: number;
  readonly grid: readonly NoiseStep[];
  readonly history: readonly Float32Array[];
  readonly options: SamplerOptions;
}

/** A sampling method: the noise levels it walks, and one step. Both are pure functions. */
export interface SamplerMethod {
  /** All steps of a run of full strength, from noisy to clean. */
  grid(options: SamplerOptions): NoiseStep[];
  advance(input: StepInput): { latents: Float32Array; history?: Float32Array[] };
  /** Latents are kept as x_0 + (σ/α) ε, noise growing without bound, instead of α x_0 + σ ε. */
  readonly exploding?: boolean;
}

/** Index of the first step that a run of the given strength samples; at least one step is left unless strength is 0. */
export function firstStep({ steps, strength = 1 }: Pick<SamplerOptions, 'steps' | 'strength'>): number {
  if (strength <= 0) return steps;
  return Math.min(steps - 1, Math.max(0, steps - Math.max(1, Math.floor(steps * Math.min(1, strength)))));
}
