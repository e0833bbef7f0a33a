import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { familyOf, requireFamily } from '../../../../models/families/families.ts';
import { inspectionText, inspectPath } from '../../../../models/families/inspectModel.ts';
import { readRelease, releasedManifest } from '../../../../models/families/magdiffRelease/files.ts';
import { openModel } from '../../../../models/families/openModel.ts';
import { writeReleasedModel } from '../../../fixtures/models/releasedModel.ts';
import { writeTinyModel } from '../../../fixtures/models/tinyModel.ts';
import { floatTensorPickle } from '../../../fixtures/models/torchFiles.ts';
import { temporaryFiles } from '../../../fixtures/temporaryFiles.ts';

const { folder } = temporaryFiles();
const own = join(folder, 'own');

beforeAll(() => writeTinyModel(own));

describe('a Stable Diffusion folder with MagDiff.pth', () => {
  const released = join(folder, 'released');
  beforeAll(() => writeReleasedModel(own, released));

  test('is told, its UNet inflated as its weights say, and nothing missing', async () => {
    expect(familyOf(released)?.name).toBe('magdiffRelease');
    const layout = await readRelease(released);
    expect(layout.missing).toEqual([]);
    expect(layout.manifest).toBe(releasedManifest);
    expect(layout.manifest.image.colourOrder).toBe('bgr');
    expect(layout.parts.get('unet')?.config).toMatchObject({
      in_channels: 8,
      add_temp_conv: true,
      down_block_types: ['CrossAttnDownBlock3D', 'DownBlock3D'],
      text_context_len: 77,
    });
    expect([...layout.parts.keys()].sort()).toEqual(['image_encoder', 'resampler', 'text_encoder', 'unet', 'vae']);
  });

  test('opened with the released resampler’s sizes, a smaller one is an error naming keys and shapes', async () => {
    await expect(openModel(released, { provider: 'cpu' })).rejects.toThrow(
      /proj_in\.weight is 16×16 and should be 1024×1280/,
    );
  });

  test('inspection lists what is missing, in words', async () => {
    const partial = join(folder, 'partial');
    cpSync(released, partial, { recursive: true });
    rmSync(join(partial, 'image_encoder'), { recursive: true });
    const inspection = await inspectPath(partial);
    expect(inspection.usable).toBe(false);
    expect(inspectionText(inspection)).toMatch(
      /Problem: It lacks the OpenCLIP ViT-H\/14 image encoder \(a folder image_encoder/,
    );
    await expect(openModel(partial)).rejects.toMatchObject({ code: 'model-incomplete' });
    rmSync(join(partial, 'MagDiff.pth'));
    expect(inspectionText(await inspectPath(join(partial, 'stable-diffusion-2-1-base')))).toMatch(
      /makes pictures, not videos: MagDiff\.pth/,
    );
  });

  test('a weight of the UNet that no layer uses is an error naming it', async () => {
    const surplus = join(folder, 'surplus');
    await writeReleasedModel(own, surplus, [
      ['unet.mystery.weight', floatTensorPickle({ count: 1, shape: [1], strides: [1] })],
    ]);
    await expect(openModel(surplus, { provider: 'cpu' })).rejects.toThrow(
      /1 weight is not used by the network: mystery\.weight/,
    );
  });

  test('the combined file alone says what it needs', async () => {
    const inspection = await inspectPath(join(released, 'MagDiff.pth'));
    expect(inspection.what).toMatch(/combined MagDiff checkpoint/);
    expect(inspection.problems.join(' ')).toMatch(/stable-diffusion-2-1-base folder beside it/);
  });
});

describe('our own folder', () => {
  test('inspected: every network, ready to use', async () => {
    const inspection = await inspectPath(own);
    expect(inspection.usable).toBe(true);
    expect(inspection.parts.map(({ name }) => name)).toContain('hfa_pyramid');
    expect(inspectionText(inspection)).toMatch(/Ready to use\.$/);
  });

  test('with a description of the future, or none that is one, is refused by name', async () => {
    const future = join(folder, 'future');
    cpSync(own, future, { recursive: true });
    const path = join(future, 'magdiff.json');
    const manifest = JSON.parse(readFileSync(path, 'utf8'));
    writeFileSync(path, JSON.stringify({ ...manifest, version: 2 }));
    await expect(openModel(future)).rejects.toThrow(/magdiff\.json does not describe a model this program knows/);
    writeFileSync(path, 'not json');
    await expect(openModel(future)).rejects.toThrow(/magdiff\.json is not JSON/);
    writeFileSync(
      path,
      JSON.stringify({ ...manifest, student: { folder: '../../etc', steps: 4, guidanceDistilled: true } }),
    );
    await expect(openModel(future)).rejects.toMatchObject({ code: 'format-damaged' });
  });

  test('with weights that are not numbers is refused', async () => {
    const broken = join(folder, 'broken');
    cpSync(own, broken, { recursive: true });
    const path = join(broken, 'vae', 'diffusion_pytorch_model.safetensors');
    const bytes = readFileSync(path);
    // Not a number in half precision, and as the upper half of a float32.
    bytes.writeUInt16LE(0x7fff, bytes.length - 2);
    writeFileSync(path, bytes);
    await expect(openModel(broken, { provider: 'cpu' })).rejects.toMatchObject({ code: 'weights-not-finite' });
    expect((await inspectPath(broken)).problems.join(' ')).toMatch(/infinite or not numbers/);
  });

  test('without one of its networks says which and where it would be', async () => {
    const lacking = join(folder, 'lacking');
    cpSync(own, lacking, { recursive: true });
    renameSync(join(lacking, 'unet_student'), join(lacking, 'elsewhere'));
    await expect(openModel(lacking)).rejects.toThrow(/lacks the network unet_student/);
  });
});

test('a folder that is no model, a file, and nothing at all', async () => {
  const empty = join(folder, 'empty');
  mkdirSync(empty);
  expect(() => requireFamily(empty)).toThrow(/holds no model this program knows/);
  expect(() => requireFamily(join(own, 'magdiff.json'))).toThrow(/is a file, not a model folder/);
  expect(() => requireFamily(join(folder, 'nowhere'))).toThrow(expect.objectContaining({ code: 'model-missing' }));
  expect((await inspectPath(empty)).what).toBe('a folder without weights');
  expect(existsSync(empty) && readdirSync(empty)).toEqual([]);
});
