import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from '../../../models/files/atomicFile.ts';
import { parseBoundedJson } from '../../../models/files/boundedJson.ts';
import { errorOnWire } from '../../contract/errorOnWire.ts';
import { gridAxis } from '../../contract/grid/gridAxes.ts';
import { recordId } from '../../contract/identities.ts';
import { jobStates, previewSheet } from '../../contract/jobs.ts';
import { measuredTake } from '../../contract/measures/measures.ts';
import { takeRecipe } from '../../contract/takeRecipe.ts';
import type { TakeResult } from '../../engine/engineProtocol.ts';
import type { OpenProject } from '../projects/openProject.ts';

/** What a made cell's run told, its places apart: they follow from where the grid lies. */
const cellResult = z.strictObject({
  frameCount: z.int().min(1),
  width: z.int().min(1),
  height: z.int().min(1),
  framesPerSecond: z.number().positive(),
  frameRate: z.string(),
  framesSha256: z.string(),
  modelName: z.string(),
  modelHash: z.string(),
  provider: z.string(),
  seconds: z.number().min(0),
});

const fileCell = z.strictObject({
  result: cellResult.nullable(),
  sheet: previewSheet.omit({ url: true }).nullable(),
  measured: measuredTake.nullable(),
  takeId: recordId.nullable(),
});

/** A grid as it is kept in its project's folder. */
export const gridFile = z.strictObject({
  version: z.literal(1),
  id: recordId,
  createdAt: z.string(),
  x: gridAxis,
  y: gridAxis.nullable(),
  /** What all cells have in common; a cell's settings follow from it and its values. */
  recipe: takeRecipe,
  /** Where its cells are made. */
  runOn: z.enum(['here', 'queue']).default('here'),
  state: z.enum(jobStates),
  error: errorOnWire.nullable(),
  /** Row by row. */
  cells: z.array(fileCell).min(1).max(64),
});

/** See {@link gridFile}. */
export type GridFile = z.output<typeof gridFile>;

/** A made cell, as it is kept. */
export type CellResult = z.output<typeof cellResult>;

/** A cell that is not made yet. */
export const emptyCell = (): GridFile['cells'][number] => ({ result: null, sheet: null, measured: null, takeId: null });

const gridsFolder = ({ store }: OpenProject): string => join(store.folder, 'grids');

/** Where a grid lies. */
export const gridFolder = (project: OpenProject, gridId: string): string => join(gridsFolder(project), gridId);

/** Where a cell's job lies. */
export const cellFolder = (project: OpenProject, gridId: string, cell: number): string =>
  join(gridFolder(project, gridId), String(cell));

/** The pictures of a cell for the page. */
export const cellSheetPath = (project: OpenProject, gridId: string, cell: number): string =>
  join(cellFolder(project, gridId, cell), 'sheet.webp');

/** Writes a grid down. */
export const keepGrid = (project: OpenProject, file: GridFile): Promise<void> =>
  writeFileAtomic(join(gridFolder(project, file.id), 'grid.json'), JSON.stringify(file));

/** A project's grids, oldest first; what cannot be read is passed over. */
export async function readGrids(project: OpenProject): Promise<GridFile[]> {
  const names = await readdir(gridsFolder(project)).catch((): string[] => []);
  const files: GridFile[] = [];
  for (const name of names) {
    const text = await readFile(join(gridsFolder(project), name, 'grid.json'), 'utf8').catch(() => undefined);
    const parsed = text === undefined ? undefined : gridFile.safeParse(parsedOrNothing(text, name));
    if (parsed?.success && parsed.data.id === name) files.push(parsed.data);
  }
  return files.sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
}

function parsedOrNothing(text: string, name: string): unknown {
  try {
    return parseBoundedJson(text, name);
  } catch {
    // A torn file means that the grid never properly began.
    return undefined;
  }
}

/** A cell's run as the engine told it, its places where the grid lies now. */
export function resultOf(project: OpenProject, gridId: string, cell: number, result: CellResult): TakeResult {
  const folder = cellFolder(project, gridId, cell);
  return { ...result, framesFolder: join(folder, 'frames'), latentsPath: join(folder, 'latents.safetensors') };
}

/** What is kept of a run. */
export const keptResult = ({ framesFolder: _frames, latentsPath: _latents, ...result }: TakeResult): CellResult =>
  result;
