import { hashModel } from '../model/modelHash.ts';
import { readNetworks } from './openModel.ts';

/** The hash of the model in a folder, as its takes hold it, without loading it; files are read once while they stay as they are. @throws StudioError */
export async function modelHashOf(folder: string, cacheFolder?: string): Promise<string> {
  const { family, files, networkSet } = await readNetworks(folder);
  return hashModel(networkSet.weightFiles, await family.describe(files, networkSet), cacheFolder);
}
