import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from '../../../models/files/atomicFile.ts';
import { parseBoundedJson } from '../../../models/files/boundedJson.ts';
import { errorOnWire } from '../../contract/errorOnWire.ts';
import { recordId } from '../../contract/identities.ts';
import { followRequest, jobStates } from '../../contract/jobs.ts';

/** What is kept of a job that follows, so that it outlives the studio: what was asked, for it is planned anew when it goes on. */
const followFile = z.object({
  id: recordId,
  createdAt: z.string(),
  state: z.enum(jobStates),
  error: errorOnWire.nullable(),
  request: followRequest,
});

/** See {@link followFile}. */
export type FollowFile = z.output<typeof followFile>;

/** Writes a job down in its folder. */
export async function keepFollow(folder: string, file: FollowFile): Promise<void> {
  await writeFileAtomic(join(folder, 'job.json'), JSON.stringify(file));
}

/** The jobs in a project's folder, oldest first; a folder whose job cannot be read is given with its name alone. */
export async function readKeptFollows(root: string): Promise<{ name: string; file: FollowFile | undefined }[]> {
  const names = await readdir(root).catch(() => []);
  const jobs = await Promise.all(names.map(async (name) => ({ name, file: await readFollow(join(root, name)) })));
  return jobs.sort((a, b) => ((a.file?.createdAt ?? '') < (b.file?.createdAt ?? '') ? -1 : 1));
}

async function readFollow(folder: string): Promise<FollowFile | undefined> {
  try {
    return followFile.safeParse(parseBoundedJson(await readFile(join(folder, 'job.json'), 'utf8'), 'a job')).data;
  } catch {
    // A torn job file means the job never properly began.
    return undefined;
  }
}
