import { readManifest } from '../../../models/families/families.ts';
import type { TakeOptionValues } from '../takes/takeOptions.ts';
import { looseFilesFolder } from './looseFiles.ts';
import { findModelFolder } from './modelFolders.ts';

/** The model that the options name: loose files put together, a folder, an installed one's name, or the bundled one. */
export const chosenModelFolder = async (values: TakeOptionValues): Promise<string> =>
  (await looseFilesFolder(values)) ?? findModelFolder(typeof values.model === 'string' ? values.model : undefined);

/** Fills in what the model was made for where the options leave it open: its sampler, and its few-step weights where it has them. */
export async function withModelDefaults(values: TakeOptionValues, modelFolder: string): Promise<TakeOptionValues> {
  const manifest = await readManifest(modelFolder);
  const student = values.student ?? (manifest?.student != null && values.full !== true);
  // A clip is run backwards by one sampler alone.
  const sampler = values.sampler ?? (values.inversion === true ? 'ddim' : manifest?.sampler);
  return { ...values, student, sampler };
}
