import { StudioError } from '../errors/studioError.ts';
import type { NoiseSchedule } from './noiseSchedule.ts';

/** Steps of the teacher that consistency models of Stable Diffusion were distilled from. */
const teacherSteps = 50;

/** The timesteps of a consistency model, from noisy to clean: evenly chosen among its teacher's (Luo et al. 2023, LCM). */
export function consistencyTimesteps(schedule: NoiseSchedule, steps: number): number[] {
  const train = schedule.config.num_train_timesteps;
  const teacher = Math.min(teacherSteps, train);
  if (!Number.isInteger(steps) || steps < 1 || steps > teacher)
    throw new StudioError('usage', `${steps} sampling steps were asked for; LCM and TCD take 1 to ${teacher}.`, {
      hint: 'They are made for 4 to 8 steps.',
    });
  const stride = Math.floor(train / teacher);
  const candidates = Array.from({ length: teacher }, (_, index) => (teacher - index) * stride - 1);
  return Array.from({ length: steps }, (_, index) => candidates[Math.floor((index * teacher) / steps)]);
}
