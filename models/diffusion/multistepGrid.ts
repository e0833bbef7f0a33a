import { levelAt, levelOfRatio, type NoiseStep, stepsBetween } from './noiseLevel.ts';
import { spacedTimesteps } from './noiseSchedule.ts';
import type { SamplerOptions } from './samplerMethod.ts';

/** The steps of a multistep solver, spaced linearly as their authors do, or as trained where the schedule has zero terminal SNR. */
export function multistepGrid({ schedule, steps }: SamplerOptions): NoiseStep[] {
  const spacing = schedule.config.timestep_spacing === 'trailing' ? 'trailing' : 'linspace';
  const { trailing_power: power } = schedule.config;
  const levels = [...spacedTimesteps(schedule, steps, spacing, power)].map((t) => levelAt(schedule, t));
  return stepsBetween([...levels, endsClean({ schedule }) ? levelOfRatio(0, 0) : levelAt(schedule, 0)]);
}

/** Whether the last step ends in the clean picture rather than at the schedule's smallest σ. */
export function endsClean({ schedule }: Pick<SamplerOptions, 'schedule'>): boolean {
  const { final_sigmas_type: end, set_alpha_to_one: endsInOne } = schedule.config;
  return (end ?? (endsInOne ? 'zero' : 'sigma_min')) === 'zero';
}
