import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { StudioError } from '../../../models/errors/studioError.ts';
import { frechetDistance } from '../../../models/measure/frechet.ts';
import { inceptionScore } from '../../../models/measure/inceptionScore.ts';
import type { ClipReader } from '../../../models/measure/readers.ts';
import type { Model } from '../../../models/model/model.ts';
import { colourPlanes } from '../../../models/pipeline/subject/picture.ts';
import { type MeasuredTake, measureNames, measureTitles, scoreText } from '../../contract/measures/measures.ts';
import { measureTake, type TakeToMeasure } from '../../services/measures/measureTake.ts';
import {
  findBackbones,
  missingSentence,
  type OpenedReaders,
  openReaders,
  readerNotes,
  requireReader,
} from '../../services/measures/openReaders.ts';
import { framesOf } from '../../services/measures/takeToMeasure.ts';
import type { Console } from '../console.ts';
import { findModelFolder } from '../models/modelFolders.ts';
import { foundTake } from '../takes/foundTake.ts';
import type { TakeOptionValues } from '../takes/takeOptions.ts';
import { measureProject, projectFolder } from './measureProject.ts';
import { takeAsMade, textOf, withOptions } from './takeAsMade.ts';

/**
 * `magdiff measure TAKE|CLIP|PROJECT…`: a take.json (or the video beside one), a clip or a folder of frames each; with `--against` the
 * Fréchet video distance and the inception score of all of them too. A folder of clips stands for the clips in it, a project for its takes.
 */
export async function measureCommand(
  given: readonly string[],
  values: TakeOptionValues,
  console: Console,
): Promise<void> {
  const named = [values.backbone ?? []].flat().map(String);
  const backbones = [...(values.search === false ? [] : await findBackbones()), ...named];
  const model = values.own === false ? undefined : await findModelFolder(textOf(values.model));
  const readers = await openReaders({ backbones, modelFolder: model });
  try {
    for (const note of readerNotes(readers)) console.note('reader', note);
    const setsToo = textOf(values.against) !== undefined;
    for (const reader of readers.missing)
      if (setsToo || !(reader === 'clips' || reader === 'classes')) console.note('missing', missingSentence(reader));
    const vectors = new Vectors(readers, setsToo);
    const measured = async (take: TakeToMeasure): Promise<MeasuredTake> => {
      const figures = await measureTake(take, readers);
      await vectors.add(take);
      return figures;
    };
    for (const each of given) {
      const project = projectFolder(each);
      if (project !== undefined) await measureProject(project, values, { model: readers.model, measured }, console);
      else
        for (const path of await clipsIn(each))
          report(path, await measured(await readTake(path, values, readers.model)), console);
    }
    const against = textOf(values.against);
    if (against !== undefined) await reportSets(vectors, readers, await clipsIn(against), console);
  } finally {
    await readers.dispose();
  }
}

/** The clips that a path means: the clips of a folder, where it is one of clips and not of frames. */
async function clipsIn(path: string): Promise<string[]> {
  const found = await stat(path).catch(() => undefined);
  if (!found) throw new StudioError('file-missing', `There is no file ${path}.`, { hint: 'Check the name.' });
  if (!found.isDirectory()) return [path];
  const names = (await readdir(path)).sort();
  const clips = names.filter((name) => /\.(mp4|mov|mkv|webm|avi|gif|m4v)$/i.test(name));
  return clips.length > 0 ? clips.map((name) => join(path, name)) : [path];
}

/** What a path shows, with what its recipe says where it has one, and what the options say on top. */
const readTake = async (path: string, values: TakeOptionValues, model: Model | undefined): Promise<TakeToMeasure> =>
  withOptions(await takeAt(path, values, model), values);

async function takeAt(path: string, values: TakeOptionValues, model: Model | undefined): Promise<TakeToMeasure> {
  const recipe = recipeBeside(path);
  if (recipe === undefined) return framesOf(path);
  const found = await foundTake(recipe, { source: values.source });
  const { take, folder } = found;
  const video = take.output?.path === undefined ? undefined : resolve(folder, take.output.path);
  if (path === recipe && (video === undefined || !existsSync(video)))
    throw new StudioError('file-missing', `${path} has no video beside it.`, {
      hint: 'Make it: magdiff remake, then measure what that writes.',
    });
  return takeAsMade(await framesOf(path === recipe && video !== undefined ? video : path), found, model);
}

/** The recipe that a path is, or that lies beside it under its name. */
function recipeBeside(path: string): string | undefined {
  if (path.endsWith('.json')) return path;
  const own = join(dirname(path), `${basename(path, extname(path))}.take.json`);
  return existsSync(own) ? own : undefined;
}

function report(path: string, measured: MeasuredTake, console: Console): void {
  const lines = measureNames.flatMap((name) => {
    if ((measured.scores[name] ?? null) === null) return [];
    const { title, unit } = measureTitles[name];
    return [`  ${title.padEnd(20)}${scoreText(name, measured.scores[name]).padStart(8)} ${unit}`.trimEnd()];
  });
  console.result([path, ...lines].join('\n'), { path, ...measured });
}

/** Vectors and logits of the clips of a set, gathered clip by clip. */
class Vectors {
  readonly clips: Float32Array[] = [];
  readonly logits: Float32Array[] = [];
  readonly #readers: OpenedReaders;
  readonly #wanted: boolean;

  constructor(readers: OpenedReaders, wanted: boolean) {
    this.#readers = readers;
    this.#wanted = wanted;
  }

  async add(take: TakeToMeasure): Promise<void> {
    if (!this.#wanted) return;
    const { clips, classes } = this.#readers;
    if (clips) this.clips.push(await clipVector(clips, take));
    if (classes) this.logits.push(...(await classes.read(planesOf(take))));
  }
}

const planesOf = ({ width, height, frames }: TakeToMeasure) =>
  frames.map((data) => colourPlanes({ width, height, data }));

/** Frames of a clip that a Fréchet distance is made of, as papers take them; fewer where clips are shorter. */
const clipFrames = 16;

async function clipVector(reader: ClipReader, take: TakeToMeasure): Promise<Float32Array> {
  const frames = planesOf(take).slice(0, clipFrames);
  if (frames.length < reader.fewestFrames)
    throw new StudioError(
      'usage',
      `${reader.title} reads clips of at least ${reader.fewestFrames} frames, and one has ${frames.length}.`,
      {
        hint: 'Make longer takes, or measure with an R3D-18, which reads any.',
      },
    );
  return reader.readClip(frames);
}

async function reportSets(
  ours: Vectors,
  readers: OpenedReaders,
  against: readonly string[],
  console: Console,
): Promise<void> {
  const clips = requireReader(readers, 'clips');
  const theirs: Float32Array[] = [];
  for (const path of against) theirs.push(await clipVector(clips, await framesOf(path)));
  const distance = frechetDistance(ours.clips, theirs);
  const score = ours.logits.length > 0 ? inceptionScore(ours.logits) : undefined;
  const count = `${ours.clips.length} against ${theirs.length} clips`;
  console.result(
    [
      `Fréchet video distance ${distance.toFixed(2)} (${count}, ${clips.title})`,
      ...(score === undefined ? [] : [`Inception score ${score.toFixed(2)} (${ours.logits.length} frames)`]),
    ].join('\n'),
    { frechetVideoDistance: distance, inceptionScore: score ?? null, clips: ours.clips.length, against: theirs.length },
  );
}
