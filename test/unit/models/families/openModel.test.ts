import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { StudioError } from '../../../../models/errors/studioError.ts';
import { openModel, readNetworks } from '../../../../models/families/openModel.ts';
import { type FloatTensor, floatTensor, int64Tensor } from '../../../../models/math/tensor.ts';
import type { Model } from '../../../../models/model/model.ts';
import { type Networks, networks } from '../../../../models/model/networks.ts';
import { dialectOf } from '../../../../models/onnx/dialect.ts';
import { readTensor } from '../../../../models/weights/readTensor.ts';
import { readSafetensors } from '../../../../models/weights/safetensors.ts';
import { writeTinyModel } from '../../../fixtures/models/tinyModel.ts';

let folder: string;
let cacheFolder: string;
let model: Model;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tiny-model-'));
  cacheFolder = join(folder, 'cache');
  await writeTinyModel(folder);
  model = await openModel(folder, { provider: 'cpu', cacheFolder });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const wave = (shape: readonly number[], seed = 1): FloatTensor => {
  const tensor = floatTensor(shape);
  for (let index = 0; index < tensor.data.length; index++) tensor.data[index] = Math.sin(index * 12.9898 + seed);
  return tensor;
};

test('describes itself: sizes, α as stored, student', async () => {
  const { unet, vae, student, image } = model.description;
  expect(unet.layers.map(({ name }) => name)).toEqual([
    'down_blocks.0.attentions.0.transformer_blocks.0.attn2',
    'mid_block.attentions.0.transformer_blocks.0.attn2',
    'up_blocks.1.attentions.0.transformer_blocks.0.attn2',
    'up_blocks.1.attentions.1.transformer_blocks.0.attn2',
  ]);
  const index = await readSafetensors(join(folder, 'unet', 'diffusion_pytorch_model.safetensors'));
  for (const layer of unet.layers) {
    for (const kind of ['text', 'image'] as const) {
      const stored = index.get(`${layer.name}.${kind}_cross_attention_scale`);
      expect(stored && (await readTensor(stored))[0]).toBe(layer[kind]);
    }
  }
  expect(vae).toEqual({ latentChannels: 4, scalingFactor: 0.5, factor: 2, ownCells: 2 });
  expect(student?.steps).toBe(2);
  expect(student?.layers.map(({ name }) => name)).toEqual(unet.layers.map(({ name }) => name));
  expect(image.tokensPerFrame).toBe(2);
});

test('every part loads, runs at the shapes announced and is finite', async () => {
  const text = await model.part('text_encoder', { batch: 1 });
  const { states } = await text.run({ tokenIds: int64Tensor([1, 8], Array<number>(8).fill(5)) });
  const vision = await model.part('image_encoder', { batch: 2 });
  const { tokens } = await vision.run({ pixels: wave([2, 3, 16, 16]) });
  const resampler = await model.part('resampler', { batch: 2, tokens: 5 });
  const { image_tokens } = await resampler.run({ tokens });
  expect([states.shape, tokens.shape, image_tokens.shape]).toEqual([
    [1, 8, 16],
    [2, 5, 16],
    [2, 2, 16],
  ]);
  const encoder = await model.part('vae_encoder', { batch: 1, height: 16, width: 24 });
  const { mean } = await encoder.run({ image: wave([1, 3, 16, 24]) });
  expect(mean.shape).toEqual([1, 4, 8, 12]);
  const decoder = await model.part('vae_decoder', { batch: 1, height: 8, width: 12 });
  expect((await decoder.run({ latent: mean })).image.shape).toEqual([1, 3, 16, 24]);
  const pyramid = await model.part('hfa_pyramid', {
    batch: 1,
    levels: [
      { height: 12, width: 12 },
      { height: 8, width: 8 },
    ],
  });
  const { subject } = await pyramid.run({
    level_0: wave([1, 4, 12, 12]),
    level_1: wave([1, 4, 8, 8]),
  });
  expect(subject.shape).toEqual([1, 4, 8, 8]);
  for (const tensor of [states, tokens, image_tokens, mean, subject])
    expect(tensor.data.every(Number.isFinite)).toBe(true);
});

test('the UNet follows α and the student differs, without a new session', async () => {
  const shape = { batch: 1, frames: 4, height: 8, width: 8, imageTokens: 8 };
  const layers = model.description.unet.layers.length;
  const scalars = (value: number): FloatTensor => floatTensor([layers, 4], new Float32Array(layers * 4).fill(value));
  const outputs: FloatTensor[] = [];
  for (const weights of ['teacher', 'student'] as const) {
    const projector = await model.part(weights === 'student' ? 'context_student' : 'context', {
      batch: 1,
      imageTokens: 8,
    });
    const keysAndValues = await projector.run({ context: wave([1, 16, 16], 3) });
    const unet = await model.part(weights === 'student' ? 'unet_student' : 'unet', shape);
    for (const image of [1.5, 0]) {
      const feeds = {
        sample: wave([1, 12, 4, 8, 8]),
        timestep: floatTensor([1], Float32Array.of(500)),
        alpha_text: scalars(1),
        alpha_image: scalars(image),
      };
      outputs.push((await unet.run({ ...feeds, ...keysAndValues })).prediction);
    }
  }
  const [first, second, third] = outputs;
  expect(first?.shape).toEqual([1, 4, 4, 8, 8]);
  expect(first?.data).not.toEqual(second?.data);
  expect(first?.data).not.toEqual(third?.data);
});

test('graphs come from the cache the second time and give the same numbers', async () => {
  const before = readdirSync(cacheFolder).length;
  const run = async (): Promise<Float32Array> => {
    const decoder = await model.part('vae_decoder', { batch: 1, height: 4, width: 4 });
    const { image } = await decoder.run({ latent: wave([1, 4, 4, 4]) });
    return image.data;
  };
  const first = await run();
  expect(readdirSync(cacheFolder).length).toBe(before + 2);
  expect(await run()).toEqual(first);
  expect(readdirSync(cacheFolder).length).toBe(before + 2);
});

test('an estimate costs no session and grows with the frames', async () => {
  const shape = { batch: 1, frames: 2, height: 8, width: 8, imageTokens: 8 };
  const small = await model.estimate('unet', shape);
  const large = await model.estimate('unet', { ...shape, frames: 8 });
  expect(large.flops / small.flops).toBeGreaterThan(3.5);
  expect(large.activationBytes).toBeGreaterThan(small.activationBytes);
  expect(large.parameters).toBe(small.parameters);
});

test('the hash follows the weights', async () => {
  const hash = await model.modelHash();
  expect(hash).toMatch(/^[0-9a-f]{64}$/);
  expect(await (await openModel(folder, { provider: 'cpu' })).modelHash()).toBe(hash);
});

test('weights behind links are found where they are, as download caches keep them', async () => {
  const linked = mkdtempSync(join(tmpdir(), 'tiny-linked-'));
  const store = mkdtempSync(join(tmpdir(), 'tiny-store-'));
  try {
    await writeTinyModel(linked);
    const path = join(linked, 'vae', 'diffusion_pytorch_model.safetensors');
    renameSync(path, join(store, '0a1b2c'));
    symlinkSync(join(store, '0a1b2c'), path);
    const decoder = await (await openModel(linked, { provider: 'cpu' })).part('vae_decoder', {
      batch: 1,
      height: 2,
      width: 2,
    });
    expect((await decoder.run({ latent: wave([1, 4, 2, 2]) })).image.shape).toEqual([1, 3, 4, 4]);
  } finally {
    for (const path of [linked, store]) rmSync(path, { recursive: true, force: true });
  }
});

test('a part this model does not have says so', async () => {
  await expect(model.part('preview_decoder', { batch: 1, height: 4, width: 4 })).rejects.toThrow(
    /has no preview decoder/,
  );
});

test('a subject in the prediction belongs to models that predict clean latents', async () => {
  const other = join(folder, 'other-prediction');
  await writeTinyModel(other);
  const path = join(other, 'scheduler/scheduler_config.json');
  const scheduler = JSON.parse(readFileSync(path, 'utf8'));
  writeFileSync(path, JSON.stringify({ ...scheduler, prediction_type: 'v_prediction' }));
  await expect(openModel(other, { provider: 'cpu' })).rejects.toThrow(/subject_patch.*"sample", not "v_prediction"/);
});

test('a model of other sizes than its configuration is refused with keys and shapes', async () => {
  const other = mkdtempSync(join(tmpdir(), 'tiny-broken-'));
  try {
    await writeTinyModel(other);
    const config = { latent_channels: 4, levels: 2, hidden_channels: 24 };
    writeFileSync(join(other, 'hfa_pyramid', 'config.json'), JSON.stringify(config));
    const error = await openModel(other, { provider: 'cpu' }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(StudioError);
    expect(String(error)).toMatch(/conv_in\.weight is 8×8×3×3 and should be 24×8×3×3/);
    rmSync(join(other, 'vae'), { recursive: true });
    await expect(openModel(other, { provider: 'cpu' })).rejects.toThrow(/lacks the network vae/);
  } finally {
    rmSync(other, { recursive: true, force: true });
  }
});

test('the table names the inputs and outputs that the graphs have', async () => {
  const { networkSet } = await readNetworks(folder);
  const names = (Object.keys(networks) as (keyof Networks)[]).filter((name) => networkSet.has(name));
  expect(names.length).toBeGreaterThan(10);
  for (const name of names) {
    const { network, config, weights } = networkSet.get(name);
    const graph = network.build(config, network.probe(config), dialectOf('plain'), weights);
    if (network.inputs)
      expect(graph.inputs.map((input) => input.name).sort(), name).toEqual([...network.inputs].sort());
    if (network.outputs)
      expect(
        graph.outputs.map((output) => output.name),
        name,
      ).toEqual([...network.outputs]);
  }
});
