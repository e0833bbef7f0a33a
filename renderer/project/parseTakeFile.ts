import { z } from 'zod';
import { type TakeFile, type TakeRecipe, takeFile } from '../../electron/contract/takeRecipe.ts';
import { takeSettings } from '../../electron/contract/takeSettings.ts';
import { StudioError } from '../../models/errors/studioError.ts';
import { texts } from '../ui/texts/texts.ts';

/** What of a recipe the inspector can take up. */
export type RecalledRecipe = Pick<TakeRecipe, 'settings' | 'maskId'> & {
  readonly source: Pick<TakeRecipe['source'], 'sourceId' | 'assetId' | 'name'>;
  readonly model: Pick<TakeRecipe['model'], 'id'>;
};

/** The first version of a take's file, as far as the inspector can use it. */
const firstVersion = z.object({
  format: z.literal('magdiff-take'),
  version: z.literal(1),
  inputs: z.object({
    picture: z.object({ path: z.string() }).optional(),
    clip: z.object({ path: z.string() }).optional(),
  }),
  settings: takeSettings,
  model: z.object({ folder: z.string() }),
});

/** Reads a recipe's file. @throws StudioError `format-damaged` where it is none */
export function parseTakeFile(text: string, name: string): { recipe: RecalledRecipe; drawing: TakeFile['drawing'] } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // What is no JSON is no recipe either; one sentence says both.
  }
  const current = takeFile.safeParse(json);
  if (current.success) return current.data;
  const first = firstVersion.safeParse(json);
  if (!first.success)
    throw new StudioError('format-damaged', texts.takes.noRecipe(name), { hint: texts.takes.recipeHint });
  const { settings, model, inputs } = first.data;
  const path = inputs.picture?.path ?? inputs.clip?.path ?? '';
  const source = { sourceId: null, assetId: '', name: path.split('/').at(-1) ?? '' };
  return { recipe: { settings, maskId: null, source, model: { id: model.folder } }, drawing: null };
}
