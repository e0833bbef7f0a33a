import { drawingAtFrame, drawingFromFrame } from '../../models/masks/drawingFrames.ts';
import type { MaskDrawing } from '../../models/masks/maskDrawing.ts';
import type { TakeRecipe } from '../contract/takeRecipe.ts';
import type { EngineJob, MaskInput, TakeResult } from './engineProtocol.ts';

/** Where a recipe's inputs are on this machine. */
export interface RecipePlaces extends Pick<EngineJob, 'id' | 'folder' | 'modelFolder' | 'provider' | 'previews'> {
  readonly sourcePath: string;
  /** The recipe's drawing, where it has one. */
  readonly drawing?: MaskDrawing | null;
  /** The recipe's mask file or folder, where it has one. */
  readonly maskPath?: string | undefined;
  /** Of a retake: the earlier take's frames in order, and its region's drawing or file. */
  readonly framePaths?: readonly string[] | undefined;
  readonly region?: MaskDrawing | undefined;
  readonly regionPath?: string | undefined;
}

/** A recipe as the engine's job. */
export function jobOfRecipe(
  { settings, source, maskFile, retake }: TakeRecipe,
  { sourcePath, drawing, maskPath, framePaths, region, regionPath, ...job }: RecipePlaces,
): EngineJob {
  const { media, frameIndex, inFrame, outFrame } = source;
  const isEdit = settings.task === 'edit';
  const drawn = (drawing: MaskDrawing): MaskInput => ({
    kind: 'drawing',
    drawing: isEdit ? drawingFromFrame(drawing, inFrame) : drawingAtFrame(drawing, frameIndex),
  });
  const mask = (): MaskInput => {
    if (maskFile && maskPath !== undefined) return { kind: maskFile.kind, path: maskPath };
    return drawing ? drawn(drawing) : { kind: 'alpha' };
  };
  const regionInput = (): MaskInput | null => {
    if (retake?.regionFile && regionPath !== undefined) return { kind: retake.regionFile.kind, path: regionPath };
    return region ? drawn(region) : null;
  };
  const anew = retake && {
    ...{ framePaths: framePaths ?? [], region: regionInput(), motion: retake.motion },
    ...{ firstFrame: retake.firstFrame, endFrame: retake.endFrame },
  };
  return {
    ...job,
    settings,
    source: { path: sourcePath, media, frameIndex, inFrame, outFrame },
    mask: mask(),
    ...(anew ? { retake: anew } : {}),
  };
}

/** The recipe with what only the run could say: which provider made it, with which weights. */
export function madeRecipe(recipe: TakeRecipe, { provider, modelHash }: TakeResult): TakeRecipe {
  return { ...recipe, provider, model: { ...recipe.model, hash: modelHash } };
}
