import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { StudioError } from '../../../models/errors/studioError.ts';
import type { MadeTake } from '../../contract/takeRecipe.ts';
import { EngineHost } from '../../engine/engineHost.ts';
import { frameFileOf } from '../../engine/frameFiles.ts';
import { jobOfRecipe, type RecipePlaces } from '../../engine/jobOfRecipe.ts';
import { jobResult } from '../../engine/jobResult.ts';
import { readPicture } from '../../media/readPicture.ts';
import { cacheRoot } from '../../services/studioPlaces.ts';
import type { Console } from '../console.ts';
import type { FoundTake } from '../takes/foundTake.ts';
import { interruptible } from '../takes/interruptible.ts';
import type { TakeOptionValues } from '../takes/takeOptions.ts';

/** A take's own frames, lossless. */
export interface OwnFrames {
  readonly paths: readonly string[];
  /** Removes them where they were made for this alone. */
  dispose(): Promise<void>;
}

type Machine = Pick<RecipePlaces, 'modelFolder' | 'provider'>;
type Inputs = Pick<FoundTake, 'sourcePath' | 'maskPath' | 'regionPath'>;

const nothing = async (): Promise<void> => undefined;

/** What a retake's job needs beside what every take needs; nothing where the take is no retake. */
export async function baseOfRetake(
  found: FoundTake,
  machine: Machine,
  values: TakeOptionValues,
  console: Console,
): Promise<{ places: Pick<RecipePlaces, 'framePaths' | 'region' | 'regionPath'>; dispose(): Promise<void> }> {
  const { retake } = found.take.recipe;
  if (!retake) return { places: {}, dispose: nothing };
  const [base, ...before] = found.take.bases ?? [];
  const own = { region: found.take.region, regionPath: found.regionPath };
  if (found.framePaths && retake.framesAssetId) {
    const framePaths = await found.framePaths(retake.framesAssetId);
    return { places: { ...own, framePaths }, dispose: nothing };
  }
  const given = await givenFrames(values, retake.framesSha256);
  if (!given && !base)
    throw new StudioError(
      'file-missing',
      `The recipe has no way to the frames of ${retake.name}, which it was made from.`,
      {
        hint: 'Give them with --frames, a folder of PNG pictures.',
      },
    );
  const frames = given ?? (await makeAgain(base, before, found, machine, console));
  return { places: { ...own, framePaths: frames.paths }, dispose: frames.dispose };
}

/** A take's own frames: given, the project's, or made again from its recipe and checked by their hash. */
export async function ownFrames(
  found: FoundTake,
  machine: Machine,
  values: TakeOptionValues,
  console: Console,
): Promise<OwnFrames> {
  if (found.framePaths) return { paths: await found.framePaths(), dispose: nothing };
  const given = await givenFrames(values, found.take.result.framesSha256);
  if (given) return given;
  console.note(
    'base',
    `${found.name} is made again first, for its frames; --frames with a folder of them spares that.`,
  );
  return makeAgain(found.take, found.take.bases ?? [], found, machine, console);
}

/** The folder that --frames names, if the take's frames are what it holds. */
async function givenFrames({ frames }: TakeOptionValues, framesSha256: string): Promise<OwnFrames | undefined> {
  if (typeof frames !== 'string') return undefined;
  const { paths, sha256 } = await framesIn(resolve(frames));
  if (sha256 === framesSha256) return { paths, dispose: nothing };
  throw new StudioError('conflict', `The ${paths.length} pictures in ${frames} are not the take’s frames.`, {
    hint: 'Give the frames folder of its kept job, or its export as PNG pictures; or leave --frames out.',
  });
}

/** The pictures of a folder in order, and the hash of all their pixels, which recipes name frames by. */
export async function framesIn(folder: string): Promise<{ paths: readonly string[]; sha256: string }> {
  const names = await readdir(folder).catch(() => []);
  const paths = names
    .filter((name) => /\.png$/i.test(name))
    .sort()
    .map((name) => join(folder, name));
  const hash = createHash('sha256');
  for (const path of paths) hash.update((await readPicture(path)).data);
  return { paths, sha256: hash.digest('hex') };
}

/** Runs a take's recipe for its frames, and before it those of the takes that it was made from. */
async function makeAgain(
  { recipe, drawing, region, result: wanted }: MadeTake,
  [base, ...before]: readonly MadeTake[],
  inputs: Inputs,
  machine: Machine,
  console: Console,
): Promise<OwnFrames> {
  const earlier = recipe.retake && base ? await makeAgain(base, before, inputs, machine, console) : undefined;
  const folder = await mkdtemp(join(tmpdir(), 'magdiff-'));
  const dispose = (): Promise<void> => rm(folder, { recursive: true, force: true });
  const host = new EngineHost({ cacheFolder: cacheRoot() });
  try {
    const { sourcePath, maskPath, regionPath } = inputs;
    const job = jobOfRecipe(recipe, {
      ...{ id: 'base', folder, previews: false, ...machine, sourcePath, maskPath, drawing },
      ...{ framePaths: earlier?.paths, region, regionPath },
    });
    const result = await interruptible((signal) =>
      jobResult(host, job, signal, (news) => {
        if (news.type === 'progress') console.progress(news.progress);
      }),
    );
    if (result.framesSha256 !== wanted.framesSha256)
      throw new StudioError('conflict', 'The take that is to be changed came out differently from its recipe.', {
        hint: 'Another processor or runtime rounds differently: give its frames with --frames.',
      });
    const paths = Array.from({ length: result.frameCount }, (_, frame) => frameFileOf(result.framesFolder, frame));
    return { paths, dispose };
  } catch (cause) {
    await dispose();
    throw cause;
  } finally {
    await host.close();
    await earlier?.dispose();
  }
}
