import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { StudioError } from '../../../models/errors/studioError.ts';
import { mean } from '../../../models/measure/likeness.ts';
import type { Model } from '../../../models/model/model.ts';
import { progressOf } from '../../../models/progress/progress.ts';
import {
  type MeasuredTake,
  type MeasureName,
  measureNames,
  measureTitles,
  scoreNumber,
  scoreText,
} from '../../contract/measures/measures.ts';
import type { TakeToMeasure } from '../../services/measures/measureTake.ts';
import { framesOfPictures } from '../../services/measures/takeToMeasure.ts';
import type { Console } from '../console.ts';
import { foundTakes } from '../takes/foundTake.ts';
import type { TakeOptionValues } from '../takes/takeOptions.ts';
import { takeAsMade, withOptions } from './takeAsMade.ts';

/** The folder of the project that a path means: the folder itself or its project.json; undefined where it means none. */
export function projectFolder(path: string): string | undefined {
  if (basename(path) === 'project.json' && existsSync(path)) return dirname(resolve(path));
  return existsSync(join(path, 'project.json')) ? resolve(path) : undefined;
}

/** What takes are measured with. */
interface Measuring {
  readonly model: Model | undefined;
  measured(take: TakeToMeasure): Promise<MeasuredTake>;
}

/** A project's take with its figures. */
interface ProjectTake {
  readonly name: string;
  readonly prompt: string | undefined;
  readonly measured: MeasuredTake;
}

/** Measures every take of a project by its own sentence, subject and mask: a table with a row for each, and their means. */
export async function measureProject(
  folder: string,
  values: TakeOptionValues,
  { model, measured }: Measuring,
  console: Console,
): Promise<void> {
  const found = await foundTakes(folder);
  if (found.length === 0)
    throw new StudioError('request-invalid', `${basename(folder)} holds no takes yet.`, {
      hint: 'Make one in the studio first.',
    });
  const takes: ProjectTake[] = [];
  for (const [index, each] of found.entries()) {
    const frames = await framesOfPictures((await each.framePaths?.()) ?? []);
    const take = await withOptions(await takeAsMade(frames, each, model), values);
    takes.push({ name: each.name, prompt: take.prompt, measured: await measured(take) });
    console.progress(progressOf('encoding', { step: index + 1, total: found.length }));
  }
  console.result([folder, ...tableOf(takes)].join('\n'), {
    path: folder,
    takes: takes.map(({ name, prompt, measured: figures }) => ({ name, prompt, ...figures })),
    means: Object.fromEntries(knownOf(takes).map((name) => [name, meanOf(takes, name)])),
  });
}

/** Figures that some take has. */
const knownOf = (takes: readonly ProjectTake[]): readonly MeasureName[] =>
  measureNames.filter((name) => takes.some(({ measured }) => (measured.scores[name] ?? null) !== null));

/** The mean of a figure over the takes that have it. */
function meanOf(takes: readonly ProjectTake[], name: MeasureName): number | 'infinite' {
  const value = mean(takes.flatMap(({ measured }) => scoreNumber(measured.scores[name]) ?? []));
  return Number.isFinite(value) ? value : 'infinite';
}

/** A line a take and one of means, each figure below its title. */
function tableOf(takes: readonly ProjectTake[]): string[] {
  const names = knownOf(takes);
  const lines = [
    ['', ...names.map((name) => [measureTitles[name].title, measureTitles[name].unit].join(' ').trim())],
    ...takes.map(({ name, measured }) => [name, ...names.map((each) => scoreText(each, measured.scores[each]))]),
    ...(takes.length > 1 ? [['mean', ...names.map((each) => scoreText(each, meanOf(takes, each)))]] : []),
  ];
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  return lines.map((line) =>
    line
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}
