import { existsSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { findWeightFile, readJson } from '../weights/checkpoint.ts';
import { recogniseFile } from './recogniseFile.ts';
import type { Recognition } from './recognition.ts';

/** Pipelines of other lineages, by the beginnings of their class names. */
const foreignPipelines =
  /^(StableDiffusionXL|StableDiffusion3|Flux|Wan|LTX|Hunyuan|CogVideo|PixArt|Kandinsky|StableVideo|Stable(Cascade|Audio)|Sana|Lumina|Qwen|AuraFlow)/;

/**
 * Says what a folder in diffusers' or transformers' form is: by model_index.json and the UNet's own header, or by the one part it
 * holds. Undefined where it holds no weights.
 */
export async function recogniseFolder(folder: string): Promise<Recognition | undefined> {
  const index = join(folder, 'model_index.json');
  if (existsSync(index) || isFolderThere(join(folder, 'unet'))) return recogniseWhole(folder, await classOf(index));
  const file = findWeightFile(folder);
  if (file === undefined) return undefined;
  const className = await classOf(join(folder, 'config.json'));
  const found = await recogniseFile(file);
  if (found.role === 'motion' && className === 'MotionAdapter')
    return { ...found, what: `${found.what}, in diffusers’ form` };
  return found;
}

async function classOf(path: string): Promise<string> {
  const json = await readJson(path).catch(() => undefined);
  const name = Reflect.get(Object(json), '_class_name');
  return typeof name === 'string' ? name : '';
}

async function recogniseWhole(folder: string, pipeline: string): Promise<Recognition> {
  if (foreignPipelines.test(pipeline))
    return {
      role: 'other',
      base: pipeline.startsWith('StableDiffusionXL') ? 'sdxl' : 'other',
      what: `a ${pipeline.replace(/(InpaintPipeline|Img2ImgPipeline|Pipeline)$/, '')} model in diffusers’ form`,
      needs: 'This program does not run it.',
      usable: false,
    };
  const unet = findWeightFile(join(folder, 'unet'));
  if (unet === undefined)
    return {
      role: 'damaged',
      base: undefined,
      what: 'a diffusers folder without the weights of its UNet',
      needs: `${basename(folder)} lacks unet/diffusion_pytorch_model.safetensors; fetch it again.`,
      usable: false,
    };
  const found = await recogniseFile(unet);
  const has = (part: string): boolean => findWeightFile(join(folder, part)) !== undefined;
  const lacks = [has('vae') ? '' : 'a VAE', has('text_encoder') ? '' : 'a text encoder'].filter(Boolean).join(' and ');
  return {
    ...found,
    what: found.what.replace(/ \(.*\)/, ' in diffusers’ form'),
    needs: found.usable
      ? lacks
        ? `It lacks ${lacks}; add one of any Stable Diffusion 1.5 model.`
        : undefined
      : found.needs,
    parts: ['unet', ...(has('vae') ? (['vae'] as const) : []), ...(has('text_encoder') ? (['text'] as const) : [])],
  };
}

/** Whether a path is a folder that is there. */
export const isFolderThere = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
