import { link, mkdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { StudioError } from '../../models/errors/studioError.ts';
import { takeSettings } from '../contract/takeSettings.ts';
import type { EngineJob, MaskInput } from '../engine/engineProtocol.ts';
import type { QueuedJob } from './queueProtocol.ts';
import type { SharedFiles } from './sharedFiles.ts';

/** A job ready for a queue, and the places of the inputs that it needs. */
export interface PackedJob {
  readonly queued: QueuedJob;
  readonly inputs: readonly string[];
}

/** Puts a job's files into the shared folder and says where they are there. */
export async function packJob(job: EngineJob, files: SharedFiles): Promise<PackedJob> {
  const inputs: string[] = [];
  const shared = {
    put: async (path: string): Promise<string> => {
      const place = await files.put(path);
      inputs.push(place);
      return place;
    },
    putFolder: async (path: string): Promise<Record<string, string>> => {
      const places = await files.putFolder(path);
      inputs.push(...Object.values(places));
      return places;
    },
  };
  const folders: Record<string, Record<string, string>> = {};
  const mask = async (input: MaskInput): Promise<MaskInput> => {
    if (input.kind === 'file') return { ...input, path: await shared.put(input.path) };
    if (input.kind !== 'folder') return input;
    const name = `masks ${Object.keys(folders).length + 1}`;
    folders[name] = await shared.putFolder(input.path);
    return { ...input, path: name };
  };
  const { folder: _folder, modelFolder: _model, source, retake, ...rest } = job;
  const framePaths: string[] = [];
  for (const path of retake?.framePaths ?? []) framePaths.push(await shared.put(path));
  const queued: QueuedJob = {
    version: 1,
    job: {
      ...rest,
      source: { ...source, path: await shared.put(source.path) },
      mask: await mask(job.mask),
      ...(retake ? { retake: { ...retake, framePaths, region: retake.region && (await mask(retake.region)) } } : {}),
    },
    folders,
  };
  return { queued, inputs };
}

/** The engine's job of a queued one, on a machine where the model is in `modelFolder`. @throws StudioError for one it cannot read */
export async function unpackJob(queued: QueuedJob, shared: SharedFiles, modelFolder: string): Promise<EngineJob> {
  // What a queue holds is anybody's: its settings are read as a page's are, and its id names a folder.
  const known = z.object({ id: z.string().regex(/^[\w-]{1,80}$/), settings: takeSettings }).safeParse(queued.job);
  if (queued.version !== 1 || !known.success)
    throw new StudioError('request-invalid', 'The queue holds a job of another version of the studio.', {
      hint: 'Bring the studio and its workers to the same version.',
    });
  const { folders } = queued;
  const job = { ...queued.job, ...known.data };
  const folder = shared.jobFolder(job.id);
  await mkdir(folder, { recursive: true });
  const mask = async (input: MaskInput): Promise<MaskInput> => {
    if (input.kind === 'file') return { ...input, path: shared.at(input.path) };
    if (input.kind !== 'folder') return input;
    return { ...input, path: await laidOut(join(folder, basename(input.path)), folders[input.path] ?? {}, shared) };
  };
  const { source, retake } = job;
  return {
    ...job,
    folder,
    modelFolder,
    source: { ...source, path: shared.at(source.path) },
    mask: await mask(job.mask),
    ...(retake
      ? {
          retake: {
            ...retake,
            framePaths: retake.framePaths.map((place) => shared.at(place)),
            region: retake.region && (await mask(retake.region)),
          },
        }
      : {}),
  };
}

/** A folder whose files are those of the shared folder, under the names they had. */
async function laidOut(folder: string, files: Readonly<Record<string, string>>, shared: SharedFiles): Promise<string> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const [name, place] of Object.entries(files)) await link(shared.at(place), join(folder, basename(name)));
  return folder;
}
