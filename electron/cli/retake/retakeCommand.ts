import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { StudioError } from '../../../models/errors/studioError.ts';
import { exportFormatNames, exportFormats, exportQualities } from '../../contract/exportFormats.ts';
import type { RetakePart } from '../../contract/retake.ts';
import type { MadeTake, TakeRecipe } from '../../contract/takeRecipe.ts';
import { providerNames } from '../../contract/takeSettings.ts';
import { jobOfRecipe } from '../../engine/jobOfRecipe.ts';
import { studioVersion } from '../../services/studioPlaces.ts';
import type { Console } from '../console.ts';
import { recipeModelFolder } from '../models/recipeModel.ts';
import { type FoundTake, foundTake } from '../takes/foundTake.ts';
import { runTake } from '../takes/runTake.ts';
import { oneOf } from '../takes/takeCommands.ts';
import { contentHash, takeFileFrom, takeFilePathFor, writeTakeFile } from '../takes/takeFiles.ts';
import { numberOption, type TakeOptionValues } from '../takes/takeOptions.ts';
import { ownFrames } from './baseFrames.ts';

/** `magdiff retake`: a range of a take's frames, or a region of them, made anew; everything else of it stays, to the pixel. */
export async function retakeCommand(path: string, values: TakeOptionValues, console: Console): Promise<void> {
  const found = await foundTake(path, values);
  const { recipe: earlier } = found.take;
  const modelFolder = await recipeModelFolder(earlier, values);
  const machine = { modelFolder, provider: providerNames.find((name) => name === earlier.provider) };
  const format = oneOf('format', values.format, exportFormatNames);
  const quality = oneOf('quality', values.quality, exportQualities);
  const recipe = await retakeRecipe(found, values);
  const frames = await ownFrames(found, machine, values, console);
  try {
    const job = jobOfRecipe(recipe, {
      ...{ id: 'take', folder: '', previews: false, ...machine, framePaths: frames.paths },
      ...{ sourcePath: found.sourcePath, maskPath: found.maskPath, drawing: found.drawing },
      regionPath: recipe.retake?.regionFile?.place,
    });
    const out = resolve(
      typeof values.out === 'string'
        ? values.out
        : join(found.folder, `${found.name}-retake${exportFormats[format].extension}`),
    );
    const jobFolder = typeof values.keepJob === 'string' ? resolve(values.keepJob) : undefined;
    const soundOf = recipe.settings.task === 'edit' ? job.source : undefined;
    const { result, path: written } = await runTake({ job, jobFolder, out, format, quality, soundOf }, console);
    const recipePath = await takeFilePathFor(written);
    const take = takeFileFrom(dirname(recipePath), recipe, result, { path: basename(written), format, quality });
    await writeTakeFile(recipePath, {
      ...take,
      drawing: found.drawing,
      bases: [madeTake(found), ...(found.take.bases ?? [])],
    });
    const { firstFrame, endFrame } = recipe.retake;
    const where = recipe.retake.regionFile ? ', in its region' : '';
    console.result(
      `${written}: frames ${firstFrame} to ${endFrame - 1} of ${result.frameCount} made anew${where}. Recipe: ${recipePath}`,
      { path: written, recipe: recipePath, ...result },
    );
  } finally {
    await frames.dispose();
  }
}

/** The recipe of the retake that the options ask for. */
async function retakeRecipe(
  { take, name, sourcePath, maskPath }: FoundTake,
  values: TakeOptionValues,
): Promise<TakeRecipe & { retake: RetakePart }> {
  const { recipe, result } = take;
  const firstFrame = frameOption(values, 'from') ?? 0;
  const endFrame = frameOption(values, 'to') ?? result.frameCount;
  if (!(firstFrame >= 0 && endFrame > firstFrame && endFrame <= result.frameCount))
    throw new StudioError(
      'usage',
      `${name} has frames 0 to ${result.frameCount - 1}; ${firstFrame} up to ${endFrame} are none of them.`,
      {
        hint: `For example --from 0 --to ${result.frameCount}.`,
      },
    );
  const regionFile = typeof values.region === 'string' ? await regionOf(values.region) : null;
  if (!regionFile && firstFrame === 0 && endFrame === result.frameCount)
    throw new StudioError('usage', 'A retake of every frame everywhere is another take.', {
      hint: 'Give --from and --to, or --region; or make a take anew with generate or edit.',
    });
  const { seed, prompt } = recipe.settings;
  return {
    ...recipe,
    settings: {
      ...recipe.settings,
      prompt: typeof values.prompt === 'string' ? values.prompt : prompt,
      seed: numberOption(values, 'seed') ?? Math.floor(Math.random() * 2 ** 32),
    },
    source: { ...recipe.source, place: sourcePath },
    maskFile: recipe.maskFile && maskPath !== undefined ? { ...recipe.maskFile, place: maskPath } : recipe.maskFile,
    studioVersion,
    retake: {
      ...{ takeId: null, name, framesSha256: result.framesSha256, framesAssetId: null },
      ...{ firstFrame, endFrame, regionAssetId: null, regionFile },
      motion: recipe.retake?.motion ?? { prompt, seed },
    },
  };
}

function frameOption(values: TakeOptionValues, name: 'from' | 'to'): number | undefined {
  const frame = numberOption(values, name);
  if (frame === undefined || Number.isInteger(frame)) return frame;
  throw new StudioError('usage', `--${name} wants a frame's number, not "${String(values[name])}".`);
}

async function regionOf(given: string): Promise<RetakePart['regionFile']> {
  const found = await stat(given).catch(() => undefined);
  if (!found)
    throw new StudioError('file-missing', `There is no region ${given}.`, {
      hint: 'Give a picture of the take’s shape, white where frames may change.',
    });
  const place = resolve(given);
  return { kind: found.isDirectory() ? 'folder' : 'file', assetId: await contentHash(place), place };
}

/** The earlier take as the new one's file names it. */
function madeTake({ take: { recipe, drawing, region, result } }: FoundTake): MadeTake {
  return { recipe, drawing, result, ...(region ? { region } : {}) };
}
