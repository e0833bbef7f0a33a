import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { StudioError } from '../../../models/errors/studioError.ts';
import { writeFileAtomic } from '../../../models/files/atomicFile.ts';
import { progressOf } from '../../../models/progress/progress.ts';
import type { TakeRecipe } from '../../contract/takeRecipe.ts';
import { EngineHost } from '../../engine/engineHost.ts';
import type { EngineJob, TakeResult } from '../../engine/engineProtocol.ts';
import { frameFileOf } from '../../engine/frameFiles.ts';
import { jobOfRecipe } from '../../engine/jobOfRecipe.ts';
import { encodeVideo } from '../../media/encodeVideo.ts';
import { labelledSheet } from '../../media/labelledSheet.ts';
import { encodePng, readPicture } from '../../media/readPicture.ts';
import { cacheRoot } from '../../services/studioPlaces.ts';
import type { Console } from '../console.ts';
import { interruptible, jobResult } from '../takes/jobResult.ts';
import { editInputs, generateInputs, plannedTake } from '../takes/takeCommands.ts';
import { takeFileFrom, writeTakeFile } from '../takes/takeFiles.ts';
import type { TakeOptionValues } from '../takes/takeOptions.ts';
import { type GridAxis, readGridAxis } from './gridAxis.ts';

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
  if (y?.name === x.name) throw new StudioError('usage', `Both sides of the grid vary ${x.name}.`);
  const out = resolve(typeof values.out === 'string' ? values.out : `${basename(source, extname(source))}-grid.mp4`);
  const inputs = values.keep === undefined ? await generateInputs(source, values) : await editInputs(source, values);
  const { recipe, places } = await plannedTake(source, inputs, values);
  const folder =
    typeof values.keepJob === 'string' ? resolve(values.keepJob) : await mkdtemp(join(tmpdir(), 'magdiff-'));
  const host = new EngineHost({ cacheFolder: cacheRoot() });
  try {
    const planned = plannedCells(recipe, x, y);
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
        finished.push({ ...cell, result: await madeCell(host, job, signal) });
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

function plannedCells(recipe: TakeRecipe, x: GridAxis, y: GridAxis | undefined): Omit<GridCell, 'result'>[][] {
  const rows = y?.values ?? [undefined];
  return rows.map((row) =>
    x.values.map((column) => {
      const settings = column.apply(row ? row.apply(recipe.settings) : recipe.settings);
      return { labels: row ? [column.label, row.label] : [column.label], recipe: { ...recipe, settings } };
    }),
  );
}

/** The cell's frames, as they lie in its folder from an earlier run of the same recipe, else made now. */
async function madeCell(host: EngineHost, job: EngineJob, signal: AbortSignal): Promise<TakeResult> {
  const marker = join(job.folder, 'result.json');
  const key = JSON.stringify([job.settings, job.source, job.mask, job.modelFolder]);
  const known = await readFile(marker, 'utf8').then(JSON.parse, () => undefined);
  if (known?.key === key) return known.result;
  await mkdir(job.folder, { recursive: true });
  const result = await jobResult(host, job, signal, () => undefined);
  await writeFileAtomic(marker, JSON.stringify({ key, result }));
  return result;
}

async function writeGrid(rows: readonly (readonly GridCell[])[], out: string): Promise<void> {
  const cells = rows.flat();
  const [first] = cells;
  if (!first) return;
  const { width, height, frameCount, frameRate } = first.result;
  const sheet = (frame: number) =>
    Promise.all(
      rows.map((row) =>
        Promise.all(
          row.map(async ({ labels, result }) => ({
            labels,
            data: (await readPicture(frameFileOf(result.framesFolder, frame))).data,
          })),
        ),
      ),
    ).then((pictures) => labelledSheet(pictures, { width, height }));
  await mkdir(dirname(out), { recursive: true });
  if (extname(out).toLowerCase() === '.png')
    await writeFileAtomic(out, await encodePng(await sheet(Math.floor(frameCount / 2))));
  else {
    const size = await sheet(0);
    const frames = async function* () {
      for (let frame = 0; frame < frameCount; frame++) yield await sheet(frame);
    };
    const whole = { width: size.width, height: size.height, frameCount, frameRate };
    await encodeVideo({ ...whole, frames: frames(), format: 'mp4-h264', quality: 'best', out });
  }
  const stem = join(dirname(out), basename(out, extname(out)));
  const header = ['x', 'y', 'frames SHA-256', 'seconds', 'recipe'];
  const lines = cells.map(({ labels: [column = '', row = ''], result }, index) => [
    ...[column, row, result.framesSha256, result.seconds.toFixed(2), basename(recipePath(stem, index))],
  ]);
  await writeFileAtomic(`${stem}.csv`, `${[header, ...lines].map((line) => line.join(',')).join('\n')}\n`);
  for (const [index, { recipe, result }] of cells.entries()) {
    const path = recipePath(stem, index);
    await writeTakeFile(path, takeFileFrom(dirname(path), recipe, result, null));
  }
}

const recipePath = (stem: string, index: number): string => `${stem}.${String(index + 1).padStart(2, '0')}.take.json`;
