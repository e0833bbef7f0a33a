import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fingerprintBytes, fingerprintOf } from '../../../../models/weights/fingerprint.ts';
import { temporaryFiles } from '../../../fixtures/temporaryFiles.ts';

const files = temporaryFiles();

test('a fingerprint tells a file by its size, its beginning and its end, wherever it lies', async () => {
  const path = join(files.folder, 'a.safetensors');
  const bytes = Buffer.alloc(700_000, 7);
  await writeFile(path, bytes);
  const first = await fingerprintOf(path);
  expect(fingerprintBytes(first)).toBe(700_000);
  for (const at of [0, 699_999]) {
    bytes[at] = 8;
    await writeFile(path, bytes);
    expect(await fingerprintOf(path)).not.toBe(first);
    bytes[at] = 7;
  }
  await writeFile(path, bytes);
  await rename(path, join(files.folder, 'b.ckpt'));
  expect(await fingerprintOf(join(files.folder, 'b.ckpt'))).toBe(first);
  await expect(fingerprintOf(path)).rejects.toMatchObject({ code: 'ENOENT' });
});

test('a folder’s is of the weights in it and in its parts', async () => {
  const folder = join(files.folder, 'model');
  await mkdir(join(folder, 'unet'), { recursive: true });
  await writeFile(join(folder, 'unet', 'w.safetensors'), 'weights');
  await writeFile(join(folder, 'notes.txt'), 'one');
  const first = await fingerprintOf(folder);
  await writeFile(join(folder, 'notes.txt'), 'two');
  expect(await fingerprintOf(folder)).toBe(first);
  await writeFile(join(folder, 'unet', 'w.safetensors'), 'Weights');
  expect(await fingerprintOf(folder)).not.toBe(first);
});
