import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StudioError } from '../../../../models/errors/studioError.ts';
import { syncFolder, translateWriteError } from '../../../../models/files/atomicFile.ts';
import type { DocumentDiff } from '../../../contract/documentDiff.ts';
import { writeJournalLine } from './journalLine.ts';

interface Waiting {
  diff: DocumentDiff;
  onDisk: (sequence: number) => void;
  settle: (result: number | StudioError) => void;
}

/**
 * The open end of a journal. All that touches the file waits its turn, so that it is never closed, cut or replaced under a write. Lines
 * written together are synced together. A write that fails is cut off again before the next one; where that cannot be done, writes are
 * refused until it can.
 */
export class JournalWriter {
  readonly #path: string;
  #file: FileHandle;
  #waiting: Waiting[] = [];
  #turn: Promise<unknown> = Promise.resolve();
  #drainIsDue = false;
  #soundBytes: number;
  #sequence: number;
  /** Something may lie behind the sound bytes that was never acknowledged. */
  #isTorn = false;

  private constructor(path: string, file: FileHandle, soundBytes: number, sequence: number) {
    this.#path = path;
    this.#file = file;
    this.#soundBytes = soundBytes;
    this.#sequence = sequence;
  }

  /** Opens the journal for appending after its first `soundBytes` bytes, cutting off what follows. `sequence`: number of the last change. */
  static async open(path: string, soundBytes: number, sequence: number): Promise<JournalWriter> {
    try {
      const file = await open(path, 'a', 0o600);
      const writer = new JournalWriter(path, file, soundBytes, sequence);
      writer.#isTorn = (await file.stat()).size > soundBytes;
      await writer.#cutTornEnd();
      return writer;
    } catch (error) {
      throw translateWriteError(error, path);
    }
  }

  /** Bytes on disk of the changes acknowledged so far. */
  get sizeBytes(): number {
    return this.#soundBytes;
  }

  /**
   * Appends a change; resolves with its number when it is on disk. `onDisk` is called before that, in the order of the journal and in one
   * step with `sizeBytes`.
   * @throws StudioError `disk-full`, `file-unwritable`, `file-missing` where the project is no longer at its place
   */
  append(diff: DocumentDiff, onDisk: (sequence: number) => void = () => undefined): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({
        diff,
        onDisk,
        settle: (result) => (typeof result === 'number' ? resolve(result) : reject(result)),
      });
      if (this.#drainIsDue) return;
      this.#drainIsDue = true;
      void this.#inTurn(() => this.#writeWaiting());
    });
  }

  /** Takes the first `bytes` bytes off the journal: the changes in them are in project.json. Those written meanwhile stay. */
  dropFirst(bytes: number): Promise<void> {
    return this.#inTurn(async () => {
      try {
        await this.#cutTornEnd();
        if (bytes >= this.#soundBytes) {
          await this.#file.truncate(0);
          this.#soundBytes = 0;
        } else await this.#replaceBy(await this.#readFrom(bytes));
      } catch (error) {
        throw translateWriteError(error, this.#path);
      }
    });
  }

  /** @throws StudioError `file-missing` where another file, or none, is at the journal's place */
  async checkPlace(): Promise<void> {
    const [own, there] = await Promise.all([this.#file.stat(), stat(this.#path).catch(() => undefined)]);
    if (there === undefined || there.ino !== own.ino || there.dev !== own.dev)
      throw new StudioError(
        'file-missing',
        `The project is no longer at ${dirname(this.#path)}; nothing can be saved.`,
        {
          hint: 'Put its folder back in its place, and what you did last is saved.',
        },
      );
  }

  /** Waits for everything on its way. */
  close(): Promise<void> {
    return this.#inTurn(() => this.#file.close());
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    // The next in turn does not care how this one ended; who asked for it does.
    this.#turn = result.catch(() => undefined);
    return result;
  }

  async #writeWaiting(): Promise<void> {
    this.#drainIsDue = false;
    const batch = this.#waiting.splice(0);
    let bytes: Buffer;
    try {
      const lines = batch.map(({ diff }, index) => `${writeJournalLine(this.#sequence + index + 1, diff)}\n`);
      bytes = Buffer.from(lines.join(''));
      await this.#cutTornEnd();
      this.#isTorn = true;
      await this.#file.appendFile(bytes);
      await this.#file.datasync();
      await this.checkPlace();
      this.#isTorn = false;
    } catch (error) {
      const failure = translateWriteError(error, this.#path);
      await this.#cutTornEnd().catch(() => {
        // Tried again before the next write, which is refused until it succeeds.
      });
      for (const { settle } of batch) settle(failure);
      return;
    }
    this.#soundBytes += bytes.length;
    for (const { onDisk } of batch) onDisk(++this.#sequence);
    batch.forEach(({ settle }, index) => {
      settle(this.#sequence - batch.length + index + 1);
    });
  }

  async #cutTornEnd(): Promise<void> {
    if (!this.#isTorn) return;
    await this.#file.truncate(this.#soundBytes);
    await this.#file.datasync();
    this.#isTorn = false;
  }

  async #readFrom(start: number): Promise<Buffer> {
    const reader = await open(this.#path, 'r');
    try {
      const bytes = Buffer.alloc(this.#soundBytes - start);
      for (let done = 0; done < bytes.length; ) {
        const { bytesRead } = await reader.read(bytes, done, bytes.length - done, start + done);
        if (bytesRead === 0) throw new Error('the journal is shorter than what was written to it');
        done += bytesRead;
      }
      return bytes;
    } finally {
      await reader.close();
    }
  }

  async #replaceBy(bytes: Buffer): Promise<void> {
    const temporary = `${this.#path}.${randomBytes(6).toString('hex')}.new`;
    // Opened before it takes the place, so that there is no moment at which the journal cannot be written to.
    const next = await open(temporary, 'ax', 0o600);
    try {
      await next.appendFile(bytes);
      await next.datasync();
      await rename(temporary, this.#path);
    } catch (error) {
      await next.close();
      await rm(temporary, { force: true });
      throw error;
    }
    const old = this.#file;
    this.#file = next;
    this.#soundBytes = bytes.length;
    await old.close();
    await syncFolder(dirname(this.#path));
  }
}
