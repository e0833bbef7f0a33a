import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { StudioError } from '../../../models/errors/studioError.ts';
import { writeFileAtomic } from '../../../models/files/atomicFile.ts';
import { progressOf } from '../../../models/progress/progress.ts';
import { measureTitles, scoreText } from '../../contract/measures/measures.ts';
import { EngineHost } from '../../engine/engineHost.ts';
import { frameFileOf } from '../../engine/frameFiles.ts';
import { readPicture } from '../../media/readPicture.ts';
import type { SheetTake } from '../../services/grids/gridSheet.ts';
import { findBackbones, missingSentence, openReaders, readerNotes } from '../../services/measures/openReaders.ts';
import { cacheRoot } from '../../services/studioPlaces.ts';
import type { Console } from '../console.ts';
import { writeClip, writeSheet } from '../grid/writeClip.ts';
import { interruptible } from '../takes/jobResult.ts';
import { generateInputs, plannedTake } from '../takes/takeCommands.ts';
import type { TakeOptionValues } from '../takes/takeOptions.ts';
import { ablationPage } from './ablationPage.ts';
import {
  type AblationSubject,
  ablationAlphas,
  ablationRows,
  settingsOfAlphas,
  settingsOfRow,
  subjectsIn,
} from './ablationPlan.ts';
import { type AblationReport, meansOf, type ReportedRow, type ReportedTake, shownMeasures } from './ablationReport.ts';
import { type TakeBase, TakeMaker } from './madeAndMeasured.ts';

/** Sentences that takes are made with where none is given. */
const usualPrompts = ['it jumps on a beach', 'it moves right in a forest'];

/** Fewest and most subjects, and how many of them are used for the table of α. */
const usualSubjects = 6;
const alphaSubjects = 2;

/**
 * `magdiff ablate --subjects DIR`: the paper's table for a model that runs, each alignment added and taken away, both α against each other;
 * as a page with the clips, tables and contact sheets. Each take lies in a folder of its own, so that a report that was cut off goes on.
 */
export const ablateCommand = (values: TakeOptionValues, console: Console): Promise<void> =>
  interruptible((signal) => ablate(signal, values, console));

async function ablate(signal: AbortSignal, values: TakeOptionValues, console: Console): Promise<void> {
  const folder = resolve(typeof values.out === 'string' ? values.out : 'ablation');
  const most = Number(values.most ?? usualSubjects);
  if (!Number.isInteger(most) || most < 1) throw new StudioError('usage', '--most wants a whole number from 1 on.');
  const subjects = await subjectsIn(resolve(String(values.subjects)), most);
  const given = [values.prompt ?? []].flat().map(String);
  const prompts = given.length > 0 ? given : usualPrompts;
  const named = [values.backbone ?? []].flat().map(String);
  const bases = await basesOf(subjects, prompts, values);
  const [first] = bases;
  if (!first) return;
  const backbones = [...(values.search === false ? [] : await findBackbones()), ...named];
  const readers = await openReaders({ backbones, modelFolder: first.base.places.modelFolder });
  const host = new EngineHost({ cacheFolder: cacheRoot() });
  try {
    const maker = new TakeMaker(host, readers, signal);
    const some = bases.filter(({ subject }) => subjects.slice(0, alphaSubjects).some(({ name }) => name === subject));
    const total = ablationRows.length * bases.length + ablationAlphas.length ** 2 * some.length;
    let done = 0;
    const row = async (name: string, key: string, of: readonly NamedBase[], change: Change): Promise<ReportedRow> => {
      const takes: ReportedTake[] = [];
      for (const { subject, prompt, base } of of) {
        const own = join('takes', key, `${slug(subject)}-${prompts.indexOf(prompt) + 1}`);
        const made = await maker.make(base, change(base.recipe.settings), join(folder, own));
        const clip = join(own, 'clip.mp4');
        const { framesFolder } = made.result;
        await writeClip((frame) => readPicture(frameFileOf(framesFolder, frame)), made.result, join(folder, clip));
        takes.push({ ...made, subject, prompt, clip: clip.replaceAll('\\', '/') });
        console.progress(progressOf('denoising', { step: ++done, total }));
      }
      return { name, takes, means: meansOf(takes) };
    };
    const rows: ReportedRow[] = [];
    for (const each of ablationRows)
      rows.push(await row(each.name, slug(each.name), bases, (settings) => settingsOfRow(settings, each)));
    const alphas: ReportedRow[][] = [];
    for (const text of ablationAlphas) {
      const across: ReportedRow[] = [];
      for (const image of ablationAlphas)
        across.push(
          await row(`text α ${text}, image α ${image}`, `alpha-${text}-${image}`, some, (settings) =>
            settingsOfAlphas(settings, text, image),
          ),
        );
      alphas.push(across);
    }
    const { modelName, modelHash } = rows[0]?.takes[0]?.result ?? { modelName: '', modelHash: '' };
    const missing = readers.missing.filter((reader) => reader !== 'clips' && reader !== 'classes').map(missingSentence);
    const report: AblationReport = {
      model: modelName,
      modelHash,
      readers: readerNotes(readers),
      missing,
      rows,
      alphas,
    };
    await writeReport(folder, report, console);
  } finally {
    await readers.dispose();
    await host.close();
  }
}

type Change = (settings: TakeBase['recipe']['settings']) => TakeBase['recipe']['settings'];

/** What is common to the takes of one subject and one sentence. */
interface NamedBase {
  readonly subject: string;
  readonly prompt: string;
  readonly base: TakeBase;
}

/** A base for every subject and sentence, each subject with a seed of its own. */
async function basesOf(
  subjects: readonly AblationSubject[],
  prompts: readonly string[],
  values: TakeOptionValues,
): Promise<readonly NamedBase[]> {
  const bases: NamedBase[] = [];
  for (const [index, { name, picture, mask }] of subjects.entries())
    for (const prompt of prompts) {
      const own = { ...usualValues, ...values, prompt, mask: mask ?? 'alpha', seed: String(index + 1) };
      const inputs = await generateInputs(picture, own);
      bases.push({ subject: name, prompt, base: await plannedTake(picture, inputs, own) });
    }
  return bases;
}

/** What the options of takes would say of what this command does not ask. */
const usualValues: TakeOptionValues = { sda: true, hfa: true, ownPixels: false, apa: 'learned', eta: '0', frames: '8' };

const slug = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '') || 'base';

async function writeReport(folder: string, report: AblationReport, console: Console): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeRows(report.rows, join(folder, 'rows.mp4'));
  await writeFileAtomic(join(folder, 'table.csv'), tableOf([...report.rows, ...report.alphas.flat()]));
  await writeFileAtomic(join(folder, 'report.json'), JSON.stringify(report, undefined, 1));
  const page = join(folder, 'index.html');
  await writeFileAtomic(page, ablationPage(report));
  const lines = report.rows.map(({ name, means }) =>
    [name.padEnd(20), ...shownMeasures.map((measure) => scoreText(measure, means[measure]).padStart(8))].join(' '),
  );
  const titles = shownMeasures.map((measure) => measureTitles[measure].title).join(', ');
  console.result([`${page} (${titles})`, ...lines].join('\n'), {
    path: page,
    rows: report.rows.map(({ name, means }) => ({ name, ...means })),
    alphas: report.alphas.map((across) => across.map(({ name, means }) => ({ name, ...means }))),
  });
}

/** A row of the sheet for every row of the table, the same subjects below each other. */
async function writeRows(rows: readonly ReportedRow[], out: string): Promise<void> {
  const sheet: SheetTake[][] = rows.map(({ name, takes }) =>
    takes.map(({ subject, result, measured }) => ({ ...result, labels: [name, subject], measured })),
  );
  const results = rows.flatMap(({ takes }) => takes.map(({ result }) => result));
  const frameCount = Math.min(...results.map((result) => result.frameCount));
  await writeSheet(sheet, { frameCount, frameRate: results[0]?.frameRate ?? '8' }, out);
}

function tableOf(rows: readonly ReportedRow[]): string {
  const header = ['row', 'takes', ...shownMeasures.map((name) => measureTitles[name].title)];
  const lines = rows.map(({ name, takes, means }) => [
    `"${name}"`,
    String(takes.length),
    ...shownMeasures.map((measure) => String(means[measure] ?? '')),
  ]);
  return `${[header, ...lines].map((line) => line.join(',')).join('\n')}\n`;
}
