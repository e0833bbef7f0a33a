import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from '../../../models/files/atomicFile.ts';
import { parseBoundedJson } from '../../../models/files/boundedJson.ts';
import { alphaSearchView, scoreWeights } from '../../contract/grid/alphaSearches.ts';
import { takeRecipe } from '../../contract/takeRecipe.ts';
import type { OpenProject } from '../projects/openProject.ts';

/** A project's search for α as it is kept in its folder. */
export const alphaFile = z.strictObject({
  version: z.literal(1),
  createdAt: z.string(),
  /** What all its takes have in common. */
  recipe: takeRecipe,
  weights: scoreWeights,
  /** As the page sees it. */
  view: alphaSearchView.omit({ projectId: true }),
  /** What takes came to, by their point, seed and steps: a search that goes on asks for the others alone. */
  scores: z.record(z.string(), z.number()),
});

/** See {@link alphaFile}. */
export type AlphaFile = z.output<typeof alphaFile>;

const pathOf = ({ store }: OpenProject): string => join(store.folder, 'alpha', 'search.json');

/** Writes a search down, in the place of an earlier one. */
export const keepAlpha = (project: OpenProject, file: AlphaFile): Promise<void> =>
  writeFileAtomic(pathOf(project), JSON.stringify(file));

/** A project's search; undefined where none is kept, or what is kept cannot be read. */
export async function readAlpha(project: OpenProject): Promise<AlphaFile | undefined> {
  try {
    return alphaFile.parse(parseBoundedJson(await readFile(pathOf(project), 'utf8'), 'the search for α'));
  } catch {
    // It is only ever started anew.
    return undefined;
  }
}
