import { StudioError } from '../../../models/errors/studioError.ts';
import type { MaskRecord } from '../../contract/records.ts';
import type { RetakeRequest } from '../../contract/retake.ts';
import type { TakeRecipe } from '../../contract/takeRecipe.ts';
import { followedDrawingOf } from '../projects/maskFromRecords.ts';
import type { OpenProject } from '../projects/openProject.ts';

/**
 * The recipe of a take that is made anew in part: the take's own, with another seed or sentence for what changes. The region is put down as
 * an asset, as it is drawn now.
 * @throws StudioError `request-invalid` where the take has no such frames, `mask-empty` where the region marks nothing
 */
export async function planRetake(
  project: OpenProject,
  { takeId, firstFrame, endFrame, regionMaskId, prompt, seed }: RetakeRequest,
  studioVersion: string,
): Promise<TakeRecipe> {
  const { store } = project;
  const { name, recipe, result } = store.get('take', takeId);
  if (endFrame > result.frameCount || endFrame <= firstFrame)
    throw new StudioError('request-invalid', `${name} has frames 1 to ${result.frameCount}.`, {
      hint: 'Choose a first and a last frame among them.',
    });
  const region = regionMaskId === null ? undefined : store.get('mask', regionMaskId);
  const { inFrame, frameIndex } = recipe.source;
  const isEdit = recipe.settings.task === 'edit';
  const span = isEdit
    ? { first: inFrame + firstFrame, last: inFrame + endFrame - 1 }
    : { first: frameIndex, last: frameIndex };
  const drawing = region && (await paintedOn(project, region, span));
  return {
    ...recipe,
    settings: { ...recipe.settings, prompt, seed },
    provider: '',
    studioVersion,
    retake: {
      ...{ takeId, name, firstFrame, endFrame },
      framesSha256: result.framesSha256,
      framesAssetId: result.framesAssetId,
      regionAssetId: drawing ? await store.assets.put(JSON.stringify(drawing)) : null,
      regionFile: null,
      motion: recipe.retake?.motion ?? { prompt: recipe.settings.prompt, seed: recipe.settings.seed },
    },
  };
}

/** What is painted on a mask. @throws StudioError `mask-empty` */
async function paintedOn(
  project: OpenProject,
  region: MaskRecord,
  span: Parameters<typeof followedDrawingOf>[2],
): Promise<Awaited<ReturnType<typeof followedDrawingOf>>> {
  const drawing = await followedDrawingOf(project, region, span);
  if (drawing.keys.some(({ operations }) => operations.length > 0)) return drawing;
  throw new StudioError('mask-empty', `Nothing is painted on ${region.name}.`, {
    hint: 'Paint the region over the source first.',
  });
}
