/** Golden trajectories of samplers, with a closed-form model in place of a network. */
import { z } from 'zod';
import { denoiserOf } from '../diffusion/denoiser.ts';
import { noiseSchedule } from '../diffusion/noiseSchedule.ts';
import { createSampling, type SamplerName } from '../diffusion/sampler.ts';
import { StudioError } from '../errors/studioError.ts';
import { floatTensor, sliceBatch } from '../math/tensor.ts';
import type { TensorIndex } from '../weights/storedTensor.ts';
import { type ComparedResult, goldenTensor, relativeError } from './goldenData.ts';

const samplerOfClass: Readonly<Record<string, SamplerName>> = {
  DDIMScheduler: 'ddim',
  DPMSolverMultistepScheduler: 'dpmpp-2m',
  UniPCMultistepScheduler: 'unipc',
  EulerDiscreteScheduler: 'euler',
};

const entrySchema = z.looseObject({
  scheduler: z.string(),
  num_inference_steps: z.int().positive(),
  num_train_timesteps: z.int().default(1000),
  beta_start: z.number().default(0.00085),
  beta_end: z.number().default(0.012),
  beta_schedule: z.enum(['linear', 'scaled_linear']).default('scaled_linear'),
  prediction_type: z.enum(['epsilon', 'v_prediction']).default('epsilon'),
  timestep_spacing: z.enum(['leading', 'linspace', 'trailing']).optional(),
  steps_offset: z.int().optional(),
  set_alpha_to_one: z.boolean().optional(),
  rescale_betas_zero_snr: z.boolean().default(false),
  final_sigmas_type: z.enum(['zero', 'sigma_min']).optional(),
});

/** The model of the golden trajectories, by the sentence their config.json carries. */
const closedForm = /0\.6\s*\*\s*tanh\(scale_model_input\(x,\s*t\)\)\s*\+\s*0\.1\s*\*\s*sin\(t\/100\)/;

/** Samples every named trajectory anew and compares timesteps and all steps. */
export async function verifySchedulers(
  config: unknown,
  cases: TensorIndex,
  folder: string,
): Promise<readonly ComparedResult[]> {
  const fields: Record<string, unknown> = typeof config === 'object' && config !== null ? { ...config } : {};
  if (typeof fields.model !== 'string' || !closedForm.test(fields.model)) {
    throw new StudioError(
      'format-unknown',
      `${folder}/config.json names a model for its trajectories that this program does not know.`,
    );
  }
  const results: ComparedResult[] = [];
  for (const [name, value] of Object.entries(fields)) {
    if (name === 'model') continue;
    const parsed = entrySchema.safeParse(value);
    if (!parsed.success)
      throw new StudioError(
        'format-damaged',
        `${folder}/config.json: ${name} is no scheduler: ${z.prettifyError(parsed.error)}.`,
      );
    results.push(...(await verifyTrajectory(name, parsed.data, cases, folder)));
  }
  return results;
}

async function verifyTrajectory(
  name: string,
  entry: z.output<typeof entrySchema>,
  cases: TensorIndex,
  folder: string,
): Promise<readonly ComparedResult[]> {
  const sampler = samplerOfClass[entry.scheduler];
  if (!sampler)
    throw new StudioError('format-unknown', `${folder}/config.json: the scheduler ${entry.scheduler} is not known.`);
  const { timestep_spacing, steps_offset, set_alpha_to_one, final_sigmas_type } = entry;
  const schedule = noiseSchedule({
    num_train_timesteps: entry.num_train_timesteps,
    beta_start: entry.beta_start,
    beta_end: entry.beta_end,
    beta_schedule: entry.beta_schedule,
    prediction_type: entry.prediction_type,
    rescale_betas_zero_snr: entry.rescale_betas_zero_snr,
    ...(timestep_spacing === undefined ? {} : { timestep_spacing }),
    ...(final_sigmas_type === undefined ? {} : { final_sigmas_type }),
    ...(steps_offset === undefined ? {} : { steps_offset }),
    ...(set_alpha_to_one === undefined ? {} : { set_alpha_to_one }),
  });
  const sampling = createSampling(sampler, { schedule, steps: entry.num_inference_steps });
  const [initial, timesteps, trajectory] = [
    await goldenTensor(cases, `${name}.initial`),
    await goldenTensor(cases, `${name}.timesteps`),
    await goldenTensor(cases, `${name}.trajectory`),
  ];
  const model = denoiserOf(entry.prediction_type, async (sample, timestep) =>
    sample.map((value) => 0.6 * Math.tanh(value) + 0.1 * Math.sin(timestep / 100)),
  );
  let worst = 0;
  let step = 0;
  for await (const { latents } of sampling.run(initial.data, model)) {
    const golden = sliceBatch(trajectory, step, step + 1);
    worst = Math.max(worst, relativeError(floatTensor(golden.shape, latents), golden));
    step++;
  }
  if (step !== trajectory.shape[0]) worst = Number.POSITIVE_INFINITY;
  const ours = floatTensor(
    timesteps.shape,
    Float32Array.from(sampling.grid, ({ from }) => from.timestep),
  );
  return [
    { name: `${name}.timesteps`, relativeError: relativeError(ours, timesteps) },
    { name: `${name}.trajectory`, relativeError: worst },
  ];
}
