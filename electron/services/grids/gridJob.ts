import type { Progress } from '../../../models/progress/progress.ts';
import { plannedCells, variedSettings } from '../../contract/grid/gridAxes.ts';
import type { GridView } from '../../contract/grid/grids.ts';
import { isFinal, type JobView } from '../../contract/jobs.ts';
import type { TakeRecipe } from '../../contract/takeRecipe.ts';
import { type Job, newJobView } from '../jobs/jobList.ts';
import type { OpenProject } from '../projects/openProject.ts';
import type { GridFile } from './gridFile.ts';

/** A grid: what is kept of it, what the page sees of it, and the job that it is while it is made. */
export class GridJob implements Job {
  readonly project: OpenProject;
  readonly file: GridFile;
  readonly cancel: () => void;
  readonly retry: () => Promise<void>;
  readonly clear: () => Promise<void>;
  isCanceled = false;
  isGone = false;
  isMeasuring = false;
  /** Ends when what was kept last is on disk. */
  keeping: Promise<void> = Promise.resolve();

  constructor(project: OpenProject, file: GridFile, actions: Pick<Job, 'cancel' | 'retry' | 'clear'>) {
    this.project = project;
    this.file = file;
    this.cancel = actions.cancel;
    this.retry = actions.retry;
    this.clear = actions.clear;
  }

  /** `Image α × HFA strength, 4 × 2`. */
  get label(): string {
    const { x, y } = this.file;
    const sides = [x, ...(y ? [y] : [])];
    const names = sides.map(({ setting, lora }) => (setting === 'lora' ? lora : variedSettings[setting].title));
    return `${names.join(' × ')}, ${sides.map(({ values }) => values.length).join(' × ')}`;
  }

  /** A cell's recipe: the grid's with the cell's values in its settings. */
  recipe(cell: number): TakeRecipe {
    const { recipe, x, y } = this.file;
    const planned = plannedCells(recipe.settings, x, y).flat()[cell];
    return planned ? { ...recipe, settings: planned.settings } : recipe;
  }

  get view(): JobView {
    return this.jobView();
  }

  /** The job as the page's list has it, with how far the present cell is where that is known. */
  jobView(progress?: Progress): JobView {
    const { id, createdAt, state, error, cells, recipe } = this.file;
    const made = cells.filter(({ result }) => result !== null).length;
    const seconds = cells.flatMap(({ result }) => (result ? [result.seconds] : []));
    const each = seconds.length > 0 ? seconds.reduce((sum, value) => sum + value, 0) / seconds.length : null;
    return newJobView({
      ...{ id, projectId: this.project.id, kind: 'grid', label: this.label, createdAt, state, error },
      step: made,
      total: cells.length,
      secondsLeft: each === null || isFinal(state) ? null : each * (cells.length - made),
      note: progress?.note ?? '',
      sourceId: recipe.source.sourceId,
    });
  }

  /** The whole grid as the page sees it. */
  gridView(): GridView {
    const { id, createdAt, x, y, state, error, cells, recipe } = this.file;
    const planned = plannedCells(recipe.settings, x, y).flat();
    const made = cells.find(({ result }) => result)?.result;
    return {
      ...{ id, projectId: this.project.id, label: this.label, createdAt, x, y, state, error },
      framesPerSecond: made?.framesPerSecond ?? recipe.settings.framesPerSecond ?? 8,
      measuring: this.isMeasuring,
      cells: cells.map(({ result, sheet, measured, takeId }, cell) => ({
        labels: [...(planned[cell]?.labels ?? [])],
        sheet: sheet && { ...sheet, url: `/previews/${this.project.id}/grid/${id}/${cell}.webp` },
        framesSha256: result?.framesSha256 ?? null,
        seconds: result?.seconds ?? null,
        measured,
        takeId,
      })),
    };
  }
}
