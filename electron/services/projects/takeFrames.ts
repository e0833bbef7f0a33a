import { parseBoundedJson } from '../../../models/files/boundedJson.ts';
import { frameList } from '../../contract/jobs.ts';
import type { TakeRecipe } from '../../contract/takeRecipe.ts';
import type { RecipePlaces } from '../../engine/jobOfRecipe.ts';
import type { AssetStore } from './store/assetStore.ts';
import { readDrawing } from './takeFileOf.ts';

/** Where the frames of a list lie, in order; `name` says whose they are. @throws StudioError `format-damaged` */
export async function framePathsOf(assets: AssetStore, framesAssetId: string, name: string): Promise<string[]> {
  const list = parseBoundedJson((await assets.read(framesAssetId)).toString('utf8'), name);
  return frameList.parse(list).map((id) => assets.pathOf(id));
}

/** What a retake's job needs of a project beside what every take needs; nothing where the recipe is of no retake. */
export async function retakePlaces(
  assets: AssetStore,
  { retake }: TakeRecipe,
): Promise<Pick<RecipePlaces, 'framePaths' | 'region'>> {
  if (!retake?.framesAssetId) return {};
  return {
    framePaths: await framePathsOf(assets, retake.framesAssetId, retake.name),
    region: retake.regionAssetId === null ? undefined : await readDrawing(assets, retake.regionAssetId),
  };
}
