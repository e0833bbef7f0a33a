import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { proposeSets } from '../../../../models/families/sd15/proposeSets.ts';
import { extraModelPaths, foldersWithin, knownFolders } from '../../../../models/recognise/knownFolders.ts';
import { scanFolders } from '../../../../models/recognise/scanFolders.ts';
import { writeHollow } from '../../../fixtures/models/weightCorpus/hollowFile.ts';
import { weightCorpus } from '../../../fixtures/models/weightCorpus.ts';
import { temporaryFiles } from '../../../fixtures/temporaryFiles.ts';

const { folder } = temporaryFiles();
const home = join(folder, 'home');
const comfy = join(home, 'ComfyUI');
const elsewhere = join(folder, 'other drive');

const file = (place: string, name: string, as = name): string => {
  const found = weightCorpus.find((entry) => entry.name === name);
  if (!found) throw new Error(`the corpus has no ${name}`);
  return writeHollow(place, { ...found, name: as });
};

beforeAll(() => {
  file(join(comfy, 'models', 'checkpoints'), 'v1-5-pruned-emaonly.safetensors', 'Meine schönen Bilder.safetensors');
  file(join(comfy, 'models', 'checkpoints'), 'sd_xl_base_1.0.safetensors');
  file(join(comfy, 'models', 'animatediff_models'), 'mm_sd_v15_v2.safetensors');
  file(join(comfy, 'custom_nodes', 'ComfyUI-AnimateDiff-Evolved', 'models'), 'v3_sd15_mm.safetensors');
  file(join(comfy, 'models', 'ipadapter'), 'ip-adapter-plus_sd15.safetensors');
  file(join(comfy, 'models', 'ipadapter'), 'ip-adapter_sd15.safetensors');
  file(join(comfy, 'models', 'clip_vision'), 'model.safetensors', 'CLIP-ViT-H.safetensors');
  file(join(comfy, 'models', 'embeddings'), 'EasyNegative.safetensors');
  file(join(elsewhere, 'sd'), 'sd-v1-5-inpainting.safetensors');
  writeFileSync(
    join(comfy, 'extra_model_paths.yaml'),
    `others:\n  base_path: ${elsewhere}\n  checkpoints: |\n    sd\n    not there\n  is_default: true\n`,
  );
  // The Hugging Face cache: blobs named by hash, snapshots made of links to them.
  const repository = join(home, '.cache', 'huggingface', 'hub', 'models--guoyww--animatediff-motion-adapter-v1-5-2');
  const blob = file(join(repository, 'blobs'), 'adapter/diffusion_pytorch_model.safetensors', 'a1b2c3');
  const snapshot = join(repository, 'snapshots', '0f1e');
  mkdirSync(snapshot, { recursive: true });
  symlinkSync(blob, join(snapshot, 'diffusion_pytorch_model.safetensors'));
  writeFileSync(join(snapshot, 'config.json'), '{"_class_name":"MotionAdapter"}');
  // Circles of links, a folder that is none of ours, and a file that is no weights.
  symlinkSync(comfy, join(comfy, 'models', 'again'));
  file(join(comfy, 'models', 'node_modules'), 'clip_l.safetensors');
  writeFileSync(join(comfy, 'models', 'notes.txt'), 'text');
  writeFileSync(join(comfy, 'models', 'broken.safetensors'), 'no');
});

describe('the folders people have', () => {
  test('ComfyUI’s, what its extra paths name, and the Hugging Face cache are known', async () => {
    const known = (await knownFolders(home, {})).map(({ path }) => path);
    expect(known).toEqual([
      join(comfy, 'models'),
      join(comfy, 'custom_nodes', 'ComfyUI-AnimateDiff-Evolved', 'models'),
      join(elsewhere, 'sd'),
      join(home, '.cache', 'huggingface', 'hub'),
    ]);
    expect(await knownFolders(home, { HF_HUB_CACHE: join(folder, 'nowhere') })).toHaveLength(3);
  });

  test('a program’s folder stands for the folders in it that hold models', async () => {
    expect(await foldersWithin(comfy)).toEqual([
      join(comfy, 'models'),
      join(comfy, 'custom_nodes', 'ComfyUI-AnimateDiff-Evolved', 'models'),
      join(elsewhere, 'sd'),
    ]);
    expect(await foldersWithin(elsewhere)).toEqual([elsewhere]);
  });

  test.each(['a: [unclosed', '- just\n- a list', 'a: &x [*x, *x]', ''])(
    'a description like %j names nothing',
    async (text) => {
      const path = join(folder, 'paths.yaml');
      writeFileSync(path, text);
      expect(await extraModelPaths(path)).toEqual([]);
    },
  );
});

describe('scanning', () => {
  test('finds every file once, through links, in no circles, and says what is broken', async () => {
    const found = await scanFolders((await knownFolders(home, {})).map(({ path }) => path));
    expect(found.map(({ role }) => role).sort()).toEqual(
      [
        'checkpoint',
        'checkpoint',
        'checkpoint',
        'damaged',
        'embedding',
        'image-adapter',
        'image-adapter',
        'image-encoder',
        'motion',
        'motion',
        'motion',
      ].sort(),
    );
    expect(found.find(({ path }) => path.includes('snapshots'))?.what).toMatch(/version 2.*diffusers’ form/);
    expect(new Set(found.map(({ path }) => path)).size).toBe(found.length);
  });

  test('a folder that is gone, and one of 2,000 files, are no trouble', async () => {
    expect(await scanFolders([join(folder, 'gone')])).toEqual([]);
    const many = join(folder, 'many');
    mkdirSync(many);
    for (let index = 0; index < 2000; index++) writeFileSync(join(many, `${index}.txt`), '');
    file(many, 'style kohya.safetensors');
    expect(await scanFolders([many])).toHaveLength(1);
  });
});

describe('sets proposed', () => {
  test('inpainting first, the best motion module, an adapter whose encoder is there, embeddings by their folder', async () => {
    const sets = proposeSets(await scanFolders((await knownFolders(home, {})).map(({ path }) => path)));
    expect(sets.map(({ set }) => set.name)).toEqual([
      'sd-v1-5-inpainting with v3_sd15_mm',
      'Meine schönen Bilder with v3_sd15_mm',
    ]);
    expect(sets[0]?.set).toMatchObject({
      imageAdapter: join(comfy, 'models', 'ipadapter', 'ip-adapter-plus_sd15.safetensors'),
      imageEncoder: join(comfy, 'models', 'clip_vision', 'CLIP-ViT-H.safetensors'),
      embeddings: [join(comfy, 'models', 'embeddings')],
    });
    expect(sets[0]).toMatchObject({ lacks: [], wishes: [] });
  });

  test('what is missing is named with its size, licence and place', async () => {
    const bare = join(folder, 'bare');
    file(bare, 'unet only.safetensors');
    const [only] = proposeSets(await scanFolders([bare]));
    expect(only?.lacks.map(({ what }) => what)).toEqual(['a VAE', 'the text encoder (CLIP ViT-L/14)']);
    expect(only?.wishes).toHaveLength(3);
    for (const part of [...(only?.lacks ?? []), ...(only?.wishes ?? [])]) {
      expect(part.link).toMatch(/^https:\/\//);
      expect(part.licence).not.toBe('');
      expect(part.sizeBytes).toBeGreaterThan(1e7);
    }
    rmSync(bare, { recursive: true });
  });

  test('an AnimateLCM module brings its LoRA and its recipe', async () => {
    const place = join(folder, 'lcm');
    file(place, 'v1-5-pruned-emaonly.safetensors');
    file(place, 'AnimateLCM_sd15_t2v.safetensors');
    file(place, 'AnimateLCM_sd15_t2v_lora.safetensors');
    const [only] = proposeSets(await scanFolders([place]));
    expect(only?.set).toMatchObject({
      recipe: { sampler: 'lcm', steps: 6, guidance: 1.5 },
      loras: [{ file: join(place, 'AnimateLCM_sd15_t2v_lora.safetensors'), weight: 0.8 }],
    });
  });
});
