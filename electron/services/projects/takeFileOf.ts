import { parseBoundedJson } from '../../../models/files/boundedJson.ts';
import { maskDrawing } from '../../contract/masks/maskOperations.ts';
import type { TakeRecord } from '../../contract/records.ts';
import type { TakeFile, TakeRecipe } from '../../contract/takeRecipe.ts';
import type { AssetStore } from './store/assetStore.ts';

/** The drawing a project's take was made with; null where it was made with none. */
export async function drawingOfRecipe(
  assets: AssetStore,
  { drawingAssetId }: Pick<TakeRecipe, 'drawingAssetId'>,
): Promise<TakeFile['drawing']> {
  if (drawingAssetId === null) return null;
  return maskDrawing.parse(
    parseBoundedJson((await assets.read(drawingAssetId)).toString('utf8'), 'The take’s drawing'),
  );
}

/** A project's take as a file of its own, which the command line and any studio can make again. */
export async function takeFileOf(assets: AssetStore, { recipe, result }: TakeRecord): Promise<TakeFile> {
  const { framesSha256, frameCount, width, height, framesPerSecond } = result;
  return {
    format: 'magdiff-take',
    version: 2,
    recipe,
    drawing: await drawingOfRecipe(assets, recipe),
    result: { framesSha256, frameCount, width, height, framesPerSecond },
    output: null,
  };
}
