import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type DialectName, dialectOf, largeForm } from '../../models/onnx/dialect.ts';
import { verifyFolder } from '../../models/pipeline/verify.ts';
import { verifyNetwork } from '../../models/pipeline/verifyNetworks.ts';
import { readJson } from '../../models/weights/checkpoint.ts';
import { KeyedWeights } from '../../models/weights/keyedWeights.ts';
import { readSafetensors } from '../../models/weights/safetensors.ts';

const data = join(import.meta.dirname, 'data');

/** Folder → results it must compare, so that a verification that quietly compares less fails. */
const folders: Readonly<Record<string, readonly string[]>> = {
  unet: ['video.output', 'image.output', 'wide.output'],
  unet_sparse: ['video.output', 'image.output'],
  vae: ['mean', 'logvar', 'decoded'],
  resampler: ['output'],
  clip_text_15: ['states'],
  clip_text_21: ['states'],
  clip_vision: ['last', 'penultimate'],
  clip_vision_open: ['last', 'penultimate'],
  tiny_decoder: ['decoded'],
  hfa_pyramid: ['square.output', 'wide.output'],
  pipeline: ['subject_latents', 'final_latents', 'video'],
};

/** Largest relative error per folder: modules 1e-4, the pipeline 1e-3. */
const limit = (folder: string): number => (folder === 'pipeline' ? 1e-3 : 1e-4);

describe.each(['plain', 'cpu'] satisfies DialectName[])('dialect %s', (dialect) => {
  test.each(Object.keys(folders))('%s agrees with the reference', async (folder) => {
    const { cases, passed } = await verifyFolder(join(data, folder), { dialect });
    expect(cases.map(({ name }) => name)).toEqual(folders[folder]);
    for (const { name, relativeError } of cases) expect(relativeError, name).toBeLessThanOrEqual(limit(folder));
    expect(passed).toBe(true);
  });
});

test('the form for large networks agrees with the reference too', async () => {
  const folder = join(data, 'unet');
  const weights = await readSafetensors(join(folder, 'diffusion_pytorch_model.safetensors'));
  const dialect = { ...largeForm(dialectOf('cpu')), columnsFromRows: 1 };
  expect(dialect.clipConvolution).toBe(true);
  const results = await verifyNetwork('unet', {
    folder,
    config: await readJson(join(folder, 'config.json')),
    weights: new KeyedWeights(folder, [{ index: weights }]),
    cases: await readSafetensors(join(folder, 'cases.safetensors')),
    device: { provider: 'cpu', dialect, threads: undefined, warnings: [] },
  });
  expect(results).toHaveLength(3);
  for (const { name, relativeError } of results) expect(relativeError, name).toBeLessThanOrEqual(1e-4);
});

test('every sampler follows its reference trajectory', async () => {
  const { cases } = await verifyFolder(join(data, 'schedulers'));
  expect(cases).toHaveLength(14);
  for (const { name, relativeError } of cases) expect(relativeError, name).toBeLessThanOrEqual(1e-4);
});

test('every text gets the reference tokenizer’s ids', async () => {
  const { cases } = await verifyFolder(join(data, 'tokenizer'));
  expect(cases.length).toBeGreaterThan(10);
  expect(cases.filter(({ relativeError }) => relativeError > 0)).toEqual([]);
});
