import type { z } from 'zod';
import { parseBoundedJson } from '../../../models/files/boundedJson.ts';
import { maskDrawing } from '../../contract/masks/maskOperations.ts';
import type { TakeRecord } from '../../contract/records.ts';
import type { MadeTake, TakeFile, TakeRecipe } from '../../contract/takeRecipe.ts';
import type { AssetStore } from './store/assetStore.ts';

type MaskDrawing = z.output<typeof maskDrawing>;

/** A drawing that is an asset. */
export async function readDrawing(assets: AssetStore, id: string): Promise<MaskDrawing> {
  return maskDrawing.parse(parseBoundedJson((await assets.read(id)).toString('utf8'), 'The take’s drawing'));
}

/** The drawing a project's take was made with; null where it was made with none. */
export async function drawingOfRecipe(
  assets: AssetStore,
  { drawingAssetId }: Pick<TakeRecipe, 'drawingAssetId'>,
): Promise<MaskDrawing | null> {
  return drawingAssetId === null ? null : readDrawing(assets, drawingAssetId);
}

/** A take and what it was made from, as one file that names nothing of the project; `find` gives a take of the project. */
export async function takeFileOf(
  assets: AssetStore,
  take: TakeRecord,
  find: (takeId: string) => TakeRecord | undefined,
): Promise<TakeFile> {
  const bases: MadeTake[] = [];
  for (let base = baseOf(take, find); base && bases.length < mostBases; base = baseOf(base, find))
    bases.push(await madeTakeOf(assets, base));
  return {
    ...{ format: 'magdiff-take', version: 2, ...(await madeTakeOf(assets, take)), output: null },
    ...(bases.length > 0 ? { bases } : {}),
  };
}

/** Takes behind a take that a file names. */
const mostBases = 64;

/** The take that a retake was made from, where it is still in the project as it was. */
function baseOf({ recipe: { retake } }: TakeRecord, find: (takeId: string) => TakeRecord | undefined) {
  const base = retake?.takeId ? find(retake.takeId) : undefined;
  return base?.result.framesSha256 === retake?.framesSha256 ? base : undefined;
}

async function madeTakeOf(assets: AssetStore, { recipe, result }: TakeRecord): Promise<MadeTake> {
  const { framesSha256, frameCount, width, height, framesPerSecond } = result;
  const regionId = recipe.retake?.regionAssetId;
  return {
    recipe,
    drawing: await drawingOfRecipe(assets, recipe),
    ...(regionId ? { region: await readDrawing(assets, regionId) } : {}),
    result: { framesSha256, frameCount, width, height, framesPerSecond },
  };
}
