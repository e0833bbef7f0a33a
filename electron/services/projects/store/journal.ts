import { type FileHandle, open, readFile, truncate } from 'node:fs/promises';
import { codeOf, translateWriteError, writeFileAtomic } from '../../../../models/files/atomicFile.ts';
import type { DocumentDiff } from '../../../contract/documentDiff.ts';
import { journalLine } from '../../../contract/projectFile.ts';

/** A journal's content as far as it is whole. */
export interface JournalContent {
  lines: { sequence: number; diff: DocumentDiff }[];
  /** Bytes of whole lines; anything after is a torn or damaged tail. */
  soundBytes: number;
  totalBytes: number;
}

/** Reads a journal up to its first line that is torn (a crash in mid-write) or damaged. A missing file is an empty journal. */
export async function readJournal(path: string): Promise<JournalContent> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { lines: [], soundBytes: 0, totalBytes: 0 };
    throw error;
  }
  const content: JournalContent = { lines: [], soundBytes: 0, totalBytes: bytes.length };
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(10, start);
    if (end === -1) break;
    const line = parseLine(bytes.toString('utf8', start, end));
    if (!line) break;
    content.lines.push(line);
    content.soundBytes = end + 1;
    start = end + 1;
  }
  return content;
}

function parseLine(text: string): { sequence: number; diff: DocumentDiff } | undefined {
  try {
    const parsed = journalLine.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    // A half-written line is what a crash leaves; the caller cuts it off.
    return undefined;
  }
}

/** The open end of a journal. Lines written together are synced together; a returned promise means the line is on disk. */
export class JournalWriter {
  readonly #path: string;
  #file: FileHandle;
  #pending: { text: string; settle: (error?: unknown) => void }[] = [];
  #running: Promise<void> | undefined;
  #bytes: number;

  private constructor(path: string, file: FileHandle, bytes: number) {
    this.#path = path;
    this.#file = file;
    this.#bytes = bytes;
  }

  /** Opens the journal for appending after its first `soundBytes` bytes, cutting off what follows. */
  static async open(path: string, soundBytes: number): Promise<JournalWriter> {
    try {
      const file = await open(path, 'a');
      await truncate(path, soundBytes);
      return new JournalWriter(path, file, soundBytes);
    } catch (error) {
      throw translateWriteError(error, path);
    }
  }

  /** Bytes in the journal, those on their way included. */
  get sizeBytes(): number {
    return this.#bytes;
  }

  /** Appends a change; resolves when it is on disk. */
  append(sequence: number, diff: DocumentDiff): Promise<void> {
    const text = `${JSON.stringify({ sequence, diff })}\n`;
    this.#bytes += Buffer.byteLength(text);
    return new Promise((resolve, reject) => {
      this.#pending.push({ text, settle: (error) => (error === undefined ? resolve() : reject(error)) });
      this.#running ??= this.#drain();
    });
  }

  /** Waits for everything on its way, then empties the journal. */
  async clear(): Promise<void> {
    await this.#running;
    await this.#file.close();
    await writeFileAtomic(this.#path, '');
    this.#file = await open(this.#path, 'a');
    this.#bytes = 0;
  }

  async close(): Promise<void> {
    await this.#running;
    await this.#file.close();
  }

  async #drain(): Promise<void> {
    while (this.#pending.length > 0) {
      const batch = this.#pending.splice(0);
      let failure: unknown;
      try {
        await this.#file.appendFile(batch.map((entry) => entry.text).join(''));
        await this.#file.datasync();
      } catch (error) {
        failure = translateWriteError(error, this.#path);
      }
      for (const entry of batch) entry.settle(failure);
    }
    this.#running = undefined;
  }
}
