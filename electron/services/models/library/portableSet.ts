import { createHash } from 'node:crypto';
import { basename, extname, join, resolve } from 'node:path';
import { StudioError } from '../../../../models/errors/studioError.ts';
import {
  filesNamedBy,
  holdsSet,
  parseSet,
  readSet,
  withFilesAt,
  writeSet,
} from '../../../../models/families/sd15/setFile.ts';
import type { FoundFile } from '../../../../models/recognise/scanFolders.ts';
import type { TakeRecipe } from '../../../contract/takeRecipe.ts';
import { plannerModel } from '../../studioPlaces.ts';
import { placeOf, withFingerprints } from './movedFiles.ts';

/**
 * The set of a model's folder as a recipe holds it: files by name and fingerprint, without a place of this machine. Nothing where the
 * folder holds no set, or a file of it cannot be read.
 */
export async function portableSet(folder: string): Promise<Pick<TakeRecipe['model'], 'set'>> {
  if (!holdsSet(folder)) return {};
  const own = await readSet(folder);
  const placed = withFilesAt(own, (file) => resolve(folder, file));
  const { planner: _planner, ...set } = await withFingerprints(placed);
  const names = new Map<string, string>();
  const fingerprints: Record<string, string> = {};
  for (const [index, file] of filesNamedBy(set).entries()) {
    const fingerprint = set.fingerprints?.[file];
    if (fingerprint === undefined) return {};
    const short = basename(file);
    const name = [...names].some(([other, taken]) => taken === short && other !== file) ? `${index} ${short}` : short;
    names.set(file, name);
    fingerprints[name] = fingerprint;
  }
  const named = {
    ...set,
    loras: set.loras.map((lora) => ({ ...lora, name: lora.name ?? basename(lora.file, extname(lora.file)) })),
  };
  const portable = { ...withFilesAt(named, (file) => names.get(file) ?? file), embeddings: [], fingerprints };
  // As it is written: without what is undefined.
  return { set: JSON.parse(JSON.stringify(portable)) };
}

/**
 * Puts a recipe's set together from files found on this machine, in a folder of `root` named by what is in it; the same files have the same
 * folder. @throws StudioError `model-missing` naming the files that are nowhere
 */
export async function assembledSet(portable: unknown, found: readonly FoundFile[], root: string): Promise<string> {
  const set = parseSet(portable, 'The recipe’s model');
  const places = new Map<string, string>();
  for (const name of filesNamedBy(set)) {
    const fingerprint = set.fingerprints?.[name];
    const place = fingerprint === undefined ? undefined : await placeOf(fingerprint, found);
    if (place !== undefined) places.set(name, place);
  }
  const missing = filesNamedBy(set).filter((name) => !places.has(name));
  if (missing.length > 0)
    throw new StudioError(
      'model-missing',
      `The recipe’s model “${set.name}” is made of files that are not here: ${missing.join(', ')}.`,
      {
        hint: 'Put them into a models folder, or name the folder they are in with --models; they are known by their content, whatever they are called.',
      },
    );
  const planner = plannerModel();
  const placed = { ...withFilesAt(set, (name) => places.get(name) ?? name), ...(planner ? { planner } : {}) };
  const whole = await withFingerprints(placed);
  const folder = join(root, createHash('sha256').update(JSON.stringify(whole)).digest('hex').slice(0, 16));
  await writeSet(folder, whole);
  return folder;
}
