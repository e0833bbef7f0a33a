import { existsSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import type { TakeFile } from '../../contract/takeRecipe.ts';
import { framePathsOf } from '../../services/projects/takeFrames.ts';
import { type TakeOnDisk, takeOfProject, takesOfProject } from '../../services/projects/takeOfProject.ts';
import { findInput, readTakeFile } from './takeFiles.ts';
import type { TakeOptionValues } from './takeOptions.ts';

/** A take to be made again or measured, its inputs found. */
export interface FoundTake {
  readonly take: TakeFile;
  /** Name for what is written. */
  readonly name: string;
  /** Where what is written goes unless told. */
  readonly folder: string;
  readonly sourcePath: string;
  readonly maskPath?: string | undefined;
  readonly drawing: TakeFile['drawing'];
  /** The region of a retake as a file, where it is one. */
  readonly regionPath?: string | undefined;
  /** A take's own frames by their list, and those of the take it was made from: a project has both. */
  readonly framePaths?: ((framesAssetId?: string) => Promise<string[]>) | undefined;
  /** Its latents, where a project kept them. */
  readonly latentsPath?: string | undefined;
}

/** The take that a recipe's file, or a project's folder with `--take`, means. @throws StudioError where an input is missing or has changed */
export const foundTake = (path: string, values: TakeOptionValues): Promise<FoundTake> =>
  existsSync(join(path, 'project.json')) ? inProject(path, values) : inFile(path, values);

async function inFile(path: string, values: TakeOptionValues): Promise<FoundTake> {
  const take = await readTakeFile(path);
  const folder = dirname(resolve(path));
  const { source, maskFile, retake } = take.recipe;
  const region = retake?.regionFile;
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
    regionPath: region ? await find(values.region, basename(region.place), region.place, region.assetId) : undefined,
  };
}

async function inProject(folder: string, values: TakeOptionValues): Promise<FoundTake> {
  const named = typeof values.take === 'string' ? values.take : undefined;
  return foundOnDisk(await takeOfProject(folder, named));
}

/** Every take of a project's folder. */
export const foundTakes = async (folder: string): Promise<readonly FoundTake[]> =>
  (await takesOfProject(folder)).map(foundOnDisk);

function foundOnDisk({ take, name, sourcePath, assets, framesAssetId, latentsPath }: TakeOnDisk): FoundTake {
  const framePaths = (list = framesAssetId) => framePathsOf(assets, list, name);
  return { take, name, folder: process.cwd(), sourcePath, drawing: take.drawing, framePaths, latentsPath };
}
