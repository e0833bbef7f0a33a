import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { writeFileAtomic } from '../../../models/files/atomicFile.ts';
import { progressOf } from '../../../models/progress/progress.ts';
import { plannedCells } from '../../contract/grid/gridAxes.ts';
import type { TakeRecipe } from '../../contract/takeRecipe.ts';
import { EngineHost } from '../../engine/engineHost.ts';
import type { TakeResult } from '../../engine/engineProtocol.ts';
import { jobOfRecipe } from '../../engine/jobOfRecipe.ts';
import { keptTake } from '../../engine/keptTake.ts';
import { gridTable, sheetPicture } from '../../services/grids/gridSheet.ts';
import { writeSheet } from '../../services/grids/writeClip.ts';
import { cacheRoot } from '../../services/studioPlaces.ts';
import type { Console } from '../console.ts';
import { interruptible } from '../takes/interruptible.ts';
import { editInputs, generateInputs, plannedTake } from '../takes/takeCommands.ts';
import { takeFileFrom, writeTakeFile } from '../takes/takeFiles.ts';
import type { TakeOptionValues } from '../takes/takeOptions.ts';
import { readGridAxis } from './gridAxis.ts';

/** A finished cell. */
interface GridCell {
  readonly labels: readonly string[];
  readonly recipe: TakeRecipe;
  readonly result: TakeResult;
}

/**
 * `magdiff grid PICTURE|CLIP`: a take for every pair of values of two settings, as a contact sheet that plays (or a PNG of the middle
 * frame), a table of figures, and a recipe a cell. The cells are made one after the other by one engine, so that conditions, networks and
 * keys are shared. With `--keep-job` a grid that was cut off goes on where it was, cell by cell.
 */
export function gridCommand(source: string, values: TakeOptionValues, console: Console): Promise<void> {
  return interruptible((signal) => makeGrid(signal, source, values, console));
}

async function makeGrid(
  signal: AbortSignal,
  source: string,
  values: TakeOptionValues,
  console: Console,
): Promise<void> {
  const x = readGridAxis('--x', String(values.x));
  const y = typeof values.y === 'string' ? readGridAxis('--y', values.y) : undefined;
  const out = resolve(typeof values.out === 'string' ? values.out : `${basename(source, extname(source))}-grid.mp4`);
  const inputs = values.keep === undefined ? await generateInputs(source, values) : await editInputs(source, values);
  const { recipe, places } = await plannedTake(source, inputs, values);
  const folder =
    typeof values.keepJob === 'string' ? resolve(values.keepJob) : await mkdtemp(join(tmpdir(), 'magdiff-'));
  const host = new EngineHost({ cacheFolder: cacheRoot() });
  try {
    const planned = plannedCells(recipe.settings, x, y ?? null).map((row) =>
      row.map(({ labels, settings }) => ({ labels, recipe: { ...recipe, settings } })),
    );
    const rows: GridCell[][] = [];
    let made = 0;
    for (const [row, cells] of planned.entries()) {
      const finished: GridCell[] = [];
      for (const [column, cell] of cells.entries()) {
        const cellFolder = join(folder, `${row}-${column}`);
        const job = jobOfRecipe(cell.recipe, {
          id: `${row}-${column}`,
          folder: cellFolder,
          previews: false,
          ...places,
        });
        finished.push({ ...cell, result: await keptTake(host, job, signal) });
        made += 1;
        console.progress(progressOf('denoising', { step: made, total: planned.length * cells.length }));
      }
      rows.push(finished);
    }
    await writeGrid(rows, out);
    const [first] = rows.flat();
    console.result(
      `${out} (${rows.length} × ${rows[0]?.length ?? 0} takes of ${first?.result.frameCount ?? 0} frames)`,
      {
        path: out,
        cells: rows.flat().map(({ labels, result }) => ({ labels, framesSha256: result.framesSha256 })),
      },
    );
  } finally {
    await host.close();
    if (values.keepJob === undefined) await rm(folder, { recursive: true, force: true });
  }
}

async function writeGrid(rows: readonly (readonly GridCell[])[], out: string): Promise<void> {
  const cells = rows.flat();
  const [first] = cells;
  if (!first) return;
  const { frameCount, frameRate } = first.result;
  const takes = rows.map((row) => row.map(({ labels, result }) => ({ labels, ...result })));
  await mkdir(dirname(out), { recursive: true });
  if (extname(out).toLowerCase() === '.png') await writeFileAtomic(out, await sheetPicture(takes, frameCount));
  else await writeSheet(takes, { frameCount, frameRate }, out);
  const stem = join(dirname(out), basename(out, extname(out)));
  const table = cells.map(({ labels, result: { framesSha256, seconds } }, index) => ({
    ...{ labels, framesSha256, seconds, recipe: basename(recipePath(stem, index)) },
  }));
  await writeFileAtomic(`${stem}.csv`, gridTable(table));
  for (const [index, { recipe, result }] of cells.entries()) {
    const path = recipePath(stem, index);
    await writeTakeFile(path, takeFileFrom(dirname(path), recipe, result, null));
  }
}

const recipePath = (stem: string, index: number): string => `${stem}.${String(index + 1).padStart(2, '0')}.take.json`;
