/** The golden pipeline: subject frames to subject latents, guided sampling, decoding, in numbers. */
import { resolve } from 'node:path';
import { z } from 'zod';
import { denoiserOf } from '../diffusion/denoiser.ts';
import { guidanceWeights } from '../diffusion/guidance.ts';
import { noiseSchedule } from '../diffusion/noiseSchedule.ts';
import { createSampling } from '../diffusion/sampler.ts';
import { StudioError } from '../errors/studioError.ts';
import { guidedPredictor } from '../families/magdiff/guidedPredictor.ts';
import { type FloatTensor, floatTensor } from '../math/tensor.ts';
import { buildAutoencoderDecoder, buildAutoencoderEncoder, parseAutoencoderConfig } from '../nets/autoencoder.ts';
import { alikeInFrames } from '../nets/unet/alphaInputs.ts';
import { alphaKeys, buildContext } from '../nets/unet/contextKeyValues.ts';
import { buildUnet } from '../nets/unet/unet.ts';
import { crossAttentionLayers, parseUnetConfig, type UnetConfig } from '../nets/unet/unetConfig.ts';
import { encodeModel } from '../onnx/modelFile.ts';
import type { Device } from '../runtime/device.ts';
import { runOnce } from '../runtime/runOnce.ts';
import { Session } from '../runtime/session.ts';
import { findWeightFile, readCheckpoint, readJson } from '../weights/checkpoint.ts';
import { KeyedWeights } from '../weights/keyedWeights.ts';
import { readTensor } from '../weights/readTensor.ts';
import type { TensorIndex } from '../weights/storedTensor.ts';
import { type ComparedResult, goldenTensor, relativeError } from './goldenData.ts';

const schema = z.object({
  num_inference_steps: z.int().positive(),
  guidance_scale: z.number(),
  scaling_factor: z.number().positive(),
  unet: z.string(),
  vae: z.string(),
});

/**
 * Encodes the subject frames, samples with DDIM under text guidance and decodes every frame, comparing subject latents,
 * final latents and video. The case stands on its own: each stage starts from our own result of the stage before.
 */
export async function verifyPipeline(
  folder: string,
  config: unknown,
  cases: TensorIndex,
  device: Device,
): Promise<readonly ComparedResult[]> {
  const parsed = schema.safeParse(config);
  if (!parsed.success)
    throw new StudioError(
      'format-damaged',
      `${folder}/config.json describes no pipeline case: ${z.prettifyError(parsed.error)}.`,
    );
  const settings = parsed.data;
  const vae = await openNetwork(resolve(folder, settings.vae));
  const unet = await openNetwork(resolve(folder, settings.unet));
  const vaeConfig = parseAutoencoderConfig(vae.config, `${vae.folder}/config.json`);
  const unetConfig = parseUnetConfig(unet.config, `${unet.folder}/config.json`);

  const frames = await goldenTensor(cases, 'subject_frames');
  const [count = 0, , height = 0, width = 0] = frames.shape;
  const encoder = buildAutoencoderEncoder(vaeConfig, { batch: count, height, width }, device.dialect, vae.weights);
  const { mean } = await runOnce(device, encoder, vae.weights.folder, { image: frames });
  const goldenSubject = await goldenTensor(cases, 'subject_latents');
  const subject = framesToClip(mean, settings.scaling_factor);

  const initial = await goldenTensor(cases, 'initial_latents');
  const latents = await sample(unetConfig, unet.weights, cases, { subject, initial, device, ...settings });

  const clip = floatTensor(initial.shape, latents);
  const decoder = buildAutoencoderDecoder(
    vaeConfig,
    { batch: count, height: initial.shape[3] ?? 0, width: initial.shape[4] ?? 0 },
    device.dialect,
    vae.weights,
  );
  const { image } = await runOnce(device, decoder, vae.weights.folder, {
    latent: clipToFrames(clip, 1 / settings.scaling_factor),
  });
  return [
    { name: 'subject_latents', relativeError: relativeError(subject, goldenSubject) },
    { name: 'final_latents', relativeError: relativeError(clip, await goldenTensor(cases, 'final_latents')) },
    { name: 'video', relativeError: relativeError(toUnit(image), await goldenTensor(cases, 'video')) },
  ];
}

/** −1..1 to 0..1, clipped: the range the golden video is kept in. */
function toUnit({ shape, data }: FloatTensor): FloatTensor {
  return floatTensor(
    shape,
    data.map((value) => Math.min(1, Math.max(0, value / 2 + 0.5))),
  );
}

interface OpenedNetwork {
  readonly folder: string;
  readonly config: unknown;
  readonly weights: KeyedWeights;
}

async function openNetwork(folder: string): Promise<OpenedNetwork> {
  const file = findWeightFile(folder);
  if (!file) throw new StudioError('file-missing', `${folder} holds no weights, and the pipeline case needs them.`);
  return {
    folder,
    config: await readJson(resolve(folder, 'config.json')),
    weights: new KeyedWeights(file, [{ index: await readCheckpoint(file) }]),
  };
}

interface SampleInputs {
  readonly subject: FloatTensor;
  readonly initial: FloatTensor;
  readonly device: Device;
  readonly num_inference_steps: number;
  readonly guidance_scale: number;
}

/** Guided DDIM: the branch without text keeps image tokens and subject. */
async function sample(
  config: UnetConfig,
  weights: KeyedWeights,
  cases: TensorIndex,
  inputs: SampleInputs,
): Promise<Float32Array> {
  const { device, initial, subject } = inputs;
  const [, channels = 0, frames = 0, height = 0, width = 0] = initial.shape;
  const image = await goldenTensor(cases, 'image_tokens');
  const imageTokens = image.shape[1] ?? 0;
  const branch = async (name: string) => {
    const text = await goldenTensor(cases, name);
    const context = floatTensor(
      [1, (text.shape[1] ?? 0) + imageTokens, text.shape[2] ?? 0],
      Float32Array.of(...text.data, ...image.data),
    );
    return runOnce(device, buildContext(config, { batch: 1, imageTokens }, device.dialect, weights), weights.folder, {
      context,
    });
  };
  const share = guidanceWeights(inputs.guidance_scale, 1);
  const branches = [
    { context: await branch('text_embeds'), subject: () => subject.data, weight: share.full },
    { context: await branch('null_text_embeds'), subject: () => subject.data, weight: share.imageOnly },
  ];
  const layers = crossAttentionLayers(config);
  const alphas = async (kind: 'text' | 'image'): Promise<FloatTensor> => {
    const values = layers.map(async ({ name }) => {
      const tensor = weights.tensor(alphaKeys(name)[kind]);
      return tensor ? ((await readTensor(tensor))[0] ?? 1) : 1;
    });
    return alikeInFrames(await Promise.all(values), frames);
  };
  const alpha = { alpha_text: await alphas('text'), alpha_image: await alphas('image') };
  const graph = buildUnet(config, { batch: 1, frames, height, width, imageTokens }, device.dialect, weights);
  const session = await Session.create(encodeModel(graph), {
    provider: device.provider,
    label: 'unet',
    weightsFolder: weights.folder,
  });
  try {
    const predict = guidedPredictor(session, branches, { channels, frames, height, width }, () => alpha);
    const schedule = noiseSchedule();
    const denoise = denoiserOf(schedule.config.prediction_type, predict);
    const sampling = createSampling('ddim', { schedule, steps: inputs.num_inference_steps });
    let latents = initial.data;
    for await (const step of sampling.run(initial.data, denoise)) latents = step.latents;
    return latents;
  } finally {
    await session.dispose();
  }
}

/** (f, c, h, w) to (1, c, f, h, w), times a factor. */
function framesToClip({ shape, data }: FloatTensor, factor: number): FloatTensor {
  const [frames = 0, channels = 0, height = 0, width = 0] = shape;
  return swapLeading(data, frames, channels, height * width, factor, [1, channels, frames, height, width]);
}

/** (1, c, f, h, w) to (f, c, h, w), times a factor. */
function clipToFrames({ shape, data }: FloatTensor, factor: number): FloatTensor {
  const [, channels = 0, frames = 0, height = 0, width = 0] = shape;
  return swapLeading(data, channels, frames, height * width, factor, [frames, channels, height, width]);
}

function swapLeading(
  data: Float32Array,
  rows: number,
  columns: number,
  plane: number,
  factor: number,
  shape: readonly number[],
): FloatTensor {
  const result = floatTensor(shape);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const from = (row * columns + column) * plane;
      const to = (column * rows + row) * plane;
      for (let index = 0; index < plane; index++) result.data[to + index] = factor * data[from + index];
    }
  }
  return result;
}
