import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { StudioError } from '../../../models/errors/studioError.ts';
import { writeFileAtomic } from '../../../models/files/atomicFile.ts';
import { mean } from '../../../models/measure/likeness.ts';
import { progressOf } from '../../../models/progress/progress.ts';
import { type AlphaPoint, type ScoreWeights, verdictOf, weightedScore } from '../../contract/grid/alphaSearches.ts';
import { EngineHost } from '../../engine/engineHost.ts';
import { learnedPoint, searchAlpha, settingsAt } from '../../services/alpha/alphaSearch.ts';
import { findBackbones, openReaders, readerNotes } from '../../services/measures/openReaders.ts';
import { cacheRoot } from '../../services/studioPlaces.ts';
import { TakeMaker } from '../ablate/madeAndMeasured.ts';
import type { Console } from '../console.ts';
import { interruptible } from '../takes/interruptible.ts';
import { editInputs, generateInputs, plannedTake } from '../takes/takeCommands.ts';
import type { TakeOptionValues } from '../takes/takeOptions.ts';

/** Measures that can be weighed, by the names the option takes. */
const weighed: Readonly<Record<string, keyof ScoreWeights>> = {
  text: 'textAlignment',
  subject: 'subjectFidelity',
  frames: 'frameConsistency',
  flicker: 'flicker',
  drift: 'drift',
};

/** Steps of the takes that the search makes, seeds that each point is scored with, points looked at, and seeds that confirm. */
const usual = { steps: 4, seeds: 2, points: 24, confirm: 4 };

/**
 * `magdiff alpha PICTURE|CLIP`: finds the two α, then factors by group of layers, that bring the highest weighted sum of figures in takes
 * of few steps, shows the way there, and says by takes of other seeds with all steps how much better that is than what the model learned.
 */
export const alphaCommand = (source: string, values: TakeOptionValues, console: Console): Promise<void> =>
  interruptible((signal) => findAlpha(signal, source, values, console));

async function findAlpha(
  signal: AbortSignal,
  source: string,
  values: TakeOptionValues,
  console: Console,
): Promise<void> {
  const weights = readWeights(typeof values.weigh === 'string' ? values.weigh : 'text=1,subject=1');
  const count = (name: keyof typeof usual): number => wholeOf(values, name);
  const inputs = values.keep === undefined ? await generateInputs(source, values) : await editInputs(source, values);
  const base = await plannedTake(source, inputs, values);
  const named = [values.backbone ?? []].flat().map(String);
  const backbones = [...(values.search === false ? [] : await findBackbones()), ...named];
  const readers = await openReaders({ backbones, modelFolder: base.places.modelFolder });
  const kept = typeof values.keepJob === 'string' ? resolve(values.keepJob) : undefined;
  const folder = kept ?? (await mkdtemp(join(tmpdir(), 'magdiff-alpha-')));
  const host = new EngineHost({ cacheFolder: cacheRoot() });
  try {
    for (const note of readerNotes(readers)) console.note('reader', note);
    const maker = new TakeMaker(host, readers, signal);
    const { settings } = base.recipe;
    const scoreOf = async (point: AlphaPoint, seed: number, steps: number | undefined): Promise<number> => {
      const wanted = { ...settingsAt(settings, point), seed, steps, ownPixels: false };
      const key = `${JSON.stringify(point).replace(/[^\w.]+/g, '-')}-${seed}-${steps ?? 'all'}`;
      return weightedScore((await maker.make(base, wanted, join(folder, key))).measured, weights);
    };
    const seeds = Array.from({ length: count('seeds') }, (_, index) => settings.seed + index);
    const few = count('steps');
    const found = await searchAlpha(
      async (point) => mean(await inTurn(seeds, (seed) => scoreOf(point, seed, few))),
      count('points'),
      ({ point, score, taken }) =>
        console.note('step', `${taken ? '→' : ' '} ${pointText(point)}: ${score.toFixed(3)}`),
    );
    console.progress(progressOf('denoising', { step: found.path.length, total: found.path.length }));
    const others = Array.from({ length: count('confirm') }, (_, index) => settings.seed + seeds.length + index);
    const gains = await inTurn(others, async (seed) => {
      const best = await scoreOf(found.best, seed, settings.steps);
      return best - (await scoreOf(learnedPoint, seed, settings.steps));
    });
    await report(source, values, { ...found, gains, weights, seeds, others }, console);
  } finally {
    await readers.dispose();
    await host.close();
    if (kept === undefined) await rm(folder, { recursive: true, force: true });
  }
}

/** Does work for each of some things, one after the other. */
async function inTurn<Item, Result>(items: readonly Item[], work: (item: Item) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}

interface Found {
  readonly best: AlphaPoint;
  readonly score: number;
  readonly path: Awaited<ReturnType<typeof searchAlpha>>['path'];
  readonly gains: readonly number[];
  readonly weights: ScoreWeights;
  readonly seeds: readonly number[];
  readonly others: readonly number[];
}

async function report(source: string, values: TakeOptionValues, found: Found, console: Console): Promise<void> {
  const { best, score, path, gains, others } = found;
  const learned = path[0]?.score ?? score;
  const { gain, standardError: error, isBetter } = verdictOf(gains);
  const verdict = isBetter
    ? 'That is more than chance would make it.'
    : 'That is no more than chance makes it: the learned values will do.';
  const out = resolve(typeof values.out === 'string' ? values.out : `${basename(source, extname(source))}-alpha.json`);
  await writeFileAtomic(out, `${JSON.stringify({ ...found, gain, standardError: error, isBetter }, undefined, 2)}\n`);
  console.result(
    [
      `Best of ${path.length}: ${pointText(best)}`,
      `Searched with few steps: ${score.toFixed(3)}, learned values ${learned.toFixed(3)}.`,
      `With all steps and ${others.length} other seeds: ${gain >= 0 ? '+' : ''}${gain.toFixed(3)} ± ${error.toFixed(3)} against the learned values. ${verdict}`,
      `The whole way: ${join(dirname(out), basename(out))}`,
    ].join('\n'),
    { path: out, best, score, learned, gain, standardError: error, isBetter },
  );
}

function pointText({ text, image, groups }: AlphaPoint): string {
  const more = Object.entries(groups).map(([group, factor]) => `, ${group} × ${factor}`);
  return `text α ${text}, image α ${image}${more.join('')}`;
}

function readWeights(given: string): ScoreWeights {
  const weights: ScoreWeights = { textAlignment: 0, subjectFidelity: 0, frameConsistency: 0, flicker: 0, drift: 0 };
  for (const part of given.split(',')) {
    const [name = '', value = ''] = part.split('=').map((each) => each.trim());
    const measure = weighed[name];
    const weight = Number(value);
    if (!measure || value === '' || !(weight >= 0 && weight <= 10))
      throw new StudioError('usage', `--weigh wants MEASURE=WEIGHT,…, not "${given}".`, {
        hint: `For example text=1,subject=2. Measures are ${Object.keys(weighed).join(', ')}; weights go from 0 to 10.`,
      });
    weights[measure] = weight;
  }
  return weights;
}

function wholeOf(values: TakeOptionValues, name: keyof typeof usual): number {
  const flag = { steps: 'searchSteps', seeds: 'searchSeeds', points: 'points', confirm: 'confirm' }[name];
  const value = values[flag] === undefined ? usual[name] : Number(values[flag]);
  if (Number.isInteger(value) && value >= 1 && value <= 1000) return value;
  throw new StudioError(
    'usage',
    `--${flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} wants a whole number from 1 on.`,
  );
}
