import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { StudioError } from '../../../../models/errors/studioError.ts';
import { holdsSet, type ModelSet, readSet, setPath, writeSet } from '../../../../models/families/sd15/setFile.ts';
import type { KeptSet } from './keptSet.ts';
import { withFingerprints } from './movedFiles.ts';

/** Keeps a set in a folder of its own under `root`, with the planner where there is one; returns the folder. */
export async function keepSet(root: string, set: ModelSet, planner: string | undefined): Promise<string> {
  const folder = join(root, folderName(set.name));
  await writeSet(folder, await withFingerprints(planner ? { ...set, planner } : set));
  return folder;
}

/** The sets kept under `root`; those whose description cannot be read are passed over. */
export async function keptSets(root: string): Promise<readonly KeptSet[]> {
  const kept: KeptSet[] = [];
  for (const modelId of await readdir(root).catch((): string[] => [])) {
    const folder = join(root, modelId);
    const set = holdsSet(folder) ? await readSet(folder).catch(() => undefined) : undefined;
    if (set) kept.push({ modelId, folder, set });
  }
  return kept;
}

/** Takes a kept set away: its description, and its folder where nothing else is in it. @throws StudioError `model-missing` */
export async function dropSet(root: string, modelId: string): Promise<void> {
  const kept = (await keptSets(root)).find((each) => each.modelId === modelId);
  if (!kept)
    throw new StudioError('model-missing', `There is no set “${modelId}” among those you keep.`, {
      hint: 'It may have been taken away in another window.',
    });
  await rm(setPath(kept.folder), { force: true });
  if ((await readdir(kept.folder)).length === 0) await rm(kept.folder, { recursive: true });
}

/** A set's name as a folder's: what no file system minds. */
const folderName = (name: string): string =>
  name
    .replace(/[^\p{L}\p{N} ._-]+/gu, ' ')
    .trim()
    .slice(0, 100) || 'set';
