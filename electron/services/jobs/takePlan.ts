import { StudioError } from '../../../models/errors/studioError.ts';
import type { TakeRequest } from '../../contract/jobs.ts';
import type { TakeRecipe } from '../../contract/takeRecipe.ts';
import type { EngineJob } from '../../engine/engineProtocol.ts';
import { jobOfRecipe } from '../../engine/jobOfRecipe.ts';
import { portableSet } from '../models/library/portableSet.ts';
import type { ModelCatalogue } from '../models/modelCatalogue.ts';
import { followedDrawingOf } from '../projects/maskFromRecords.ts';
import type { OpenProject } from '../projects/openProject.ts';
import { drawingOfRecipe } from '../projects/takeFileOf.ts';
import { retakePlaces } from '../projects/takeFrames.ts';

/** What a recipe is planned with. */
export interface TakePlanner {
  catalogue: ModelCatalogue;
  studioVersion: string;
}

/**
 * Everything a request would be made from, as the project holds it now. The mask is put down as an asset, with what was followed of it in
 * the request's range; `forEstimate` leaves it out, for it costs the same whatever is drawn.
 * @throws StudioError where source, mask or model will not do
 */
export async function planRecipe(
  project: OpenProject,
  request: TakeRequest,
  planner: TakePlanner,
  forEstimate = false,
): Promise<TakeRecipe> {
  const { store } = project;
  const source = store.get('source', request.sourceId);
  if (source.media === 'sound')
    throw new StudioError('request-invalid', `${source.name} is a sound; takes are made from pictures and clips.`, {
      hint: 'Choose a picture or a clip.',
    });
  const model = await planner.catalogue.get(request.modelId);
  if (request.settings.task === 'edit' && source.media !== 'clip')
    throw new StudioError('request-invalid', 'Only a clip can be edited; a picture can be brought to life.', {
      hint: 'Switch the task to Generate, or choose a clip.',
    });
  const mask = request.maskId === null ? undefined : store.get('mask', request.maskId);
  if (!mask && !source.hasAlpha)
    throw new StudioError('mask-empty', `No subject is marked on ${source.name}.`, {
      hint: 'Brush over the subject first.',
    });
  const frameIndex = Math.min(request.frameIndex, source.frameCount - 1);
  const inFrame = Math.min(request.inFrame, source.frameCount - 1);
  const outFrame = Math.min(Math.max(request.outFrame, request.inFrame + 1), source.frameCount);
  const isEdit = request.settings.task === 'edit';
  const span = isEdit ? { first: inFrame, last: outFrame - 1 } : { first: frameIndex, last: frameIndex };
  const drawing = mask && !forEstimate ? await followedDrawingOf(project, mask, span) : undefined;
  const set = forEstimate ? {} : await portableSet(await planner.catalogue.folderOf(model.id));
  return {
    settings: request.settings,
    source: {
      sourceId: source.id,
      assetId: source.assetId,
      media: source.media,
      name: source.name,
      frameIndex,
      inFrame,
      outFrame,
      place: null,
    },
    drawingAssetId: drawing ? await store.assets.put(JSON.stringify(drawing)) : null,
    maskId: mask?.id ?? null,
    maskFile: null,
    model: { id: model.id, title: model.title, hash: '', ...set },
    provider: '',
    studioVersion: planner.studioVersion,
  };
}

/** A project's recipe as the engine's job, with its inputs' places; `folder` is the job's own. */
export async function planJob(
  project: OpenProject,
  job: { id: string; folder: string },
  recipe: TakeRecipe,
  catalogue: ModelCatalogue,
): Promise<EngineJob> {
  const { assets } = project.store;
  return jobOfRecipe(recipe, {
    ...job,
    modelFolder: await catalogue.folderOf(recipe.model.id),
    previews: true,
    sourcePath: assets.pathOf(recipe.source.assetId),
    drawing: await drawingOfRecipe(assets, recipe),
    ...(await retakePlaces(assets, recipe)),
  });
}
