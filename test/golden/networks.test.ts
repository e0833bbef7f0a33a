import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { unet } from '../../models/nets/unet/unet.ts';
import { temporalTransformer } from '../../models/nets/unet/unetTransformer.ts';
import { type DialectName, dialectOf, largeForm } from '../../models/onnx/dialect.ts';
import { GraphBuilder } from '../../models/onnx/graphBuilder.ts';
import { RecordingSource } from '../../models/onnx/sources/recordingSource.ts';
import { runOnce } from '../../models/runtime/runOnce.ts';
import { goldenTensor, relativeError } from '../../models/verify/goldenData.ts';
import { verifyFolder } from '../../models/verify/verify.ts';
import { verifyNetwork } from '../../models/verify/verifyNetworks.ts';
import { readJson } from '../../models/weights/checkpoint.ts';
import { KeyedWeights } from '../../models/weights/keyedWeights.ts';
import { readSafetensors } from '../../models/weights/safetensors.ts';
import { writeSafetensors } from '../../models/weights/writeSafetensors.ts';

const data = join(import.meta.dirname, 'data');

/** Folder → results it must compare, so that a verification that quietly compares less fails. */
const folders: Readonly<Record<string, readonly string[]>> = {
  unet: ['video.output', 'image.output', 'wide.output'],
  unet_sparse: ['video.output', 'image.output'],
  unet_preconditioned: ['clean.output', 'middle.output', 'noisy.output'],
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
  const results = await verifyNetwork(unet, {
    folder,
    config: await readJson(join(folder, 'config.json')),
    weights: new KeyedWeights(folder, [{ index: weights }]),
    cases: await readSafetensors(join(folder, 'cases.safetensors')),
    device: { provider: 'cpu', dialect, threads: undefined, warnings: [] },
  });
  expect(results).toHaveLength(3);
  for (const { name, relativeError } of results) expect(relativeError, name).toBeLessThanOrEqual(1e-4);
});

/** Writes the weights of makeGoldens.py's temporal transformer: a wave per key, about one for norms, scaled by fan-in for products. */
async function writeWaves(path: string, entries: RecordingSource['entries']): Promise<void> {
  const tensors = [...entries].map(([key, { shape }]) => {
    const phase = [...key.slice('temp_transformer.'.length)].reduce((sum, letter) => sum + letter.charCodeAt(0), 0);
    const norm = shape.length === 1 && key.endsWith('weight') ? 1 : 0;
    const scale = shape.length === 1 ? 0.1 : 1.5 / Math.sqrt(shape[1]);
    const count = shape.reduce((product, size) => product * size, 1);
    const wave = Float32Array.from({ length: count }, (_, index) => Math.sin(12.9898 * index + phase) * scale + norm);
    return { key, dtype: 'F32' as const, shape, pieces: () => [new Uint8Array(wave.buffer)] };
  });
  await writeSafetensors(path, tensors);
}

test.each(['plain', 'cpu'] satisfies DialectName[])(
  'the temporal transformer agrees with the reference, dialect %s',
  async (dialect) => {
    const cases = await readSafetensors(join(data, 'temporal_transformer', 'cases.safetensors'));
    const clip = await goldenTensor(cases, 'clip');
    const build = (source: RecordingSource | KeyedWeights) => {
      const b = new GraphBuilder('temporal', dialectOf(dialect), source);
      b.output('y', temporalTransformer(b, 'temp_transformer', b.input('clip', 'float32', clip.shape)));
      return b.finish();
    };
    const folder = mkdtempSync(join(tmpdir(), 'temporal-'));
    try {
      const declared = new RecordingSource();
      build(declared);
      const path = join(folder, 'weights.safetensors');
      await writeWaves(path, declared.entries);
      const weights = new KeyedWeights(path, [{ index: await readSafetensors(path) }]);
      const device = { provider: 'cpu', dialect: dialectOf(dialect), threads: undefined, warnings: [] } as const;
      const { y } = await runOnce(device, build(weights), weights.folder, { clip });
      expect(relativeError(y, await goldenTensor(cases, 'output'))).toBeLessThanOrEqual(1e-4);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);

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
