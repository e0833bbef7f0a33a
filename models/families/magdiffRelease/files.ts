import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { StudioError } from '../../errors/studioError.ts';
import type { ModelFiles } from '../../model/family.ts';
import { clipMean, clipStd, type Manifest } from '../../model/manifest.ts';
import type { PartFiles } from '../../model/networkTable.ts';
import { findWeightFile, readCheckpoint, readJson } from '../../weights/checkpoint.ts';
import { KeyedWeights } from '../../weights/keyedWeights.ts';
import type { TensorIndex } from '../../weights/storedTensor.ts';
import { readPart, readScheduler } from '../partFolder.ts';

/** What the authors' release is, as far as its files do not say: see the paper's inference code. */
export const releasedManifest: Manifest = {
  format: 'magdiff-folder',
  version: 1,
  name: 'magdiff-release',
  title: 'MagDiff on Stable Diffusion 2.1',
  width: 256,
  height: 256,
  frames: [8, 16],
  framesPerSecond: 8,
  text: { hiddenLayer: 'last' },
  image: {
    size: 224,
    mean: [...clipMean],
    std: [...clipStd],
    colourOrder: 'bgr',
    resample: 'bicubic',
    hiddenLayer: 'last',
    tokensPerFrame: 16,
  },
  subject: { otherFrames: 'black' },
  hfa: { kind: 'single', scales: [1] },
  guidance: { text: 7.5, image: 1 },
  noiseAlpha: 0,
  steps: 50,
  student: null,
  latentToRgb: null,
};

/** Whether a folder is a picture model in diffusers' form: what the release's checkpoint is laid over. */
export function isDiffusersFolder(folder: string): boolean {
  return existsSync(join(folder, 'vae', 'config.json')) && existsSync(join(folder, 'unet', 'config.json'));
}

interface CombinedFiles {
  readonly base: string;
  readonly checkpoint: string;
}

/** The diffusers folder and the combined checkpoint of the release: side by side in `folder`, or the one inside the other. */
export function findCombined(folder: string): CombinedFiles | undefined {
  const base = [folder, ...readdirSync(folder).map((name) => join(folder, name))].find(isDiffusersFolder);
  if (!base) return undefined;
  for (const place of [folder, join(folder, '..')]) {
    const name = readdirSync(place).find((file) => /^magdiff\.(safetensors|pth|ckpt|bin)$/i.test(file));
    if (name) return { base, checkpoint: join(place, name) };
  }
  return undefined;
}

function combinedIn(folder: string): CombinedFiles {
  const found = findCombined(folder);
  if (found) return found;
  throw new StudioError(
    'model-missing',
    `${folder} no longer holds a Stable Diffusion folder with MagDiff.pth beside it.`,
    {
      hint: 'Put the files back, or choose another model.',
    },
  );
}

/** Settings of the released UNet that the base model's config.json does not have; sizes come from the weights themselves. */
function inflateConfig(base: unknown, index: TensorIndex): Record<string, unknown> {
  const fields = typeof base === 'object' && base !== null ? Object.fromEntries(Object.entries(base)) : {};
  const has = (part: string): boolean => [...index.keys()].some((key) => key.startsWith('unet.') && key.includes(part));
  const inputs = index.get('unet.conv_in.weight')?.shape[1];
  const blocks = (value: unknown): unknown =>
    Array.isArray(value) ? value.map((name) => String(name).replace('2D', '3D')) : undefined;
  return {
    ...fields,
    down_block_types: blocks(fields.down_block_types),
    up_block_types: blocks(fields.up_block_types),
    mid_block_type: 'UNetMidBlock3DCrossAttn',
    in_channels: inputs ?? 8,
    add_temp_embed: true,
    add_temp_conv: has('.temp_convs.'),
    add_temp_ff: has('.temp_ff.'),
    add_temp_transformer: has('unet.temp_transformer.'),
    text_context_len: 77,
  };
}

export async function readRelease(folder: string): Promise<ModelFiles> {
  const { base, checkpoint } = combinedIn(folder);
  const missing: string[] = [];
  const parts = new Map<string, PartFiles>();
  const index = await readCheckpoint(checkpoint);
  const under = (prefix: string): boolean => [...index.keys()].some((key) => key.startsWith(prefix));
  const known = ['unet.', 'enclip_projector.', 'text_encoder.', 'vae.'];

  const baseUnet = findWeightFile(join(base, 'unet'));
  if (under('unet.')) {
    const layers = [{ index, prefix: 'unet.' }, ...(baseUnet ? [{ index: await readCheckpoint(baseUnet) }] : [])];
    const config = inflateConfig(await readJson(join(base, 'unet', 'config.json')), index);
    parts.set('unet', {
      config,
      configLabel: join(base, 'unet', 'config.json'),
      weights: new KeyedWeights(checkpoint, layers),
    });
  } else missing.push(`the UNet (keys beginning with unet. in ${checkpoint})`);

  if (under('enclip_projector.'))
    parts.set('resampler', {
      config: undefined,
      configLabel: checkpoint,
      weights: new KeyedWeights(checkpoint, [{ index, prefix: 'enclip_projector.' }]),
    });
  else missing.push(`the image projector (keys beginning with enclip_projector. in ${checkpoint})`);

  for (const name of ['text_encoder', 'vae'] as const) {
    const part = await readPart(join(base, name));
    const own = under(`${name}.`);
    if (own && existsSync(join(base, name, 'config.json'))) {
      const configLabel = join(base, name, 'config.json');
      parts.set(name, {
        config: await readJson(configLabel),
        configLabel,
        weights: new KeyedWeights(checkpoint, [{ index, prefix: `${name}.` }]),
      });
    } else if (part) parts.set(name, part);
    else missing.push(`the network ${name} (${join(base, name)})`);
  }

  const vision = await findVision(folder);
  if (vision) parts.set('image_encoder', vision);
  else missing.push(`the OpenCLIP ViT-H/14 image encoder (a folder image_encoder in ${folder} with its weights)`);

  const tokenizerFolder = join(base, 'tokenizer');
  if (!existsSync(join(tokenizerFolder, 'vocab.json')))
    missing.push(`the tokenizer (${join(tokenizerFolder, 'vocab.json')} and merges.txt)`);
  const strayKeys = [...index.keys()].filter((key) => !known.some((prefix) => key.startsWith(prefix)));
  const scheduler = await readScheduler(base, missing);
  return { folder, manifest: releasedManifest, parts, tokenizerFolder, scheduler, missing, strayKeys };
}

/** The vision tower: a folder in transformers' form, or OpenCLIP's single file, by any of the names people keep it under. */
async function findVision(folder: string): Promise<PartFiles | undefined> {
  const candidates = ['image_encoder', 'CLIP-ViT-H-14-laion2B-s32B-b79K', 'open_clip'].map((name) =>
    join(folder, name),
  );
  for (const candidate of candidates) {
    const file = findWeightFile(candidate);
    if (!file) continue;
    const index = await readCheckpoint(file);
    const openClip = index.has('visual.conv1.weight');
    const configPath = join(candidate, 'config.json');
    const config = !openClip && existsSync(configPath) ? await readJson(configPath) : undefined;
    const inner =
      typeof config === 'object' && config !== null && 'vision_config' in config ? config.vision_config : config;
    return { config: inner, configLabel: configPath, weights: new KeyedWeights(file, [{ index }]) };
  }
  return undefined;
}
