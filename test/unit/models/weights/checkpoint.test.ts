import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { inspectFile } from '../../../../models/recognise/inspectFile.ts';
import { readCheckpoint } from '../../../../models/weights/checkpoint.ts';
import { compareKeys } from '../../../../models/weights/compareKeys.ts';
import { findNotFinite } from '../../../../models/weights/finiteness.ts';
import { KeyedWeights } from '../../../../models/weights/keyedWeights.ts';
import { writeSafetensors } from '../../../../models/weights/writeSafetensors.ts';
import { temporaryFiles } from '../../../fixtures/temporaryFiles.ts';

const { folder, write } = temporaryFiles();

const tensor = (key: string, shape: readonly number[], values: readonly number[]) => ({
  key,
  dtype: 'F32' as const,
  shape,
  pieces: () => [new Uint8Array(Float32Array.from(values).buffer)],
});

describe('sharded checkpoints', () => {
  test('are read through their index, each tensor from its shard', async () => {
    await writeSafetensors(join(folder, 'model-1.safetensors'), [tensor('a', [2], [1, 2])]);
    await writeSafetensors(join(folder, 'model-2.safetensors'), [tensor('b', [1], [3])]);
    const path = write(
      'model.safetensors.index.json',
      JSON.stringify({ weight_map: { a: 'model-1.safetensors', b: 'model-2.safetensors' } }),
    );
    const weights = new KeyedWeights(path, [{ index: await readCheckpoint(path) }]);
    expect(weights.find('a')?.file).toBe('model-1.safetensors');
    expect(weights.find('b')?.file).toBe('model-2.safetensors');
  });

  test('may not reach outside their folder', async () => {
    const path = write('evil.index.json', JSON.stringify({ weight_map: { a: '../secret.safetensors' } }));
    await expect(readCheckpoint(path)).rejects.toThrow(/outside its own folder/);
  });

  test('that promise a tensor no shard holds say which', async () => {
    const path = write('short.index.json', JSON.stringify({ weight_map: { c: 'model-1.safetensors' } }));
    await expect(readCheckpoint(path)).rejects.toThrow(/says c is in model-1\.safetensors/);
  });
});

describe('a file is told by its content', () => {
  test.each([
    ['notes.safetensors', 'these are my notes, not weights', /no complete safetensors|claims/],
    ['old.bin', Buffer.from([0x80, 2, 0x7d, 0x2e]), /before 2020/],
    ['picture.png', Buffer.from('\x89PNG\r\n\x1a\n0000'), /neither a safetensors file nor a torch zip/],
  ])('%s', async (name, bytes, says) => {
    await expect(readCheckpoint(write(name, bytes))).rejects.toThrow(says);
  });

  test('a missing file and a folder say so', async () => {
    await expect(readCheckpoint(join(folder, 'nothing.safetensors'))).rejects.toMatchObject({ code: 'file-missing' });
    await expect(readCheckpoint(folder)).rejects.toThrow(/is a folder/);
  });
});

test('prefixes and layers: the first layer that has a key wins, and locations share one folder', async () => {
  mkdirSync(join(folder, 'base'), { recursive: true });
  await writeSafetensors(join(folder, 'combined.safetensors'), [
    tensor('unet.a', [1], [1]),
    tensor('other.b', [1], [2]),
  ]);
  await writeSafetensors(join(folder, 'base', 'unet.safetensors'), [tensor('a', [1], [9]), tensor('c', [1], [3])]);
  const weights = new KeyedWeights('both', [
    { index: await readCheckpoint(join(folder, 'combined.safetensors')), prefix: 'unet.' },
    { index: await readCheckpoint(join(folder, 'base', 'unet.safetensors')) },
  ]);
  expect([...weights.keys].sort()).toEqual(['a', 'c']);
  expect(weights.find('a')?.file).toBe('combined.safetensors');
  expect(weights.find('c')?.file).toBe('base/unet.safetensors');
});

test('keys that are missing, unused or misshapen are named with both shapes', async () => {
  const path = join(folder, 'keys.safetensors');
  await writeSafetensors(path, [
    tensor('a.weight', [2, 1, 1], [1, 2]),
    tensor('b.weight', [3], [1, 2, 3]),
    tensor('extra', [1], [0]),
  ]);
  const weights = new KeyedWeights(path, [{ index: await readCheckpoint(path) }]);
  const declared = new Map([
    ['a.weight', { shape: [2] }],
    ['b.weight', { shape: [4] }],
    ['c.weight', { shape: [5, 6] }],
  ]);
  expect(() => compareKeys(weights, declared)).toThrow(/c\.weight \(5×6\).*b\.weight is 3 and should be 4.*extra/);
  expect(() => compareKeys(weights, new Map([['a.weight', { shape: [2] }]]), /^(b|extra)/)).not.toThrow();
});

test('a weight that is not a number is found and named', async () => {
  const path = join(folder, 'nan.safetensors');
  await writeSafetensors(path, [tensor('fine', [2], [1, -2]), tensor('broken', [3], [0, Number.NaN, 1])]);
  expect(await findNotFinite(await readCheckpoint(path))).toBe('broken');
  expect((await inspectFile(path)).notFinite).toBe('broken');
  await writeSafetensors(path, [tensor('infinite', [1], [Number.POSITIVE_INFINITY])]);
  expect(await findNotFinite(await readCheckpoint(path))).toBe('infinite');
});

test('inspection says in plain words what a file is', async () => {
  const golden = join(import.meta.dirname, '../../../golden/data');
  const says = async (path: string): Promise<string> => (await inspectFile(join(golden, path))).recognition.what;
  expect(await says('unet/diffusion_pytorch_model.safetensors')).toBe('a MagDiff video UNet');
  expect(await says('vae/diffusion_pytorch_model.safetensors')).toMatch(/VAE/);
  expect(await says('clip_text_15/model.safetensors')).toBe('a CLIP text encoder (48 wide)');
  expect(await says('clip_vision_open/open_clip_model.safetensors')).toMatch(/CLIP/);
  expect(await says('resampler/resampler.safetensors')).toMatch(/resampler/);
  expect(await says('tiny_decoder/diffusion_pytorch_model.safetensors')).toMatch(/TAESD/);
});

test('a file that cannot be written is an error naming it', async () => {
  const blocked = write('blocked', 'a file where a folder would have to be');
  writeFileSync(blocked, 'x');
  await expect(writeSafetensors(join(blocked, 'w.safetensors'), [])).rejects.toMatchObject({ code: 'file-unwritable' });
});
