import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { CancelledError, StudioError } from '../../../models/errors/studioError.ts';
import { writeFileAtomic } from '../../../models/files/atomicFile.ts';
import type { ExportMaterial, ExportService } from '../jobs/exportService.ts';
import { exportFolder, freeName } from '../jobs/exportService.ts';
import { resultOf } from './gridFile.ts';
import type { GridJob } from './gridJob.ts';
import { gridTable, type SheetTake, sheetFrame, sheetPicture } from './gridSheet.ts';

/** A file of the project's exports. */
interface ExportedFile {
  readonly url: string;
  readonly name: string;
}

/**
 * Writes a whole grid under its labels: as a clip by a job of the exports, as a picture of the middle frame, or as a table.
 * @throws StudioError `request-invalid` while a cell is not made
 */
export async function exportGrid(
  grid: GridJob,
  form: 'video' | 'picture' | 'table',
  exports: ExportService,
): Promise<ExportedFile | null> {
  const { project, file } = grid;
  const labels = grid.gridView().cells.map((cell) => cell.labels);
  const made = file.cells.map(({ result, measured }, cell) => {
    if (!result)
      throw new StudioError('request-invalid', 'Not every cell is made yet.', { hint: 'Wait for the last one.' });
    const { framesFolder } = resultOf(project, file.id, cell, result);
    return { ...result, framesFolder, measured, labels: labels[cell] ?? [] };
  });
  const name = grid.label.replace(/[/\\:*?"<>|]/g, '');
  const columns = file.x.values.length;
  const rows: SheetTake[][] = [];
  for (let at = 0; at < made.length; at += columns) rows.push(made.slice(at, at + columns));
  const frameCount = Math.min(...made.map((cell) => cell.frameCount));
  if (form === 'video') {
    await startVideo(grid, rows, { frameCount, framesPerSecond: made[0]?.framesPerSecond ?? 8, name }, exports);
    return null;
  }
  const folder = exportFolder(project);
  await mkdir(folder, { recursive: true });
  const path = await freeName(folder, name, form === 'picture' ? '.png' : '.csv');
  const table = made.map(({ framesSha256, seconds, measured, labels }) => ({
    labels,
    framesSha256,
    seconds,
    recipe: '',
    measured,
  }));
  await writeFileAtomic(path, form === 'picture' ? await sheetPicture(rows, frameCount) : gridTable(table));
  return { url: `/exports/${project.id}/${encodeURIComponent(basename(path))}`, name: basename(join(path)) };
}

async function startVideo(
  { project }: GridJob,
  rows: readonly (readonly SheetTake[])[],
  { frameCount, framesPerSecond, name }: { frameCount: number; framesPerSecond: number; name: string },
  exports: ExportService,
): Promise<void> {
  const { width, height } = await sheetFrame(rows, 0);
  const material: ExportMaterial = {
    ...{ frameCount, width, height, framesPerSecond, sounds: [] },
    async *frames(wanted, signal) {
      for (let index = 0; index < wanted.frameCount; index++) {
        if (signal.aborted) throw new CancelledError();
        yield await sheetFrame(rows, Math.min(frameCount - 1, Math.floor(index * wanted.step)));
      }
    },
  };
  exports.write(project, material, {
    ...{ format: 'mp4-h264', quality: 'best', inFrame: 0, outFrame: frameCount, width, height },
    ...{ sound: false, alpha: false, fileName: name },
  });
}
