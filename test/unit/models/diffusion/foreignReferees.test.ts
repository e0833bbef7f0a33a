/** Numbers that diffusers' own tests expect of its samplers (tests/schedulers), reached by ours on their dummy model. */
import { describe, expect, test } from 'vitest';
import { denoiserOf } from '../../../../models/diffusion/denoiser.ts';
import { euler } from '../../../../models/diffusion/euler.ts';
import { type NoiseScheduleConfig, noiseSchedule } from '../../../../models/diffusion/noiseSchedule.ts';
import { createSampling, type SamplerName } from '../../../../models/diffusion/sampler.ts';

/** arange(768) as (3, 8, 8, 4) / 768 with axes turned to (4, 3, 8, 8). */
function dummySample(): Float32Array {
  const sample = new Float32Array(768);
  let at = 0;
  for (let d = 0; d < 4; d++)
    for (let a = 0; a < 3; a++)
      for (let b = 0; b < 8; b++) for (let c = 0; c < 8; c++) sample[at++] = (((a * 8 + b) * 8 + c) * 4 + d) / 768;
  return sample;
}

interface Referee {
  readonly sampler: SamplerName;
  readonly config: Partial<NoiseScheduleConfig>;
  readonly steps: number;
  readonly sum: number | undefined;
  readonly mean: number;
}

const stable = { beta_schedule: 'scaled_linear', beta_start: 0.00085, beta_end: 0.012 } as const;
const linear = { beta_schedule: 'linear', beta_start: 0.0001, beta_end: 0.02 } as const;

const referees: readonly Referee[] = [
  { sampler: 'lcm', config: stable, steps: 1, sum: 18.7097, mean: 0.0244 },
  { sampler: 'tcd', config: stable, steps: 1, sum: 29.8715, mean: 0.0389 },
  { sampler: 'tcd', config: stable, steps: 10, sum: 181.204, mean: 0.2359 },
  { sampler: 'unipc', config: { ...linear, final_sigmas_type: 'sigma_min' }, steps: 10, sum: undefined, mean: 0.2464 },
];

describe('what diffusers’ tests expect', () => {
  test.each(referees)('$sampler, $steps steps', async ({ sampler, config, steps, sum, mean }) => {
    const schedule = noiseSchedule({ set_alpha_to_one: true, steps_offset: 0, ...config });
    const sampling = createSampling(sampler, { schedule, steps });
    const dummy = denoiserOf('epsilon', async (x, t) => x.map((value) => (value * t) / (t + 1)));
    let latents = dummySample().map((value) => value * sampling.initialNoiseScale);
    for await (const step of sampling.run(latents, dummy)) latents = Float32Array.from(step.latents);
    const total = latents.reduce((found, value) => found + Math.abs(value), 0);
    if (sum !== undefined) expect(total).toBeCloseTo(sum, 2);
    expect(total / latents.length).toBeCloseTo(mean, 3);
  });

  test('euler over 1100 train steps, 10 steps', () => {
    const schedule = noiseSchedule({ ...linear, num_train_timesteps: 1100 });
    const options = { schedule, steps: 10 };
    const grid = euler.grid(options);
    const [{ from: first }] = grid;
    let latents: Float32Array = dummySample().map((value) => (value * first.sigma) / first.alpha);
    for (const [step, { from }] of grid.entries()) {
      // Their test hands the step the latents as the network sees them, and goes on from there.
      const seen = latents.map((value) => value * from.alpha);
      const sigma = from.sigma / from.alpha;
      const x0 = seen.map((value) => value - (sigma * value * from.timestep) / (from.timestep + 1));
      latents = euler.advance({ latents: seen, x0, step, grid, history: [], options }).latents;
    }
    const total = latents.reduce((found, value) => found + Math.abs(value), 0);
    expect(total).toBeCloseTo(10.0807, 1);
    expect(total / latents.length).toBeCloseTo(0.0131, 3);
  });

  test('timesteps and levels of few-step samplers', () => {
    const schedule = noiseSchedule({ ...stable, beta_schedule: 'linear' });
    const steps = (sampler: SamplerName, count: number): readonly number[] =>
      createSampling(sampler, { schedule, steps: count }).grid.map(({ from }) => from.timestep);
    expect(steps('lcm', 4)).toEqual([999, 759, 499, 259]);
    expect(steps('lcm', 6)).toEqual([999, 839, 679, 499, 339, 179]);
    expect(steps('tcd', 8)).toEqual([999, 879, 759, 639, 499, 379, 259, 139]);
    expect(steps('euler-trailing', 4)).toEqual([999, 749, 499, 249]);
    const ratios = createSampling('euler-trailing', { schedule, steps: 4 }).grid.map(
      ({ from }) => from.sigma / from.alpha,
    );
    for (const [index, ratio] of [25.146, 6.557, 2.276, 0.867].entries()) expect(ratios[index]).toBeCloseTo(ratio, 2);
    expect(() => createSampling('lcm', { schedule, steps: 51 })).toThrow(/LCM and TCD take 1 to 50/);
  });
});
