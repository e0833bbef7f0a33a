import { readFile, rm } from 'node:fs/promises';
import { StudioError } from '../../../models/errors/studioError.ts';
import { writeFileAtomic } from '../../../models/files/atomicFile.ts';
import { wireErrorOf } from '../../contract/errorOnWire.ts';
import { type GridAxis, plannedCells } from '../../contract/grid/gridAxes.ts';
import type { GridView } from '../../contract/grid/grids.ts';
import { isFinal, type TakeRequest } from '../../contract/jobs.ts';
import { newId } from '../../contract/newId.ts';
import type { DocumentRecord } from '../../contract/records.ts';
import type { TakeResult } from '../../engine/engineProtocol.ts';
import type { EngineJobsOptions } from '../jobs/engineJobs.ts';
import { recordsOfTake } from '../jobs/takeKeeper.ts';
import { planJob, planRecipe } from '../jobs/takePlan.ts';
import type { MeasurePort } from '../measures/measureProgram.ts';
import type { ModelCatalogue } from '../models/modelCatalogue.ts';
import { onceAProject } from '../onceAProject.ts';
import type { OpenProject } from '../projects/openProject.ts';
import {
  cellFolder,
  cellSheetPath,
  emptyCell,
  type GridFile,
  gridFolder,
  keepGrid,
  keptResult,
  readGrids,
  resultOf,
} from './gridFile.ts';
import { GridJob } from './gridJob.ts';
import { cellSheet } from './gridSheet.ts';

/** What grids work with. */
export interface GridServiceOptions extends EngineJobsOptions {
  readonly catalogue: ModelCatalogue;
  readonly studioVersion: string;
  readonly measures: MeasurePort;
  /** Where backbones of measures are looked for. */
  readonly folders: readonly string[];
  readonly home: string;
}

/** Cells that are with a queue at a time. */
const cellsWithQueue = 8;

/** The job that makes a cell. The engine has one of a grid at a time; with a queue every cell has its own. */
const runIdOf = ({ id, runOn }: GridFile, cell: number): string => (runOn === 'queue' ? `${id}-${cell}` : id);

/**
 * Grids of takes: one request, a cell for every pair of values of two settings. A grid is one job whose cells the engine makes one after the
 * other, so that encoded conditions, keys and values are made once; what is made is kept in the project's folder cell by cell, and a grid
 * that was cut off goes on there. Made cells are measured once all are made, in a process of their own.
 */
export class GridService {
  readonly #options: GridServiceOptions;
  readonly #grids = new Map<string, GridJob>();
  #closing = false;

  /** Reads a project's grids, once; unfinished ones go on. */
  readonly open = onceAProject((project) => this.#openNow(project));

  constructor(options: GridServiceOptions) {
    this.#options = options;
  }

  async #openNow(project: OpenProject): Promise<void> {
    for (const file of await readGrids(project)) {
      const grid = this.#add(project, file);
      if (!isFinal(file.state)) void this.#run(grid);
      else if (file.state === 'done' && file.cells.some(({ measured }) => measured === null)) void this.#measure(grid);
    }
  }

  /** A project's grids, oldest first. */
  async list(project: OpenProject): Promise<GridView[]> {
    await this.open(project);
    return [...this.#grids.values()].filter((grid) => grid.project === project).map((grid) => grid.gridView());
  }

  /** Starts a grid; returns its id. @throws StudioError where an axis or the request will not do */
  async start(project: OpenProject, request: TakeRequest, x: GridAxis, y: GridAxis | null): Promise<string> {
    const recipe = await planRecipe(project, request, this.#options);
    const cells = plannedCells(recipe.settings, x, y).flat().map(emptyCell);
    const grid = this.#add(project, {
      ...{ version: 1, id: newId('grid'), createdAt: new Date().toISOString(), x, y, recipe },
      ...{ runOn: request.runOn ?? 'here', state: 'queued', error: null, cells },
    });
    await keepGrid(project, grid.file).catch((error: unknown) => {
      this.#grids.delete(grid.file.id);
      throw error;
    });
    void this.#run(grid);
    return grid.file.id;
  }

  /** A made cell as a take and its place on the timeline, for the page to add, so that undo takes it back. */
  async takeOfCell(
    project: OpenProject,
    gridId: string,
    cell: number,
  ): Promise<{ takeId: string; records: DocumentRecord[] }> {
    const grid = this.#get(project, gridId);
    const kept = grid.file.cells[cell];
    if (!kept?.result) throw new StudioError('request-invalid', 'This cell is not made yet.', { hint: 'Wait for it.' });
    kept.takeId ??= newId('take');
    const made = { recipe: grid.recipe(cell), createdAt: new Date().toISOString() };
    const result = resultOf(project, gridId, cell, kept.result);
    const records = await recordsOfTake(project, kept.takeId, made, result);
    await this.#tell(grid);
    return { takeId: kept.takeId, records };
  }

  /** Takes a grid away with everything that was made for it; takes made of its cells stay. */
  async remove(project: OpenProject, gridId: string): Promise<void> {
    const grid = this.#get(project, gridId);
    grid.isGone = true;
    grid.cancel();
    this.#options.list.drop(grid);
    this.#grids.delete(gridId);
    await rm(gridFolder(project, gridId), { recursive: true, force: true });
    this.#options.bus.publish({ type: 'jobGone', projectId: project.id, jobId: gridId });
    this.#options.bus.publish({ type: 'gridGone', projectId: project.id, gridId });
  }

  /** A grid with all it holds, for exports. @throws StudioError `job-unknown` */
  get(project: OpenProject, gridId: string): GridJob {
    return this.#get(project, gridId);
  }

  /** A made cell's frames as one picture. @throws StudioError `asset-missing` */
  async sheet(project: OpenProject, gridId: string, cell: number): Promise<Uint8Array> {
    const { file } = this.#get(project, gridId);
    if (!file.cells[cell]?.sheet) throw new StudioError('asset-missing', 'This cell is not made yet.');
    return readFile(cellSheetPath(project, gridId, cell));
  }

  /** Tells no more; a running grid goes on at the next start. */
  close(): void {
    this.#closing = true;
    this.#options.measures.close();
  }

  #get(project: OpenProject, gridId: string): GridJob {
    const grid = this.#grids.get(gridId);
    if (grid?.project !== project) throw new StudioError('job-unknown', 'This grid is not there any more.');
    return grid;
  }

  #add(project: OpenProject, file: GridFile): GridJob {
    const grid: GridJob = new GridJob(project, file, {
      cancel: () => {
        grid.isCanceled = true;
        for (const cell of file.cells.keys()) this.#options.engine.cancel(runIdOf(file, cell));
      },
      retry: async () => void this.#run(grid),
      clear: async () => undefined,
    });
    this.#grids.set(file.id, grid);
    if (!isFinal(file.state) || file.state !== 'done') this.#options.list.add(grid);
    return grid;
  }

  async #tell(grid: GridJob): Promise<void> {
    if (this.#closing || grid.isGone) return;
    // One after the other, so that the last state is the one that stays.
    const keeping = grid.keeping.catch(() => undefined).then(() => keepGrid(grid.project, grid.file));
    grid.keeping = keeping;
    await keeping;
    this.#options.bus.publish({ type: 'grid', grid: grid.gridView() });
    if (grid.file.state !== 'done') this.#options.bus.publish({ type: 'job', job: grid.jobView() });
  }

  async #run(grid: GridJob): Promise<void> {
    grid.isCanceled = false;
    try {
      Object.assign(grid.file, { state: 'denoising', error: null });
      await this.#tell(grid);
      const waiting = grid.file.cells.flatMap((kept, cell) => (kept.result ? [] : [cell]));
      const makeNext = async (): Promise<void> => {
        for (let cell = waiting.shift(); cell !== undefined && !grid.isCanceled; cell = waiting.shift()) {
          const outcome = await this.#make(grid, cell);
          if (this.#closing || grid.isGone) return;
          if (outcome === 'canceled') grid.isCanceled = true;
          else await this.#keepCell(grid, cell, outcome);
        }
      };
      // The engine makes one after the other; a queue's workers share them.
      await Promise.all(Array.from({ length: grid.file.runOn === 'queue' ? cellsWithQueue : 1 }, makeNext));
      if (this.#closing || grid.isGone) return;
      if (grid.isCanceled) {
        grid.file.state = 'canceled';
        return await this.#tell(grid);
      }
      grid.file.state = 'done';
      await this.#tell(grid);
      await this.#options.list.forget(grid);
      await this.#measure(grid);
    } catch (error) {
      if (this.#closing || grid.isGone) return;
      Object.assign(grid.file, { state: 'failed', error: wireErrorOf(error) });
      await this.#tell(grid).catch((cause: unknown) => this.#note(grid, cause));
    }
  }

  async #make(grid: GridJob, cell: number): Promise<TakeResult | 'canceled'> {
    if (grid.isCanceled) return 'canceled';
    const { project, file } = grid;
    const place = { id: runIdOf(file, cell), folder: cellFolder(project, file.id, cell) };
    const planned = await this.#jobOf(grid, cell, place);
    return new Promise((resolve, reject) => {
      this.#options.engine.submit({ ...planned, previews: false, runOn: file.runOn }, (event) => {
        if (event.type === 'done') resolve(event.result);
        else if (event.type === 'failed') reject(StudioError.fromJSON(event.error));
        else if (event.type === 'canceled') resolve('canceled');
        else if (event.type === 'progress' && !this.#closing)
          this.#options.bus.publish({ type: 'job', job: grid.jobView(event.progress) });
      });
    });
  }

  async #keepCell(grid: GridJob, cell: number, result: TakeResult): Promise<void> {
    const kept = grid.file.cells[cell];
    if (!kept) return;
    const { bytes, frameCount, frameWidth, frameHeight, columns } = await cellSheet(result.framesFolder, result);
    await writeFileAtomic(cellSheetPath(grid.project, grid.file.id, cell), bytes);
    kept.result = keptResult(result);
    kept.sheet = { frameCount, frameWidth, frameHeight, columns };
    await this.#tell(grid);
  }

  /** Measures what is not measured yet; a cell that cannot be is left without figures. */
  async #measure(grid: GridJob): Promise<void> {
    const { project, file } = grid;
    try {
      grid.isMeasuring = true;
      for (const [cell, kept] of file.cells.entries()) {
        if (kept.measured || !kept.result || this.#closing || grid.isGone) continue;
        const { framesFolder } = resultOf(project, file.id, cell, kept.result);
        const place = { id: file.id, folder: cellFolder(project, file.id, cell) };
        const { modelFolder, ...job } = await this.#jobOf(grid, cell, place);
        const { folders, home, measures } = this.#options;
        const answer = await measures.measure({
          frames: framesFolder,
          job,
          modelFolder,
          folders,
          home,
        });
        if ('error' in answer) this.#note(grid, answer.error);
        else kept.measured = answer.measured;
        await this.#tell(grid);
      }
    } catch (error) {
      this.#note(grid, error);
    } finally {
      grid.isMeasuring = false;
      await this.#tell(grid).catch((cause: unknown) => this.#note(grid, cause));
    }
  }

  #jobOf(grid: GridJob, cell: number, place: { id: string; folder: string }) {
    return planJob(grid.project, place, grid.recipe(cell), this.#options.catalogue);
  }

  #note(grid: GridJob, error: unknown): void {
    this.#options.log(`${grid.file.id}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
