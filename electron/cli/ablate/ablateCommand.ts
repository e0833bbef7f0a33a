import { resolve } from 'node:path';
import { StudioError } from '../../../models/errors/studioError.ts';
import { progressOf } from '../../../models/progress/progress.ts';
import { measureTitles, scoreText } from '../../contract/measures/measures.ts';
import { EngineHost } from '../../engine/engineHost.ts';
import { type AblationBase, plannedAblation } from '../../services/ablation/ablationPlan.ts';
import { type AblationReport, knownMeasures } from '../../services/ablation/ablationReport.ts';
import { makeAblation } from '../../services/ablation/makeAblation.ts';
import { pageOf, writeReport } from '../../services/ablation/writeReport.ts';
import { findBackbones, openReaders } from '../../services/measures/openReaders.ts';
import { cacheRoot } from '../../services/studioPlaces.ts';
import type { Console } from '../console.ts';
import { interruptible } from '../takes/interruptible.ts';
import { generateInputs, plannedTake } from '../takes/takeCommands.ts';
import type { TakeOptionValues } from '../takes/takeOptions.ts';
import { type TakeBase, TakeMaker } from './madeAndMeasured.ts';
import { type AblationSubject, subjectsIn } from './subjectsIn.ts';

/** Sentences that takes are made with where none is given. */
const usualPrompts = ['it jumps on a beach', 'it moves right in a forest'];

/** Most subjects where none is said. */
const usualSubjects = 6;

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
  const bases = await basesOf(subjects, given.length > 0 ? given : usualPrompts, values);
  const [first] = bases;
  if (!first) return;
  const named = [values.backbone ?? []].flat().map(String);
  const backbones = [...(values.search === false ? [] : await findBackbones()), ...named];
  const readers = await openReaders({ backbones, modelFolder: first.base.places.modelFolder });
  const host = new EngineHost({ cacheFolder: cacheRoot() });
  try {
    const maker = new TakeMaker(host, readers, signal);
    const plan = plannedAblation(bases);
    const total = plan.takes.length;
    const report = await makeAblation(plan, {
      folder,
      atOnce: 1,
      make: ({ base, settings }, own) => maker.make(base.base, settings, own),
      onMade: (step) => console.progress(progressOf('denoising', { step, total })),
    });
    await writeReport(folder, report);
    tell(folder, report, console);
  } finally {
    await readers.dispose();
    await host.close();
  }
}

/** What is common to the takes of one subject and one sentence. */
interface NamedBase extends AblationBase {
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
      const base = await plannedTake(picture, inputs, own);
      bases.push({ subject: name, prompt, settings: base.recipe.settings, base });
    }
  return bases;
}

/** What the options of takes would say of what this command does not ask. */
const usualValues: TakeOptionValues = { sda: true, hfa: true, ownPixels: false, apa: 'learned', eta: '0', frames: '8' };

function tell(folder: string, { rows, alphas }: AblationReport, console: Console): void {
  const page = pageOf(folder);
  const shown = knownMeasures(rows);
  const lines = rows.map(({ name, means }) =>
    [name.padEnd(20), ...shown.map((measure) => scoreText(measure, means[measure]).padStart(8))].join(' '),
  );
  const titles = shown.map((measure) => measureTitles[measure].title).join(', ');
  console.result([`${page} (${titles})`, ...lines].join('\n'), {
    path: page,
    rows: rows.map(({ name, means }) => ({ name, ...means })),
    alphas: alphas.map((across) => across.map(({ name, means }) => ({ name, ...means }))),
  });
}
