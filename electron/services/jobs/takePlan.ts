import { StudioError } from '../../../models/errors/studioError.ts';
import type { TakeRequest } from '../../contract/jobs.ts';
import { maskDrawing } from '../../contract/maskOperations.ts';
import type { TakeRecipe } from '../../contract/records.ts';
import type { EngineJob } from '../../engine/engineProtocol.ts';
import type { ModelCatalogue } from '../models/modelCatalogue.ts';
import { drawingAtFrame, drawingFromFrame, drawingOf } from '../projects/maskFromRecords.ts';
import type { OpenProject } from '../projects/openProject.ts';

/** What a recipe is planned with. */
export interface TakePlanner {
  catalogue: ModelCatalogue;
  studioVersion: string;
}

/**
 * Everything a request would be made from, as the project holds it now. The mask is put down as an asset.
 * @throws StudioError where source, mask or model will not do
 */
export async function planRecipe(
  project: OpenProject,
  request: TakeRequest,
  planner: TakePlanner,
): Promise<TakeRecipe> {
  const { store } = project;
  const source = store.get('source', request.sourceId);
  const model = await planner.catalogue.get(request.modelId);
  if (request.settings.task === 'edit' && source.media !== 'clip')
    throw new StudioError('request-invalid', 'Only a clip can be edited; a picture can be brought to life.', {
      hint: 'Switch the task to Generate, or choose a clip.',
    });
  const mask = request.maskId === null ? undefined : store.get('mask', request.maskId);
  const drawing = mask && drawingOf(mask, store.records);
  if (!drawing && !source.hasAlpha)
    throw new StudioError('mask-empty', `No subject is marked on ${source.name}.`, {
      hint: 'Brush over the subject first.',
    });
  return {
    settings: request.settings,
    source: {
      sourceId: source.id,
      assetId: source.assetId,
      media: source.media,
      name: source.name,
      frameIndex: Math.min(request.frameIndex, source.frameCount - 1),
      inFrame: Math.min(request.inFrame, source.frameCount - 1),
      outFrame: Math.min(Math.max(request.outFrame, request.inFrame + 1), source.frameCount),
    },
    drawingAssetId: drawing ? await store.assets.put(JSON.stringify(drawing)) : null,
    maskId: mask?.id ?? null,
    model: { id: model.id, title: model.title, hash: '' },
    provider: '',
    studioVersion: planner.studioVersion,
  };
}

/** A recipe as the engine's job, with its inputs' paths; `folder` is the job's own. */
export async function planJob(
  project: OpenProject,
  job: { id: string; folder: string },
  recipe: TakeRecipe,
  catalogue: ModelCatalogue,
): Promise<EngineJob> {
  const { store } = project;
  const path = store.assets.pathOf(recipe.source.assetId);
  const { framesPerSecond } = store.get('source', recipe.source.sourceId);
  const modelFolder = await catalogue.folderOf(recipe.model.id);
  const drawing =
    recipe.drawingAssetId === null ? undefined : parseDrawing(await store.assets.read(recipe.drawingAssetId));
  const base = { ...job, modelFolder, settings: recipe.settings, previews: true };
  if (recipe.settings.task === 'generate') {
    const { frameIndex } = recipe.source;
    return {
      ...base,
      kind: 'generate',
      picture: path,
      ...(recipe.source.media === 'clip' ? { pictureTimeSeconds: frameIndex / framesPerSecond } : {}),
      mask: drawing ? { kind: 'drawing', drawing: drawingAtFrame(drawing, frameIndex) } : { kind: 'alpha' },
    };
  }
  const { inFrame, outFrame } = recipe.source;
  return {
    ...base,
    kind: 'edit',
    clip: path,
    startSeconds: inFrame / framesPerSecond,
    endSeconds: outFrame / framesPerSecond,
    mask: drawing ? { kind: 'drawing', drawing: drawingFromFrame(drawing, inFrame) } : { kind: 'alpha' },
  };
}

function parseDrawing(bytes: Buffer) {
  return maskDrawing.parse(JSON.parse(bytes.toString('utf8')));
}
