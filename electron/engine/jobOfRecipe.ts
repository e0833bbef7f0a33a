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
}

/** A recipe as the engine's job. */
export function jobOfRecipe(
  { settings, source, maskFile }: TakeRecipe,
  { sourcePath, drawing, maskPath, ...job }: RecipePlaces,
): EngineJob {
  const { media, frameIndex, inFrame, outFrame } = source;
  const isEdit = settings.task === 'edit';
  const mask = (): MaskInput => {
    if (maskFile && maskPath !== undefined) return { kind: maskFile.kind, path: maskPath };
    if (!drawing) return { kind: 'alpha' };
    return {
      kind: 'drawing',
      drawing: isEdit ? drawingFromFrame(drawing, inFrame) : drawingAtFrame(drawing, frameIndex),
    };
  };
  return { ...job, settings, source: { path: sourcePath, media, frameIndex, inFrame, outFrame }, mask: mask() };
}

/** The recipe with what only the run could say: which provider made it, with which weights. */
export function madeRecipe(recipe: TakeRecipe, { provider, modelHash }: TakeResult): TakeRecipe {
  return { ...recipe, provider, model: { ...recipe.model, hash: modelHash } };
}
