import { resolve } from 'node:path';
import { StudioError } from '../../../models/errors/studioError.ts';
import { knownFolders } from '../../../models/recognise/knownFolders.ts';
import { scanFolders } from '../../../models/recognise/scanFolders.ts';
import type { TakeRecipe } from '../../contract/takeRecipe.ts';
import { assembledSet } from '../../services/models/library/portableSet.ts';
import type { TakeOptionValues } from '../takes/takeOptions.ts';
import { findModelFolder, looseSetsFolder } from './modelFolders.ts';

/**
 * The folder of the model a recipe was made with: the one that is asked for, else the one of its name, else its set put together from files
 * that are found by their content. @throws StudioError `model-missing`
 */
export async function recipeModelFolder({ model }: TakeRecipe, values: TakeOptionValues): Promise<string> {
  if (typeof values.model === 'string') return findModelFolder(values.model);
  try {
    return await findModelFolder(model.id);
  } catch (error) {
    if (model.set === undefined || !(error instanceof StudioError && error.code === 'model-missing')) throw error;
  }
  const named = Array.isArray(values.models) ? values.models.map(String) : [];
  const roots =
    named.length > 0 ? named.map((folder) => resolve(folder)) : (await knownFolders()).map(({ path }) => path);
  return assembledSet(model.set, await scanFolders(roots), looseSetsFolder());
}
