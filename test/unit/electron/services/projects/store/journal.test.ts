import { appendFile, mkdir, mkdtemp, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DocumentDiff } from '../../../../../../electron/contract/documentDiff.ts';
import type { DocumentRecord } from '../../../../../../electron/contract/records.ts';
import { JournalWriter } from '../../../../../../electron/services/projects/store/journalWriter.ts';
import { readJournal, replayJournal } from '../../../../../../electron/services/projects/store/readJournal.ts';
import { squareMask } from '../../../../../fixtures/maskRecords.ts';
import { clipRecord } from '../../../../../fixtures/projectRecords.ts';
import { temporaryFiles } from '../../../../../fixtures/temporaryFiles.ts';

const root = temporaryFiles().folder;
let folder: string;
let path: string;
let writer: JournalWriter;

const adding = (...added: DocumentRecord[]): DocumentDiff => ({ added, updated: [], removed: [] });
const marker = (id: string, label = id): DocumentRecord => ({
  kind: 'marker',
  id,
  frameIndex: 1,
  label,
  colour: 'red',
});
const add = (id: string, label?: string): DocumentDiff => adding(marker(id, label));

async function replayed(from = 0): Promise<{ ids: string[]; sequence: number; lost: number }> {
  const records = new Map<string, DocumentRecord>();
  const result = replayJournal(records, from, await readJournal(path));
  return { ids: [...records.keys()].sort(), ...result };
}

beforeEach(async () => {
  folder = await mkdtemp(join(root, 'journal-'));
  path = join(folder, 'journal.ndjson');
  writer = await JournalWriter.open(path, 0, 0);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await writer.close();
});

/** Lets the file system refuse writes after a number of bytes, as a disk that fills does. */
async function fillDisk(roomBytes: number): Promise<{ free: () => void }> {
  const handle = await open(path, 'r');
  const prototype: { appendFile: (data: Buffer) => Promise<void> } = Object.getPrototypeOf(handle);
  await handle.close();
  const whole = prototype.appendFile;
  const spy = vi.spyOn(prototype, 'appendFile').mockImplementation(async function (this: unknown, data: Buffer) {
    await whole.call(this, data.subarray(0, roomBytes));
    throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
  });
  return { free: () => spy.mockRestore() };
}

describe('a journal', () => {
  it('numbers changes in their order and reads them again', async () => {
    const numbers = await Promise.all(['a', 'b', 'c'].map((id) => writer.append(add(id))));
    expect(numbers).toEqual([1, 2, 3]);
    expect(await replayed()).toEqual({ ids: ['a', 'b', 'c'], sequence: 3, lost: 0 });
    expect((await replayed(2)).ids).toEqual(['c']);
  });

  it('of an earlier version, without checksums, is read', async () => {
    await writeFile(
      path,
      ['a', 'b'].map((id, at) => `${JSON.stringify({ sequence: at + 1, diff: add(id) })}\n`).join(''),
    );
    expect(await replayed()).toEqual({ ids: ['a', 'b'], sequence: 2, lost: 0 });
  });

  it('acknowledges nothing that a full disk refused, and everything after it is freed', async () => {
    await writer.append(add('a'));
    const disk = await fillDisk(40);
    await expect(writer.append(add('b'))).rejects.toMatchObject({ code: 'disk-full' });
    await expect(writer.append(add('c'))).rejects.toMatchObject({ code: 'disk-full' });
    disk.free();
    expect(await writer.append(add('d'))).toBe(2);
    expect(await replayed()).toEqual({ ids: ['a', 'd'], sequence: 2, lost: 0 });
  });

  it('whose half line nobody cut off gives up that line alone', async () => {
    await writer.append(add('a'));
    await writer.close();
    const line = await readFile(path, 'utf8');
    await appendFile(path, line.slice(0, 60));
    await appendFile(path, `${JSON.stringify({ sequence: 3, diff: add('c') })}\n`);
    expect(await replayed()).toEqual({ ids: ['a', 'c'], sequence: 3, lost: 1 });
    writer = await JournalWriter.open(join(folder, 'other'), 0, 0);
  });

  it('loses one change to a flipped bit, wherever it is, and says so', async () => {
    const ids = ['a', 'b', 'c', 'd', 'e'];
    for (const id of ids) await writer.append(add(id));
    const whole = await readFile(path);
    for (let at = 0; at < whole.length; at += 7) {
      const flipped = Buffer.from(whole);
      flipped[at] = (flipped[at] ?? 0) ^ 4;
      await writeFile(path, flipped);
      const { ids: kept, lost } = await replayed();
      expect([kept.length, lost], `byte ${at}`).toEqual(kept.length === 5 ? [5, 0] : [4, 1]);
    }
  });

  it('brings back behind a damaged place only what stands alone', async () => {
    const clip = clipRecord('clip');
    const mask = squareMask('clip', { x: 1, y: 1, side: 4 });
    await writer.append(adding(clip));
    await writer.append(adding(...mask.slice(0, 1)));
    await writer.append(adding(...mask.slice(1)));
    await writer.append(add('z'));
    const lines = (await readFile(path, 'utf8')).split('\n');
    lines[1] = (lines[1] ?? '').replace('mask', 'musk');
    await writeFile(path, lines.join('\n'));
    expect(await replayed()).toEqual({ ids: ['clip', 'z'], sequence: 4, lost: 2 });
  });

  it('keeps what was written while its beginning was folded, and loses no write to that', async () => {
    await Promise.all(['a', 'b'].map((id) => writer.append(add(id))));
    const folded = writer.sizeBytes;
    const writes: Promise<number>[] = [];
    for (let round = 0; round < 40; round++) {
      writes.push(writer.append(add(`r${round}`)));
      if (round === 20) writes.push(writer.dropFirst(folded).then(() => 0));
      if (round % 7 === 0) await new Promise((done) => setImmediate(done));
    }
    await Promise.all(writes);
    const { ids, sequence } = await replayed();
    expect([ids.length, sequence]).toEqual([40, 42]);
    await writer.dropFirst(writer.sizeBytes);
    expect(await writer.append(add('last'))).toBe(43);
    expect((await replayed(42)).ids).toEqual(['last']);
  });

  it('refuses when its folder is gone, and goes on when it is back', async () => {
    const moved = `${folder}-moved`;
    await rename(folder, moved);
    await expect(writer.append(add('a'))).rejects.toMatchObject({ code: 'file-missing' });
    await mkdir(folder);
    await expect(writer.append(add('b'))).rejects.toMatchObject({ code: 'file-missing' });
    await rm(folder, { recursive: true });
    await rename(moved, folder);
    expect(await writer.append(add('c'))).toBe(1);
    expect((await replayed()).ids).toEqual(['c']);
  });
});
