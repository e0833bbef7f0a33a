import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { StudioError } from '../../errors/studioError.ts';
import { type MotionConfig, parseMotionConfig } from '../../nets/sd15/motionModule.ts';
import type { UnetConfig } from '../../nets/unet/unetConfig.ts';
import { readCheckpoint, readJson } from '../../weights/checkpoint.ts';
import type { TensorIndex } from '../../weights/storedTensor.ts';
import { motionTensors } from './keys/motionKeys.ts';
import { isFolder, weightFileOf } from './weightFiles.ts';

/** Whose reading of the group norms a clip is made with. */
export type MotionReading = 'diffusers' | 'original';

/** A motion module ready to be built into a UNet. */
export interface OpenedMotion {
  readonly tensors: TensorIndex;
  /** Its configuration as a config.json would say it, with the reading of its norms. */
  readonly json: unknown;
  readonly config: MotionConfig;
}

/** Frames of a module without a table of positions: AnimateLCM's, which computes it. */
const untabledLength = 32;

/** Opens a motion module, a file or a MotionAdapter folder, and checks that it was made for a base of this shape. */
export async function openMotion(path: string, unet: UnetConfig, norms?: MotionReading): Promise<OpenedMotion> {
  const file = weightFileOf(path);
  const tensors = motionTensors(await readCheckpoint(file));
  if (!tensors)
    throw new StudioError('model-mismatch', `${file} is no AnimateDiff motion module.`, {
      hint: 'Motion modules are files such as mm_sd_v15_v2.ckpt or v3_sd15_mm.ckpt.',
    });
  const configFile = isFolder(path) ? join(path, 'config.json') : '';
  const described: unknown =
    configFile && existsSync(configFile) ? await readJson(configFile) : motionConfigOfKeys(tensors);
  const { motion_max_seq_length: length = untabledLength } = Object(described);
  const table = lengthOfKeys(tensors, length);
  // Version 1 alone has 24 positions and none in the middle; its residual blocks' norms ran over all frames.
  const isFirst = table === 24 && ![...tensors.keys()].some((key) => key.startsWith('mid_block.'));
  const readings = norms === 'diffusers' ? 'diffusers' : isFirst ? 'originalFirst' : 'original';
  const json = { ...Object(described), motion_max_seq_length: table, norm_readings: readings };
  const config = parseMotionConfig(json, configFile || file);
  checkBase(file, tensors, unet);
  return { tensors, json, config };
}

/** The config.json of a motion module in diffusers' names. */
export function motionConfigOfKeys(tensors: TensorIndex): Readonly<Record<string, unknown>> {
  return {
    _class_name: 'MotionAdapter',
    use_motion_mid_block: [...tensors.keys()].some((key) => key.startsWith('mid_block.')),
    motion_max_seq_length: lengthOfKeys(tensors, untabledLength),
  };
}

/** The length of a module's table of positions, where it has one. */
function lengthOfKeys(tensors: TensorIndex, otherwise: number): number {
  for (const [key, { shape }] of tensors) if (/pos_(encoder|embed)\.pe$/.test(key)) return shape.at(-2) ?? otherwise;
  return otherwise;
}

function checkBase(file: string, tensors: TensorIndex, unet: UnetConfig): void {
  for (const [level, { channels }] of unet.down.entries()) {
    const width = tensors.get(`down_blocks.${level}.motion_modules.0.proj_in.weight`)?.shape[1];
    if (width === channels) continue;
    throw new StudioError(
      'model-mismatch',
      width === undefined
        ? `${file} has no motion module for level ${level} of the base: it was made for another one (SDXL has three levels, Stable Diffusion 1.5 four).`
        : `${file} is ${width} wide at level ${level} and the base ${channels}: they do not go together.`,
      { hint: 'Choose a motion module made for this base.' },
    );
  }
}
