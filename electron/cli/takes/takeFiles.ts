import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import { StudioError } from '../../../models/errors/studioError.ts';
import { writeFileAtomic } from '../../../models/files/atomicFile.ts';
import { parseBoundedJson } from '../../../models/files/boundedJson.ts';
import { type TakeFile, type TakeRecipe, takeFile } from '../../contract/takeRecipe.ts';
import type { TakeResult } from '../../engine/engineProtocol.ts';
import { madeRecipe } from '../../engine/jobOfRecipe.ts';
import { issueSentence } from './issueSentence.ts';
import { refuseAbsolutePlace } from './recipePlace.ts';
import { isFirstVersion, upgradeFirstVersion } from './takeFileMigration.ts';

const wayOut = { hint: 'Give the take.json that lies beside a video.' };

/** Larger files are no recipes; a drawing of thousands of strokes stays below. */
const largestBytes = 64 << 20;

/** Reads a take's file from a stranger: bounded, parsed, every fault a sentence; files of the first version are brought up to date. */
export async function readTakeFile(path: string): Promise<TakeFile> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) throw new StudioError('file-missing', `There is no recipe ${path}.`, wayOut);
  if (found.size > largestBytes)
    throw new StudioError('format-hostile', `${path} is ${found.size} bytes long, far too large for a recipe.`);
  let json: unknown;
  try {
    json = parseBoundedJson(await readFile(path, 'utf8'), path);
  } catch (cause) {
    if (cause instanceof StudioError) throw cause;
    throw new StudioError('format-damaged', `${path} is not valid JSON.`, { ...wayOut, cause });
  }
  const current = isFirstVersion(json) ? await upgradeFirstVersion(json, path) : json;
  const parsed = takeFile.safeParse(current);
  if (parsed.success) return parsed.data;
  throw new StudioError('format-damaged', `${path} is not a take's recipe: ${issueSentence(parsed.error)}.`, wayOut);
}

/**
 * Where the recipe of an output goes: `take.json` beside it, or `<name>.take.json` when the folder's take.json belongs to another
 * output.
 */
export async function takeFilePathFor(output: string): Promise<string> {
  const plain = join(dirname(output), 'take.json');
  const own = join(dirname(output), `${basename(output, extname(output))}.take.json`);
  try {
    const other = (await readTakeFile(plain)).output;
    return other && resolve(dirname(plain), other.path) === resolve(output) ? plain : own;
  } catch (error) {
    return error instanceof StudioError && error.code === 'file-missing' ? plain : own;
  }
}

/** A made take's file, to be written into `folder`: the recipe with what only the run could say, and the frames it led to. */
export function takeFileFrom(
  folder: string,
  recipe: TakeRecipe,
  made: TakeResult,
  output: TakeFile['output'],
): TakeFile {
  const { framesSha256, frameCount, width, height, framesPerSecond } = made;
  const titled = { ...recipe, model: { ...recipe.model, title: made.modelName } };
  return {
    ...{ format: 'magdiff-take', version: 2, recipe: placedIn(folder, madeRecipe(titled, made)), drawing: null },
    ...{ result: { framesSha256, frameCount, width, height, framesPerSecond }, output },
  };
}

/** Writes a take's file, atomically. */
export function writeTakeFile(path: string, take: TakeFile): Promise<void> {
  return writeFileAtomic(path, `${JSON.stringify(take, undefined, 2)}\n`);
}

/** A recipe with the places of its files relative to the folder it is written into. */
export function placedIn(folder: string, recipe: TakeRecipe): TakeRecipe {
  const from = (place: string): string => relative(folder, place) || '.';
  const { source, maskFile, retake } = recipe;
  const regionFile = retake?.regionFile && { ...retake.regionFile, place: from(retake.regionFile.place) };
  return {
    ...recipe,
    ...(retake && regionFile ? { retake: { ...retake, regionFile } } : {}),
    source: { ...source, place: source.place && from(source.place) },
    maskFile: maskFile && { ...maskFile, place: from(maskFile.place) },
  };
}

/**
 * The file or folder that a recipe means, found by its content: where it was, or under its name beside the recipe.
 * @throws StudioError `file-missing` where there is none, `conflict` where it has changed, `format-hostile` for a place that is absolute
 */
export async function findInput(
  folder: string,
  { name, place, assetId }: { name: string; place: string | null; assetId: string },
): Promise<string> {
  if (place) refuseAbsolutePlace(place, name);
  const places = [place, name].flatMap((found) => (found ? [resolve(folder, found)] : []));
  let changed: string | undefined;
  for (const path of places) {
    const hash = await contentHash(path).catch(() => undefined);
    if (hash === assetId) return path;
    if (hash !== undefined) changed ??= path;
  }
  if (changed !== undefined)
    throw new StudioError(
      'conflict',
      `${changed} has changed since the take was made, so the same frames cannot come of it.`,
      {
        hint: 'Put the original file back, or make a new take.',
      },
    );
  throw new StudioError('file-missing', `There is no file ${places[0] ?? name}.`, {
    hint: `Put ${name} beside the recipe, or give it with --source or --mask.`,
  });
}

/** SHA-256 of a file's bytes, or of a folder's PNG files in the order of their names. */
export async function contentHash(path: string): Promise<string> {
  const found = await stat(path);
  const files = found.isDirectory()
    ? (await readdir(path))
        .filter((name) => /\.png$/i.test(name))
        .sort()
        .map((name) => join(path, name))
    : [path];
  const hash = createHash('sha256');
  for (const file of files) for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest('hex');
}
