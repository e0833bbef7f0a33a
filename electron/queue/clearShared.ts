import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { writeFileAtomic } from '../../models/files/atomicFile.ts';
import type { QueuePlace } from './queueAddress.ts';
import { inputPattern, jobPattern, type SharedFiles } from './sharedFiles.ts';

/** How long what no job needs stays, for the next one that may: a day. */
export const keptMilliseconds = 86_400_000;

/** How long a job of a queue that cannot be asked counts as one that may still be made: a month. */
const foreignMilliseconds = 30 * keptMilliseconds;

/** What lies in a job's folder, written by the studio that sent it: where it waits, and the inputs that it needs. */
const sentJob = z.object({
  version: z.literal(1),
  /** The queue's place as its label says it, and the model's queue there. */
  place: z.string(),
  queue: z.string(),
  inputs: z.array(z.string()),
});

/** See {@link sentJob}. */
export type SentJob = z.output<typeof sentJob>;

const sentName = 'sent.json';

/** Writes down what a job needs, before it is handed to its queue. */
export const noteSent = (shared: SharedFiles, jobId: string, job: Omit<SentJob, 'version'>): Promise<void> =>
  writeFileAtomic(shared.at(`jobs/${jobId}/${sentName}`), JSON.stringify({ version: 1, ...job }));

/** Who clears a shared folder. */
export interface Clearing {
  /** The label of the queue's place that can be asked. */
  readonly place: string;
  /** Whether a model's queue there still has a job, in whatever state. */
  knows(queue: string, jobId: string): Promise<boolean>;
  readonly now?: number;
}

/**
 * Takes away what nobody needs any more: folders of jobs that their queue does not know and that were not used for a day, and inputs that no
 * job names and that were not put there or asked for again for as long. What this program did not put there is left alone, as is every
 * folder of which it is not written down what it is for. Answers the places that were taken away.
 */
export async function clearShared(shared: SharedFiles, clearing: Clearing): Promise<readonly string[]> {
  const { now = Date.now() } = clearing;
  const gone: string[] = [];
  const needed = new Set<string>();
  for (const jobId of await namesIn(shared, 'jobs', jobPattern)) {
    const sent = await readSent(shared, jobId);
    if (!sent) continue;
    if (await isNeeded(shared, jobId, sent, { ...clearing, now })) for (const input of sent.inputs) needed.add(input);
    else gone.push(await remove(shared, `jobs/${jobId}`));
  }
  for (const name of await namesIn(shared, 'assets', inputPattern)) {
    const place = `assets/${name}`;
    if (!needed.has(place) && now - (await lastUse(shared, place)) > keptMilliseconds)
      gone.push(await remove(shared, place));
  }
  return gone;
}

/** {@link clearShared} for those who are connected to the queue's server. */
export async function clearOver(
  shared: SharedFiles,
  { label }: Pick<QueuePlace, 'label'>,
  connection: Redis,
): Promise<readonly string[]> {
  const queues = new Map<string, Queue>();
  const queueOf = (name: string): Queue => {
    const queue = queues.get(name) ?? new Queue(name, { connection });
    queue.on('error', () => undefined);
    queues.set(name, queue);
    return queue;
  };
  try {
    const knows = async (name: string, jobId: string) => (await queueOf(name).getJob(jobId)) !== undefined;
    return await clearShared(shared, { place: label, knows });
  } finally {
    for (const queue of queues.values()) await queue.close().catch(() => undefined);
  }
}

async function isNeeded(
  shared: SharedFiles,
  jobId: string,
  { place, queue }: SentJob,
  { now, knows, place: own }: Clearing & { readonly now: number },
): Promise<boolean> {
  const folder = `jobs/${jobId}`;
  const names = await readdir(shared.at(folder)).catch((): string[] => []);
  const places = [folder, ...names.map((name) => `${folder}/${name}`)];
  const uses = await Promise.all(places.map((place) => lastWritten(shared, place)));
  const idle = now - Math.max(...uses);
  if (idle <= keptMilliseconds) return true;
  // A queue that cannot be asked may still have it.
  return place === own ? knows(queue, jobId).catch(() => true) : idle <= foreignMilliseconds;
}

async function readSent(shared: SharedFiles, jobId: string): Promise<SentJob | undefined> {
  try {
    return sentJob.parse(JSON.parse(await readFile(shared.at(`jobs/${jobId}/${sentName}`), 'utf8')));
  } catch {
    // Not written down, or gone meanwhile: not ours to judge.
    return undefined;
  }
}

async function namesIn(shared: SharedFiles, folder: string, pattern: RegExp): Promise<string[]> {
  const names = await readdir(shared.at(folder)).catch((): string[] => []);
  return names.filter((name) => pattern.test(name));
}

/** When an input was last put there, read or asked for; one that is gone was used just now. */
const lastUse = (shared: SharedFiles, place: string): Promise<number> =>
  stat(shared.at(place)).then(
    ({ mtimeMs, atimeMs }) => Math.max(mtimeMs, atimeMs),
    () => Number.POSITIVE_INFINITY,
  );

/** When something was last written; what is gone was written just now. */
const lastWritten = (shared: SharedFiles, place: string): Promise<number> =>
  stat(shared.at(place)).then(
    ({ mtimeMs }) => mtimeMs,
    () => Number.POSITIVE_INFINITY,
  );

async function remove(shared: SharedFiles, place: string): Promise<string> {
  await rm(shared.at(place), { recursive: true, force: true });
  return place;
}
