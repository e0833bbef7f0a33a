import { stat } from 'node:fs/promises';
import { basename, dirname, extname, resolve } from 'node:path';
import { StudioError } from '../../../models/errors/studioError.ts';
import { readManifest } from '../../../models/families/families.ts';
import { exportFormatNames, exportFormats, exportQualities } from '../../contract/exportFormats.ts';
import type { TakeRecipe } from '../../contract/takeRecipe.ts';
import { providerNames } from '../../contract/takeSettings.ts';
import { jobOfRecipe, type RecipePlaces } from '../../engine/jobOfRecipe.ts';
import { probeMedia } from '../../media/probeMedia.ts';
import { readPicture } from '../../media/readPicture.ts';
import { portableSet } from '../../services/models/library/portableSet.ts';
import { studioVersion } from '../../services/studioPlaces.ts';
import { byteCount, type Console } from '../console.ts';
import { chosenModelFolder, withModelDefaults } from '../models/chosenModel.ts';
import { promptNotes } from './promptNotes.ts';
import { runTake, type TakeOutcome } from './runTake.ts';
import { spliceIntoClip } from './spliceIntoClip.ts';
import { subjectNotes } from './subjectNotes.ts';
import { contentHash, takeFileFrom, takeFilePathFor, writeTakeFile } from './takeFiles.ts';
import { numberOption, settingsFrom, type TakeOptionValues } from './takeOptions.ts';

/** `magdiff generate PICTURE`: a video of the picture's subject. */
export async function generateCommand(picture: string, values: TakeOptionValues, console: Console): Promise<void> {
  await makeTake(picture, await generateInputs(picture, values), values, console);
}

/** `magdiff edit CLIP`: the clip, changed where its mask allows. */
export async function editCommand(clip: string, values: TakeOptionValues, console: Console): Promise<void> {
  await makeTake(clip, await editInputs(clip, values), values, console);
}

type SourceFrames = Pick<TakeRecipe['source'], 'media' | 'frameIndex' | 'inFrame' | 'outFrame'>;

/** What a take's options come to: its settings, its model, and the frames it is made from. */
export interface TakeInputs {
  readonly settings: TakeRecipe['settings'];
  readonly modelFolder: string;
  readonly frames: SourceFrames;
}

/** The inputs of a generation. */
export async function generateInputs(picture: string, values: TakeOptionValues): Promise<TakeInputs> {
  const modelFolder = await chosenModelFolder(values);
  const settings = await settingsFrom('generate', await withModelDefaults(values, modelFolder));
  const facts = await probeMedia(picture);
  const frameIndex = facts.kind === 'clip' ? Math.round((numberOption(values, 'at') ?? 0) * facts.framesPerSecond) : 0;
  return { settings, modelFolder, frames: { media: facts.kind, frameIndex, inFrame: 0, outFrame: 1 } };
}

/** The inputs of an edit. */
export async function editInputs(clip: string, values: TakeOptionValues): Promise<TakeInputs> {
  const modelFolder = await chosenModelFolder(values);
  const settings = await settingsFrom('edit', await withModelDefaults(values, modelFolder));
  const facts = await probeMedia(clip);
  const frameAt = (seconds: number): number => Math.round(seconds * facts.framesPerSecond);
  const frames = {
    media: facts.kind,
    frameIndex: 0,
    inFrame: frameAt(numberOption(values, 'start') ?? 0),
    outFrame: frameAt(numberOption(values, 'end') ?? facts.durationSeconds),
  };
  return { settings, modelFolder, frames };
}

/** The recipe of a take, not yet made, and where its files are. */
export async function plannedTake(
  sourcePath: string,
  { settings, modelFolder, frames }: TakeInputs,
  values: TakeOptionValues,
): Promise<{ recipe: TakeRecipe; places: Pick<RecipePlaces, 'modelFolder' | 'provider' | 'sourcePath' | 'maskPath'> }> {
  const provider = values.provider === undefined ? undefined : oneOf('provider', values.provider, providerNames);
  const maskFile = await maskFileOf(values.mask, sourcePath, frames.media);
  const path = resolve(sourcePath);
  const recipe: TakeRecipe = {
    settings,
    source: { ...frames, sourceId: null, assetId: await contentHash(path), name: basename(path), place: path },
    drawingAssetId: null,
    maskId: null,
    maskFile,
    model: { id: basename(modelFolder), title: '', hash: '', ...(await portableSet(modelFolder)) },
    provider: '',
    studioVersion,
  };
  return { recipe, places: { modelFolder, provider, sourcePath: path, maskPath: maskFile?.place } };
}

async function makeTake(
  sourcePath: string,
  inputs: TakeInputs,
  values: TakeOptionValues,
  console: Console,
): Promise<void> {
  const { settings, modelFolder } = inputs;
  const format = oneOf('format', values.format, exportFormatNames);
  const quality = oneOf('quality', values.quality, exportQualities);
  const path = resolve(sourcePath);
  const out = resolve(
    typeof values.out === 'string'
      ? values.out
      : `${basename(path, extname(path))}-take${exportFormats[format].extension}`,
  );
  const { recipe, places } = await plannedTake(sourcePath, inputs, values);
  for (const note of await promptNotes(modelFolder, settings)) console.note('warning', note);
  const jobFolder = typeof values.keepJob === 'string' ? resolve(values.keepJob) : undefined;
  const isEdit = settings.task === 'edit';
  const job = jobOfRecipe(recipe, { id: 'take', folder: jobFolder ?? '', previews: false, ...places });
  const { width = 512, height = 512 } = (await readManifest(modelFolder)) ?? {};
  const canvas = Math.max(settings.width ?? width, settings.height ?? height);
  for (const note of await subjectNotes(job, canvas)) console.note('warning', note);
  const outcome = await runTake(
    {
      ...{ job, jobFolder, out, format, quality },
      ...(isEdit ? { soundOf: job.source } : {}),
      ...(isEdit && values.wholeClip === true ? { writeVideo: spliceIntoClip(job.source) } : {}),
    },
    console,
  );
  const recipePath = await takeFilePathFor(outcome.path);
  const output = { path: basename(outcome.path), format, quality };
  await writeTakeFile(recipePath, takeFileFrom(dirname(recipePath), recipe, outcome.result, output));
  report(outcome, recipePath, console);
}

function report({ result, path, sizeBytes }: TakeOutcome, recipePath: string, console: Console): void {
  const seconds = result.frameCount / result.framesPerSecond;
  console.result(
    [
      `${path} (${result.frameCount} frames, ${result.width}×${result.height}, ${seconds.toFixed(2)} s, ${byteCount(sizeBytes)})`,
      `Made in ${result.seconds.toFixed(1)} s by ${result.modelName} on ${result.provider}. Recipe: ${recipePath}`,
    ].join('\n'),
    { path, recipe: recipePath, sizeBytes, ...result },
  );
}

/** The mask as a recipe's file; null where the source's own transparency is the mask. */
async function maskFileOf(
  given: TakeOptionValues[string],
  source: string,
  media: 'picture' | 'clip',
): Promise<TakeRecipe['maskFile']> {
  if (given === 'alpha') return null;
  if (typeof given === 'string') {
    const found = await stat(given).catch(() => undefined);
    if (!found)
      throw new StudioError('file-missing', `There is no mask ${given}.`, {
        hint: 'Make one: magdiff mask PICTURE --box X,Y,WIDTH,HEIGHT.',
      });
    const place = resolve(given);
    return { kind: found.isDirectory() ? 'folder' : 'file', assetId: await contentHash(place), place };
  }
  const { hasAlpha } = await probeMedia(source);
  if (hasAlpha && (media === 'clip' || (await readPicture(source)).hasAlpha)) return null;
  throw new StudioError('usage', `${source} has no transparency to tell the subject by, so --mask is needed.`, {
    hint: 'Make one: magdiff mask PICTURE --box X,Y,WIDTH,HEIGHT --out mask.png.',
  });
}

/** One of a closed list of names, or a usage error that lists them. */
export function oneOf<Name extends string>(flag: string, value: unknown, names: readonly Name[]): Name {
  const found = names.find((name) => name === value);
  if (found === undefined)
    throw new StudioError('usage', `--${flag} takes one of ${names.join(', ')}, not "${String(value)}".`);
  return found;
}
