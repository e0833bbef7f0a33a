import { existsSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { StudioError } from '../../../models/errors/studioError.ts';
import type { MaskDrawing } from '../../../models/masks/maskDrawing.ts';
import { exportFormats } from '../../contract/exportFormats.ts';
import type { TakeFile } from '../../contract/takeRecipe.ts';
import { providerNames } from '../../contract/takeSettings.ts';
import { jobOfRecipe } from '../../engine/jobOfRecipe.ts';
import { takeOfProject } from '../../services/projects/takeOfProject.ts';
import type { Console } from '../console.ts';
import { findModelFolder } from '../models/modelFolders.ts';
import { runTake } from './runTake.ts';
import { findInput, readTakeFile } from './takeFiles.ts';
import type { TakeOptionValues } from './takeOptions.ts';

/** A take to be made again, its inputs found. */
interface FoundTake {
  readonly take: TakeFile;
  /** Name for what is written. */
  readonly name: string;
  /** Where what is written goes unless told. */
  readonly folder: string;
  readonly sourcePath: string;
  readonly maskPath?: string | undefined;
  readonly drawing: MaskDrawing | null;
}

/** `magdiff remake`: the same frames again, from a take.json or a project's take, or a failure that says they differ. */
export async function remakeCommand(path: string, values: TakeOptionValues, console: Console): Promise<void> {
  const found = existsSync(join(path, 'project.json')) ? await inProject(path, values) : await inFile(path, values);
  const { recipe, result: wanted, output } = found.take;
  const modelFolder = await findModelFolder(typeof values.model === 'string' ? values.model : recipe.model.id);
  const { sourcePath, maskPath, drawing } = found;
  const provider = providerNames.find((name) => name === recipe.provider);
  const job = jobOfRecipe(recipe, {
    ...{ id: 'take', folder: '', previews: false, modelFolder, provider },
    ...{ sourcePath, maskPath, drawing },
  });
  const { format, quality } = output ?? { format: 'mp4-h264', quality: 'good' };
  const out = resolve(
    typeof values.out === 'string'
      ? values.out
      : join(found.folder, `${found.name}-remade${exportFormats[format].extension}`),
  );
  const soundOf = recipe.settings.task === 'edit' ? job.source : undefined;
  const outcome = await runTake({ job, out, format, quality, soundOf }, console);
  const { result } = outcome;
  if (result.modelHash !== recipe.model.hash) {
    throw new StudioError('conflict', `The model in ${modelFolder} is not the one the take was made with.`, {
      hint: 'Give the original model with --model.',
      details: { expected: recipe.model.hash, found: result.modelHash },
    });
  }
  if (result.framesSha256 !== wanted.framesSha256) {
    throw new StudioError('conflict', 'The frames came out differently from the recipe’s.', {
      hint: 'Another processor or runtime rounds differently; the video was written all the same.',
      details: { expected: wanted.framesSha256, found: result.framesSha256 },
    });
  }
  console.result(`${outcome.path}: the same ${result.frameCount} frames, SHA-256 ${result.framesSha256}`, {
    path: outcome.path,
    framesSha256: result.framesSha256,
    identical: true,
  });
}

async function inFile(path: string, values: TakeOptionValues): Promise<FoundTake> {
  const take = await readTakeFile(path);
  const folder = dirname(resolve(path));
  const { source, maskFile } = take.recipe;
  const find = (given: TakeOptionValues[string], name: string, place: string | null, assetId: string) =>
    findInput(typeof given === 'string' ? resolve(given, '..') : folder, {
      name: typeof given === 'string' ? basename(given) : name,
      place: typeof given === 'string' ? null : place,
      assetId,
    });
  const video = take.output?.path ?? path;
  return {
    take,
    name: basename(video, extname(video)),
    folder,
    sourcePath: await find(values.source, source.name, source.place, source.assetId),
    maskPath: maskFile
      ? await find(values.mask, basename(maskFile.place), maskFile.place, maskFile.assetId)
      : undefined,
    drawing: take.drawing,
  };
}

async function inProject(folder: string, values: TakeOptionValues): Promise<FoundTake> {
  const named = typeof values.take === 'string' ? values.take : undefined;
  const { take, name, sourcePath } = await takeOfProject(folder, named);
  return { take, name, folder: process.cwd(), sourcePath, drawing: take.drawing };
}
