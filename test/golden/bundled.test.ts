import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { denoiserOf } from '../../models/diffusion/denoiser.ts';
import { guidanceWeights } from '../../models/diffusion/guidance.ts';
import { noiseSchedule } from '../../models/diffusion/noiseSchedule.ts';
import { createSampling } from '../../models/diffusion/sampler.ts';
import { pixelsOfCells } from '../../models/families/magdiff/conditions.ts';
import { guidedPredictor } from '../../models/families/magdiff/guidedPredictor.ts';
import { openModel } from '../../models/families/openModel.ts';
import { type FloatTensor, floatTensor, int64Tensor, sliceBatch } from '../../models/math/tensor.ts';
import type { Model } from '../../models/model/model.ts';
import { alikeInFrames } from '../../models/nets/unet/alphaInputs.ts';
import { followPlan } from '../../models/pipeline/subject/poses.ts';
import { ClipTokenizer } from '../../models/text/clipTokenizer.ts';
import { goldenTensor, relativeError } from '../../models/verify/goldenData.ts';
import { readSafetensors } from '../../models/weights/safetensors.ts';
import type { TensorIndex } from '../../models/weights/storedTensor.ts';

/** The bundled model against its training code: see bundled/README.md for what the case holds. */
const tolerance = 1e-3;
let model: Model;
let cases: TensorIndex;

beforeAll(async () => {
  model = await openModel(join(import.meta.dirname, '../../models/bundled/magdiff-small'), { provider: 'cpu' });
  cases = await readSafetensors(join(import.meta.dirname, 'bundled/case.safetensors'));
});

afterAll(() => model.dispose());

const golden = (name: string): Promise<FloatTensor> => goldenTensor(cases, name);

test('the tokenizer gives the ids the model was trained on, and the text encoder its states', async () => {
  const { text } = model.description;
  const tokenizer = await ClipTokenizer.load(text.tokenizerFolder, { padToken: text.padToken });
  const encoder = await model.part('text_encoder', { batch: 1 });
  for (const [prompt, ids, states] of [
    ['the ball jumps on the beach', 'input_ids', 'text_embeds'],
    ['', 'null_input_ids', 'null_text_embeds'],
  ] as const) {
    const expected = [...(await golden(ids)).data];
    expect(tokenizer.encode(prompt, text.tokens).ids).toEqual(expected);
    const result = await encoder.run({ tokenIds: int64Tensor([1, text.tokens], expected) });
    expect(relativeError(result.states, await golden(states))).toBeLessThanOrEqual(tolerance);
  }
});

test('image tokens: the cut-out for the first frame, black for the others', async () => {
  const { image } = model.description;
  const cutOut = await golden('image_inputs');
  const plane = image.size * image.size;
  const black = floatTensor(
    cutOut.shape,
    cutOut.data.map((_, index) => -image.mean[Math.floor(index / plane)] / image.std[Math.floor(index / plane)]),
  );
  const encoder = await model.part('image_encoder', { batch: 1 });
  const tokens = async (pixels: FloatTensor): Promise<FloatTensor> => {
    const seen = (await encoder.run({ pixels })).tokens;
    const resampler = await model.part('resampler', { batch: 1, tokens: seen.shape[1] });
    return (await resampler.run({ tokens: seen })).image_tokens;
  };
  const expected = await golden('image_tokens');
  const frames = expected.shape[1] / image.tokensPerFrame;
  const ours = [...(await tokens(cutOut)).data];
  for (let frame = 1; frame < frames; frame++) ours.push(...(await tokens(black)).data);
  expect(relativeError(floatTensor(expected.shape, Float32Array.from(ours)), expected)).toBeLessThanOrEqual(tolerance);
});

test('the HFA pyramid and the mask: levels to subject latents, repeated over the frames', async () => {
  const levels = await golden('hfa_levels');
  const [, count, , height, width] = levels.shape;
  const level = (index: number): FloatTensor =>
    sliceBatch(floatTensor(levels.shape.slice(1), levels.data), index, index + 1);
  const pyramid = await model.part('hfa_pyramid', {
    batch: 1,
    levels: Array.from({ length: count }, () => ({ height, width })),
  });
  const { subject } = await pyramid.run(
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`level_${index}`, level(index)])),
  );
  const expected = await golden('subject_latents');
  const masks = await golden('masks');
  const [, maskHeight, maskWidth] = masks.shape;
  const mask = pixelsOfCells(
    { data: masks.data, width: maskWidth, height: maskHeight, channels: 1 },
    model.description.vae.factor,
  );
  const given = Float32Array.of(...subject.data, ...mask);
  const [, channels, frames] = expected.shape;
  const plane = height * width;
  const repeated = floatTensor(expected.shape);
  for (let channel = 0; channel < channels; channel++)
    for (let frame = 0; frame < frames; frame++)
      repeated.data.set(given.subarray(channel * plane, (channel + 1) * plane), (channel * frames + frame) * plane);
  expect(relativeError(repeated, expected)).toBeLessThanOrEqual(tolerance);
});

async function contextOf(weights: 'teacher' | 'student', text: string): Promise<Record<string, FloatTensor>> {
  const [states, tokens] = [await golden(text), await golden('image_tokens')];
  const context = floatTensor(
    [1, states.shape[1] + tokens.shape[1], states.shape[2]],
    Float32Array.of(...states.data, ...tokens.data),
  );
  const projector = await model.part(weights === 'student' ? 'context_student' : 'context', {
    batch: 1,
    imageTokens: tokens.shape[1],
  });
  return projector.run({ context });
}

function alphas(weights: 'teacher' | 'student', frames: number): { alpha_text: FloatTensor; alpha_image: FloatTensor } {
  const layers =
    (weights === 'student' ? model.description.student?.layers : undefined) ?? model.description.unet.layers;
  const table = (kind: 'text' | 'image'): FloatTensor =>
    alikeInFrames(
      layers.map((layer) => layer[kind]),
      frames,
    );
  return { alpha_text: table('text'), alpha_image: table('image') };
}

async function sample(
  weights: 'teacher' | 'student',
  steps: number,
  guidance: number,
): Promise<{ first: FloatTensor; latents: FloatTensor }> {
  const initial = await golden('initial_latents');
  const subject = (await golden('subject_latents')).data;
  const [, channels, frames, height, width] = initial.shape;
  const imageTokens = (await golden('image_tokens')).shape[1];
  const unet = await model.part(weights === 'student' ? 'unet_student' : 'unet', {
    batch: 1,
    frames,
    height,
    width,
    imageTokens,
  });
  const share = guidanceWeights(guidance, 1);
  const branches = [
    { context: await contextOf(weights, 'text_embeds'), subject: () => subject, weight: share.full },
    { context: await contextOf(weights, 'null_text_embeds'), subject: () => subject, weight: share.imageOnly },
  ];
  const shape = { channels, frames, height, width };
  const predict = guidedPredictor(unet, branches, shape, () => alphas(weights, frames));
  const alone = guidedPredictor(unet, [{ ...branches[0], weight: 1 }], shape, () => alphas(weights, frames));
  const first = await alone(initial.data, 999, 0);
  const schedule = noiseSchedule(model.description.scheduler);
  const sampling = createSampling('ddim', { schedule, steps });
  const denoise = denoiserOf(schedule.config.prediction_type, predict);
  let latents = initial.data;
  for await (const step of sampling.run(initial.data, denoise)) latents = step.latents;
  return { first: floatTensor(initial.shape, first), latents: floatTensor(initial.shape, latents) };
}

/** The first frame's latents, ready for the decoder. */
function firstFrame({ shape, data }: FloatTensor): FloatTensor {
  const [, channels, frames, height, width] = shape;
  const frame = floatTensor([1, channels, height, width]);
  const plane = height * width;
  for (let channel = 0; channel < channels; channel++)
    for (let index = 0; index < plane; index++)
      frame.data[channel * plane + index] =
        data[channel * frames * plane + index] / model.description.vae.scalingFactor;
  return frame;
}

async function expectSampled(
  prefix: '' | 'student_',
  weights: 'teacher' | 'student',
  steps: number,
  guidance: number,
): Promise<void> {
  const { first, latents } = await sample(weights, steps, guidance);
  if (prefix === '') expect(relativeError(first, await golden('unet_output'))).toBeLessThanOrEqual(tolerance);
  expect(relativeError(latents, await golden(`${prefix}final_latents`))).toBeLessThanOrEqual(tolerance);
  const expected = await golden(`${prefix}video`);
  const frame = firstFrame(latents);
  const decoder = await model.part('vae_decoder', { batch: 1, height: frame.shape[2], width: frame.shape[3] });
  const { image } = await decoder.run({ latent: frame });
  expect(relativeError(image, expected)).toBeLessThanOrEqual(tolerance);
}

test('the motion planner: one answer, and the path it leads to', async () => {
  const { motion, scheduler } = model.description;
  expect(cases.has('plan_path')).toBe(motion !== undefined);
  if (!motion) throw new Error('the bundled model plans its motion');
  const planner = await model.part('motion_planner', {});
  const ids = [...(await golden('input_ids')).data];
  const tokenIds = int64Tensor([1, ids.length], ids);
  const [start, noise, expected] = [
    await golden('plan_start'),
    await golden('plan_noise'),
    (await golden('plan_path')).data,
  ];
  const ask = async (path: Float32Array, t: number): Promise<FloatTensor> => {
    const timestep = floatTensor([1], Float32Array.of(t));
    return (await planner.run({ tokenIds, path: floatTensor(noise.shape, path), timestep, start })).clean;
  };
  expect(relativeError(await ask(noise.data, 999), await golden('plan_output'))).toBeLessThanOrEqual(tolerance);
  const steps = (await golden('plan_timesteps')).data.length;
  const poses = await followPlan(noise.data, steps, scheduler, async (path, t) => (await ask(path, t)).data, motion);
  const ours = Float32Array.from(poses.flatMap(({ right, down, size, angle }) => [right, down, size, angle]));
  const shape = [1, poses.length, 4];
  expect(relativeError(floatTensor(shape, ours), floatTensor(shape, expected))).toBeLessThanOrEqual(tolerance);
});

/** Text guidance of the case (`GUIDANCE` in models/train/parity.py), whatever users run the model with. */
const caseGuidance = 1.3;

test('the teacher: one prediction, guided sampling, the decoded frame', async () => {
  const steps = (await golden('timesteps')).data.length;
  await expectSampled('', 'teacher', steps, caseGuidance);
});

test('the student, where the model has one: its steps without guidance', async () => {
  const { student } = model.description;
  expect(cases.has('student_final_latents')).toBe(student !== undefined);
  if (student) await expectSampled('student_', 'student', student.steps, 1);
});
