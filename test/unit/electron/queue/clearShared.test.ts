import { existsSync } from 'node:fs';
import { mkdir, readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { type Clearing, clearShared, keptMilliseconds, noteSent } from '../../../../electron/queue/clearShared.ts';
import { SharedFiles } from '../../../../electron/queue/sharedFiles.ts';
import { temporaryFiles } from '../../../fixtures/temporaryFiles.ts';

const files = temporaryFiles();
const now = Date.now();
let root: string;
let shared: SharedFiles;
let number = 0;

beforeEach(async () => {
  root = join(files.folder, `shared-${number++}`);
  shared = new SharedFiles(root);
  await shared.open();
});

/** Makes a file or folder as old as it would be after so many days without use. */
async function age(place: string, days: number): Promise<void> {
  const time = new Date(now - days * keptMilliseconds);
  for (const name of await readdir(shared.at(place)).catch((): string[] => []))
    await utimes(shared.at(`${place}/${name}`), time, time);
  await utimes(shared.at(place), time, time);
}

/** An input that was put there so many days ago. */
async function input(content: string, days: number): Promise<string> {
  const path = join(files.folder, `${number}-${content}.png`);
  await writeFile(path, content);
  const place = await shared.put(path);
  await age(place, days);
  return place;
}

/** A job that was sent so many days ago. */
async function job(id: string, inputs: string[], days: number, place = 'own'): Promise<void> {
  await noteSent(shared, id, { place, queue: 'queue-1', inputs });
  await age(`jobs/${id}`, days);
}

const clear = (known: string[], more: Partial<Clearing> = {}) =>
  clearShared(shared, { place: 'own', now, knows: async (_, jobId) => known.includes(jobId), ...more });

it('takes away inputs that no job needs once they were not used for a day', async () => {
  const [old, young] = [await input('old', 2), await input('young', 0.5)];
  expect(await clear([])).toEqual([old]);
  expect([existsSync(shared.at(old)), existsSync(shared.at(young))]).toEqual([false, true]);
});

it('keeps what a job needs for as long as its queue knows the job, and takes both away after that', async () => {
  const place = await input('needed', 40);
  await job('waiting', [place], 40);
  expect(await clear(['waiting'])).toEqual([]);
  expect(await clear([], { knows: () => Promise.reject(new Error('lost')) })).toEqual([]);
  expect(await clear([])).toEqual(['jobs/waiting', place]);
});

it('keeps a job that somebody works at, whatever the queue says', async () => {
  const place = await input('worked', 3);
  await job('running', [place], 3);
  await writeFile(shared.at('jobs/running/latents'), 'step 12');
  expect(await clear([])).toEqual([]);
});

it('leaves jobs of another server’s queue for a month', async () => {
  const place = await input('theirs', 20);
  await job('theirs', [place], 20, 'another');
  expect(await clear([])).toEqual([]);
  await age('jobs/theirs', 31);
  expect(await clear([])).toEqual(['jobs/theirs', place]);
});

it('an input that is asked for again counts as used anew', async () => {
  const place = await input('again', 5);
  const { mtimeMs } = await stat(shared.at(place));
  await shared.put(join(files.folder, `${number}-again.png`));
  expect(await clear([])).toEqual([]);
  // Engines know by its time of change that it is what they have encoded.
  expect((await stat(shared.at(place))).mtimeMs).toBe(mtimeMs);
  expect(await shared.hasAll([place])).toBe(true);
});

it('never touches what it did not put there', async () => {
  await writeFile(join(root, 'notes.txt'), 'mine');
  await mkdir(join(root, 'assets', 'holiday'));
  await writeFile(join(root, 'assets', 'photo.jpg'), 'mine');
  await mkdir(join(root, 'jobs', 'other-program'));
  await writeFile(join(root, 'jobs', 'other-program', 'data'), 'mine');
  for (const place of ['notes.txt', 'assets/holiday', 'assets/photo.jpg', 'jobs/other-program']) await age(place, 400);
  expect(await clear([])).toEqual([]);
  for (const place of ['notes.txt', 'assets/holiday', 'assets/photo.jpg', 'jobs/other-program/data'])
    expect(existsSync(join(root, place)), place).toBe(true);
});
