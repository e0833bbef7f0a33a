import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { StudioError } from '../errors/studioError.ts';
import { findWeightFile, readCheckpoint, readJson } from './checkpoint.ts';
import { KeyedWeights } from './keyedWeights.ts';
import { type Manifest, parseManifest, releasedManifest } from './manifest.ts';
import type { TensorIndex } from './storedTensor.ts';

/** Networks a model may be made of. */
export const partNames = [
  'unet',
  'unet_student',
  'vae',
  'preview_decoder',
  'text_encoder',
  'image_encoder',
  'resampler',
  'hfa_pyramid',
  'motion_planner',
] as const;

/** One of {@link partNames}. */
export type PartName = (typeof partNames)[number];

/** A network's files: its configuration as read, and its weights. */
export interface PartFiles {
  /** Content of config.json; undefined where the layout has none and the network's own defaults hold. */
  readonly config: unknown;
  /** Names the configuration in messages. */
  readonly configLabel: string;
  readonly weights: KeyedWeights;
}

/** A model's files sorted out: which network lies where. */
export interface ModelLayout {
  readonly layout: 'magdiff-folder' | 'stable-diffusion';
  readonly folder: string;
  readonly manifest: Manifest;
  readonly parts: ReadonlyMap<PartName, PartFiles>;
  readonly tokenizerFolder: string;
  readonly scheduler: Readonly<Record<string, unknown>>;
  /** What is not there and would be needed, as sentences. */
  readonly missing: readonly string[];
  /** Keys of a combined checkpoint that belong to no network of this layout. */
  readonly strayKeys: readonly string[];
}

/** Finds out what kind of model a folder holds and reads its descriptions and weight headers. Throws where it is no model. */
export async function readLayout(path: string): Promise<ModelLayout> {
  const folder = resolve(path);
  if (!existsSync(folder))
    throw new StudioError('model-missing', `${folder} does not exist.`, {
      hint: 'Name a model folder; `magdiff models list` shows those known.',
    });
  if (!statSync(folder).isDirectory())
    throw new StudioError('model-mismatch', `${folder} is a file, not a model folder.`, {
      hint: '`magdiff models inspect` says what is in it.',
    });
  if (isOwnFolder(folder)) return readOwnFolder(folder);
  const combined = findCombined(folder);
  if (combined) return readRelease(folder, combined);
  throw new StudioError('model-mismatch', `${folder} holds no model this program knows.`, {
    hint: 'A model is a folder with magdiff.json, or a stable-diffusion-2-1-base folder with MagDiff.pth or MagDiff.safetensors beside it.',
  });
}

/**
 * What the model in a folder says about itself, its weights unread; undefined where the folder holds none.
 * @throws StudioError `format-damaged` where the description cannot be understood
 */
export async function readManifest(folder: string): Promise<Manifest | undefined> {
  if (isOwnFolder(folder)) return readOwnManifest(folder);
  return findCombined(folder) ? releasedManifest : undefined;
}

/** Whether a folder is of a form that {@link readLayout} reads. */
export const holdsModel = (folder: string): boolean => isOwnFolder(folder) || findCombined(folder) !== undefined;

/** Whether a folder is a picture model in diffusers' form: what the release's checkpoint is laid over. */
export function isDiffusersFolder(folder: string): boolean {
  return existsSync(join(folder, 'vae', 'config.json')) && existsSync(join(folder, 'unet', 'config.json'));
}

const isOwnFolder = (folder: string): boolean => existsSync(join(folder, 'magdiff.json'));

async function readOwnManifest(folder: string): Promise<Manifest> {
  const path = join(folder, 'magdiff.json');
  return parseManifest(await readJson(path), path);
}

async function readPart(folder: string): Promise<PartFiles | undefined> {
  const file = findWeightFile(folder);
  const configPath = join(folder, 'config.json');
  if (!file || !existsSync(configPath)) return undefined;
  return {
    config: await readJson(configPath),
    configLabel: configPath,
    weights: new KeyedWeights(file, [{ index: await readCheckpoint(file) }]),
  };
}

async function readScheduler(folder: string, missing: string[]): Promise<Readonly<Record<string, unknown>>> {
  const path = join(folder, 'scheduler', 'scheduler_config.json');
  if (!existsSync(path)) {
    missing.push(`the noise schedule (${path})`);
    return {};
  }
  const json = await readJson(path);
  return typeof json === 'object' && json !== null ? Object.fromEntries(Object.entries(json)) : {};
}

async function readOwnFolder(folder: string): Promise<ModelLayout> {
  const manifest = await readOwnManifest(folder);
  const missing: string[] = [];
  const parts = new Map<PartName, PartFiles>();
  const folders = new Map<PartName, string>(partNames.map((name) => [name, name]));
  if (manifest.student) folders.set('unet_student', manifest.student.folder);
  const optional = new Set<PartName>(['preview_decoder']);
  if (!manifest.student) optional.add('unet_student');
  if (manifest.hfa.kind === 'single') optional.add('hfa_pyramid');
  if (manifest.subject.otherFrames !== 'planned') optional.add('motion_planner');
  for (const [name, sub] of folders) {
    const part = await readPart(join(folder, sub));
    if (part) parts.set(name, part);
    else if (!optional.has(name))
      missing.push(`the network ${name} (${join(folder, sub)} with config.json and weights)`);
  }
  const tokenizerFolder = join(folder, 'tokenizer');
  if (!existsSync(join(tokenizerFolder, 'vocab.json')))
    missing.push(`the tokenizer (${join(tokenizerFolder, 'vocab.json')} and merges.txt)`);
  return {
    layout: 'magdiff-folder',
    folder,
    manifest,
    parts,
    tokenizerFolder,
    scheduler: await readScheduler(folder, missing),
    missing,
    strayKeys: [],
  };
}

interface CombinedFiles {
  readonly base: string;
  readonly checkpoint: string;
}

/** The diffusers folder and the combined checkpoint of the release: side by side in `folder`, or the one inside the other. */
function findCombined(folder: string): CombinedFiles | undefined {
  const base = [folder, ...readdirSync(folder).map((name) => join(folder, name))].find(isDiffusersFolder);
  if (!base) return undefined;
  for (const place of [folder, join(folder, '..')]) {
    const name = readdirSync(place).find((file) => /^magdiff\.(safetensors|pth|ckpt|bin)$/i.test(file));
    if (name) return { base, checkpoint: join(place, name) };
  }
  return undefined;
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

async function readRelease(folder: string, { base, checkpoint }: CombinedFiles): Promise<ModelLayout> {
  const missing: string[] = [];
  const parts = new Map<PartName, PartFiles>();
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
  return {
    layout: 'stable-diffusion',
    folder,
    manifest: releasedManifest,
    parts,
    tokenizerFolder,
    scheduler,
    missing,
    strayKeys,
  };
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
