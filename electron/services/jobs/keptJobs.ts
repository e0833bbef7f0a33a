import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from '../../../models/files/atomicFile.ts';
import { parseBoundedJson } from '../../../models/files/boundedJson.ts';
import { errorOnWire } from '../../contract/errorOnWire.ts';
import { recordId } from '../../contract/identities.ts';
import { jobStates } from '../../contract/jobs.ts';

/** What is kept of every job in its folder, so that it outlives the studio. */
export const keptJob = z.object({
  id: recordId,
  createdAt: z.string(),
  state: z.enum(jobStates),
  error: errorOnWire.nullable(),
});

/** See {@link keptJob}. */
export type KeptJob = z.output<typeof keptJob>;

/** Job files read at a time. */
const readAtOnce = 64;

/** Writes a job down in its folder. */
export async function keepJob(folder: string, file: KeptJob): Promise<void> {
  await writeFileAtomic(join(folder, 'job.json'), JSON.stringify(file));
}

/** The jobs in a project's folder of jobs, oldest first; a folder whose job cannot be read is given with its name alone. */
export async function readKeptJobs<File extends KeptJob>(
  root: string,
  schema: z.ZodType<File>,
): Promise<{ name: string; file: File | undefined }[]> {
  const names = await readdir(root).catch(() => []);
  const jobs: { name: string; file: File | undefined }[] = [];
  for (let at = 0; at < names.length; at += readAtOnce) {
    const some = names.slice(at, at + readAtOnce);
    const read = some.map(async (name) => ({ name, file: await readJob(join(root, name), schema) }));
    jobs.push(...(await Promise.all(read)));
  }
  return jobs.sort((a, b) => ((a.file?.createdAt ?? '') < (b.file?.createdAt ?? '') ? -1 : 1));
}

async function readJob<File>(folder: string, schema: z.ZodType<File>): Promise<File | undefined> {
  try {
    return schema.safeParse(parseBoundedJson(await readFile(join(folder, 'job.json'), 'utf8'), 'a job')).data;
  } catch {
    // A torn job file means the job never properly began.
    return undefined;
  }
}
