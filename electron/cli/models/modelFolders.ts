import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { StudioError } from '../../../models/errors/studioError.ts';
import { cacheRoot, modelRoots } from '../../services/studioPlaces.ts';

/** Every folder that may be a model, by name. */
export async function listModelFolders(): Promise<{ name: string; folder: string; bundled: boolean }[]> {
  const found: { name: string; folder: string; bundled: boolean }[] = [];
  for (const [index, root] of modelRoots().entries()) {
    const entries = await readdir(root, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      if (entry.isDirectory()) found.push({ name: entry.name, folder: join(root, entry.name), bundled: index === 0 });
    }
  }
  return found;
}

/** Where sets of loose files are kept, each in a folder named by what is in it. */
export const looseSetsFolder = (): string => join(cacheRoot(), 'sets');

/** The folder of a model given by path or by name; the bundled one when nothing is given. */
export async function findModelFolder(given: string | undefined): Promise<string> {
  const installed = await listModelFolders();
  if (given === undefined) {
    const [first] = installed;
    if (first) return first.folder;
    throw new StudioError('model-missing', 'No model is installed.', {
      hint: `Put a model folder into ${modelRoots().at(-1)}, or give one with --model.`,
    });
  }
  const asPath = await stat(given).catch(() => undefined);
  if (asPath?.isDirectory()) return resolve(given);
  const named = installed.find(({ name }) => name === given);
  if (named) return named.folder;
  // Sets that loose files were put together as go by what is in them.
  const set = join(looseSetsFolder(), given);
  if (/^[0-9a-f]{16}$/.test(given) && (await stat(set).catch(() => undefined))?.isDirectory()) return set;
  throw new StudioError('model-missing', `There is no model "${given}".`, {
    hint: `Installed: ${installed.map(({ name }) => name).join(', ') || 'none'}. A folder's path works too.`,
  });
}
