import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { DialectName } from '../../models/onnx/dialect.ts';
import { verifyFolder } from '../../models/pipeline/verify.ts';

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
