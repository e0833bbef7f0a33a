import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from '../../../models/files/atomicFile.ts';
import { parseBoundedJson } from '../../../models/files/boundedJson.ts';
import { errorOnWire } from '../../contract/errorOnWire.ts';
import { recordId } from '../../contract/identities.ts';
import { jobStates } from '../../contract/jobs.ts';
import { newId } from '../../contract/newId.ts';
import { type TakeRecipe, takeRecipe } from '../../contract/takeRecipe.ts';

/** What is kept of a job in its folder, so that it outlives the studio. */
const jobFile = z.object({
  id: recordId,
  kind: z.enum(['generate', 'edit', 'decode']),
  label: z.string(),
  createdAt: z.string(),
  state: z.enum(jobStates),
  error: errorOnWire.nullable(),
  recipe: takeRecipe,
});

/** See {@link jobFile}. */
export type JobFile = z.output<typeof jobFile>;

/** Job files read at a time. */
const readAtOnce = 64;

/** A job at its beginning. */
export function newJob(kind: JobFile['kind'], label: string, recipe: TakeRecipe): JobFile {
  return { id: newId('job'), kind, label, createdAt: new Date().toISOString(), state: 'queued', error: null, recipe };
}

/** The take that a job makes: one and the same however often the job is run, so that no kill can double it. */
export function takeIdOf(jobId: string): string {
  return jobId.replace(/^job/, 'take');
}

/** Writes a job down in its folder. */
export async function keepJob(folder: string, file: JobFile): Promise<void> {
  await writeFileAtomic(join(folder, 'job.json'), JSON.stringify(file));
}

/** The jobs in a project's folder of jobs, oldest first; a folder whose job cannot be read is given with its name alone. */
export async function readKeptJobs(root: string): Promise<{ name: string; file: JobFile | undefined }[]> {
  const names = await readdir(root).catch(() => []);
  const jobs: { name: string; file: JobFile | undefined }[] = [];
  for (let at = 0; at < names.length; at += readAtOnce) {
    const some = names.slice(at, at + readAtOnce);
    jobs.push(...(await Promise.all(some.map(async (name) => ({ name, file: await readJob(join(root, name)) })))));
  }
  return jobs.sort((a, b) => ((a.file?.createdAt ?? '') < (b.file?.createdAt ?? '') ? -1 : 1));
}

async function readJob(folder: string): Promise<JobFile | undefined> {
  try {
    return jobFile.safeParse(parseBoundedJson(await readFile(join(folder, 'job.json'), 'utf8'), 'a job')).data;
  } catch {
    // A torn job file means the job never properly began.
    return undefined;
  }
}
