import { stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { StudioError } from '../../models/errors/studioError.ts';
import { readManifest } from '../../models/families/families.ts';
import { exportFormatNames, exportFormats } from '../contract/jobs.ts';
import { providerNames, type TakeSettings } from '../contract/takeSettings.ts';
import type { MaskInput, ProviderName } from '../engine/engineProtocol.ts';
import { probeMedia } from '../media/probeMedia.ts';
import { readPicture } from '../media/readPicture.ts';
import { byteCount, type Console } from './console.ts';
import { looseFilesFolder } from './models/looseFiles.ts';
import { findModelFolder } from './models/modelFolders.ts';
import { runTake, type TakeOutcome, type TakeRun } from './runTake.ts';
import { spliceIntoClip } from './spliceIntoClip.ts';
import { numberOption, settingsFrom, type TakeOptionValues } from './takeOptions.ts';
import {
  readRecipe,
  recipePathFor,
  referenceTo,
  resolveReference,
  type TakeRecipe,
  writeRecipe,
} from './takeRecipe.ts';

const qualities = ['draft', 'good', 'best'] as const;

/** `magdiff generate PICTURE`: a video of the picture's subject. */
export async function generateCommand(picture: string, values: TakeOptionValues, console: Console): Promise<void> {
  const modelFolder = await modelFolderFrom(values);
  const settings = await settingsFrom('generate', await withModelDefaults(values, modelFolder));
  const facts = await probeMedia(picture);
  const at = numberOption(values, 'at');
  const isFrame = facts.kind === 'clip';
  const mask = await maskInput(values.mask, picture, isFrame);
  await makeTake(
    {
      kind: 'generate',
      picture: resolve(picture),
      ...(isFrame ? { pictureTimeSeconds: at ?? 0 } : {}),
      mask,
      settings,
    },
    { source: picture, modelFolder },
    values,
    console,
  );
}

/** `magdiff edit CLIP`: the clip, changed where its mask allows. */
export async function editCommand(clip: string, values: TakeOptionValues, console: Console): Promise<void> {
  const modelFolder = await modelFolderFrom(values);
  const settings = await settingsFrom('edit', await withModelDefaults(values, modelFolder));
  const facts = await probeMedia(clip);
  const startSeconds = numberOption(values, 'start') ?? 0;
  const endSeconds = numberOption(values, 'end') ?? facts.durationSeconds;
  const mask = await maskInput(values.mask, clip, false);
  await makeTake(
    { kind: 'edit', clip: resolve(clip), startSeconds, endSeconds, mask, settings },
    { source: clip, modelFolder },
    values,
    console,
  );
}

/** The model that the options name: loose files put together, a folder, an installed one's name, or the bundled one. */
const modelFolderFrom = async (values: TakeOptionValues): Promise<string> =>
  (await looseFilesFolder(values)) ?? findModelFolder(typeof values.model === 'string' ? values.model : undefined);

/** Fills in what the model was made for where the options leave it open. */
async function withModelDefaults(values: TakeOptionValues, modelFolder: string): Promise<TakeOptionValues> {
  if (values.sampler !== undefined) return values;
  return { ...values, sampler: (await readManifest(modelFolder))?.sampler };
}

type TakeInputs =
  | { kind: 'generate'; picture: string; pictureTimeSeconds?: number; mask: MaskInput; settings: TakeSettings }
  | { kind: 'edit'; clip: string; startSeconds: number; endSeconds: number; mask: MaskInput; settings: TakeSettings };

async function makeTake(
  inputs: TakeInputs,
  { source, modelFolder }: { source: string; modelFolder: string },
  values: TakeOptionValues,
  console: Console,
): Promise<void> {
  const format = oneOf('format', values.format, exportFormatNames);
  const quality = oneOf('quality', values.quality, qualities);
  const provider = values.provider === undefined ? undefined : oneOf('provider', values.provider, providerNames);
  const out = resolve(
    typeof values.out === 'string'
      ? values.out
      : `${basename(source, extname(source))}-take${exportFormats[format].extension}`,
  );
  const run: TakeRun = {
    job: { ...inputs, modelFolder, provider },
    jobFolder: typeof values.keepJob === 'string' ? resolve(values.keepJob) : undefined,
    out,
    format,
    quality,
    ...(inputs.kind === 'edit' ? { sound: { path: inputs.clip, startSeconds: inputs.startSeconds } } : {}),
  };
  const whole = values.wholeClip === true && inputs.kind === 'edit';
  const outcome = await runTake(whole ? { ...run, writeVideo: spliceIntoClip(inputs) } : run, console);
  const recipePath = await recipePathFor(outcome.path);
  await writeRecipe(recipePath, await recipeOf(inputs, run, outcome, dirname(recipePath)));
  report(outcome, recipePath, console);
}

async function recipeOf(inputs: TakeInputs, run: TakeRun, outcome: TakeOutcome, folder: string): Promise<TakeRecipe> {
  const { result } = outcome;
  const mask =
    inputs.mask.kind === 'file' || inputs.mask.kind === 'folder'
      ? { kind: inputs.mask.kind, file: await referenceTo(inputs.mask.path, folder) }
      : ({ kind: 'alpha' } as const);
  return {
    format: 'magdiff-take',
    version: 1,
    inputs:
      inputs.kind === 'generate'
        ? {
            kind: 'generate',
            picture: await referenceTo(inputs.picture, folder),
            ...(inputs.pictureTimeSeconds === undefined ? {} : { pictureTimeSeconds: inputs.pictureTimeSeconds }),
          }
        : {
            kind: 'edit',
            clip: await referenceTo(inputs.clip, folder),
            startSeconds: inputs.startSeconds,
            endSeconds: inputs.endSeconds,
          },
    mask,
    settings: inputs.settings,
    model: { name: result.modelName, folder: basename(run.job.modelFolder), hash: result.modelHash },
    provider: oneOf('provider', result.provider, providerNames),
    result: {
      framesSha256: result.framesSha256,
      frameCount: result.frameCount,
      width: result.width,
      height: result.height,
      frameRate: result.frameRate,
    },
    output: { path: basename(outcome.path), format: run.format, quality: run.quality },
  };
}

/** `magdiff remake take.json`: the same frames again, or a failure that says they differ. */
export async function remakeCommand(path: string, values: TakeOptionValues, console: Console): Promise<void> {
  const recipe = await readRecipe(path);
  const folder = dirname(resolve(path));
  const { inputs, settings } = recipe;
  const mask: MaskInput =
    recipe.mask.kind === 'alpha'
      ? { kind: 'alpha' }
      : { kind: recipe.mask.kind, path: await resolveReference(recipe.mask.file, folder) };
  const modelFolder = await findModelFolder(typeof values.model === 'string' ? values.model : recipe.model.folder);
  const provider: ProviderName = recipe.provider;
  const take: TakeInputs =
    inputs.kind === 'generate'
      ? {
          kind: 'generate',
          picture: await resolveReference(inputs.picture, folder),
          ...(inputs.pictureTimeSeconds === undefined ? {} : { pictureTimeSeconds: inputs.pictureTimeSeconds }),
          mask,
          settings,
        }
      : {
          kind: 'edit',
          clip: await resolveReference(inputs.clip, folder),
          startSeconds: inputs.startSeconds,
          endSeconds: inputs.endSeconds,
          mask,
          settings,
        };
  const { format, quality, path: name } = recipe.output;
  const stem = basename(name, extname(name));
  const out = resolve(
    typeof values.out === 'string' ? values.out : join(folder, `${stem}-remade${exportFormats[format].extension}`),
  );
  const outcome = await runTake(
    {
      job: { ...take, modelFolder, provider },
      out,
      format,
      quality,
      ...(take.kind === 'edit' ? { sound: { path: take.clip, startSeconds: take.startSeconds } } : {}),
    },
    console,
  );
  const { result } = outcome;
  if (result.modelHash !== recipe.model.hash) {
    throw new StudioError('conflict', `The model in ${modelFolder} is not the one the take was made with.`, {
      hint: 'Give the original model with --model.',
      details: { expected: recipe.model.hash, found: result.modelHash },
    });
  }
  if (result.framesSha256 !== recipe.result.framesSha256) {
    throw new StudioError('conflict', 'The frames came out differently from the recipe’s.', {
      hint: 'Another processor or runtime rounds differently; the video was written all the same.',
      details: { expected: recipe.result.framesSha256, found: result.framesSha256 },
    });
  }
  console.result(
    `The same ${result.frameCount} frames again (SHA-256 ${result.framesSha256.slice(0, 16)}…): ${outcome.path}`,
    {
      path: outcome.path,
      framesSha256: result.framesSha256,
      identical: true,
    },
  );
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

async function maskInput(given: TakeOptionValues[string], source: string, sourceIsFrame: boolean): Promise<MaskInput> {
  if (given === 'alpha') return { kind: 'alpha' };
  if (typeof given === 'string') {
    const found = await stat(given).catch(() => undefined);
    if (!found)
      throw new StudioError('file-missing', `There is no mask ${given}.`, {
        hint: 'Make one: magdiff mask PICTURE --box X,Y,WIDTH,HEIGHT.',
      });
    return { kind: found.isDirectory() ? 'folder' : 'file', path: resolve(given) };
  }
  const facts = await probeMedia(source);
  const hasAlpha = facts.hasAlpha && (sourceIsFrame || facts.kind === 'clip' || (await readPicture(source)).hasAlpha);
  if (hasAlpha) return { kind: 'alpha' };
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
