import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { StudioError } from '../errors/studioError.ts';
import type { Family } from '../model/family.ts';
import type { Manifest } from '../model/manifest.ts';
import { magdiff } from './magdiff/magdiff.ts';
import { magdiffRelease } from './magdiffRelease/magdiffRelease.ts';
import { sd15 } from './sd15/sd15.ts';

/** Every family of models; the first whose form a folder has reads it. */
export const families: readonly Family[] = [magdiff, magdiffRelease, sd15];

/** The family of the model in a folder; undefined where it holds none. */
export const familyOf = (folder: string): Family | undefined => families.find((family) => family.holds(folder));

/** The folder, made absolute, and its family. @throws StudioError that says what the path is instead, where it holds no model */
export function requireFamily(path: string): { folder: string; family: Family } {
  const folder = resolve(path);
  if (!existsSync(folder))
    throw new StudioError('model-missing', `${folder} does not exist.`, {
      hint: 'Name a model folder; `magdiff models list` shows those known.',
    });
  if (!statSync(folder).isDirectory())
    throw new StudioError('model-mismatch', `${folder} is a file, not a model folder.`, {
      hint: '`magdiff models inspect` says what is in it.',
    });
  const family = familyOf(folder);
  if (family) return { folder, family };
  throw new StudioError('model-mismatch', `${folder} holds no model this program knows.`, {
    hint: 'A model is a folder with magdiff.json, or a stable-diffusion-2-1-base folder with MagDiff.pth or MagDiff.safetensors beside it.',
  });
}

/**
 * What the model in a folder says about itself, its weights unread; undefined where the folder holds none.
 * @throws StudioError `format-damaged` where the description cannot be understood
 */
export async function readManifest(folder: string): Promise<Manifest | undefined> {
  return familyOf(folder)?.readManifest(folder);
}
