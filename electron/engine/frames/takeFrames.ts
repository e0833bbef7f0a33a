import { createHash } from 'node:crypto';
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { translateWriteError } from '../../../models/files/atomicFile.ts';
import type { Picture } from '../../../models/pipeline/subject/picture.ts';
import { encodePng, readPicture } from '../../media/readPicture.ts';
import { frameFileOf } from '../frameFiles.ts';
import { Pending } from './pending.ts';

/** Frames that are packed and written while the next are made. */
const writtenAtOnce = 3;

/** The frames a job leaves, one after the other, as lossless pictures in a folder of their own. */
export class TakeFrames {
  readonly folder: string;
  readonly #hash = createHash('sha256');
  readonly #writing = new Pending(writtenAtOnce);
  #count = 0;
  /** Frames that lie in the folder: so many from the first on, and those behind a gap. */
  #written = 0;
  readonly #beyond = new Set<number>();
  #size = { width: 0, height: 0 };

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Empties the folder for them. */
  static async into(folder: string): Promise<TakeFrames> {
    try {
      await rm(folder, { recursive: true, force: true });
      await mkdir(folder, { recursive: true });
    } catch (cause) {
      throw translateWriteError(cause, folder);
    }
    return new TakeFrames(folder);
  }

  get count(): number {
    return this.#count;
  }

  /** How many frames lie in the folder whole, from the first on without a gap, and their size. */
  get written(): { count: number; width: number; height: number } {
    return { count: this.#written, ...this.#size };
  }

  /** Takes a frame that was made. */
  async add({ width, height, data }: Picture): Promise<void> {
    this.#size = { width, height };
    this.#hash.update(data);
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    await this.#write(async (path) => writeFile(path, await encodePng({ width, height, data: bytes })));
  }

  /** Takes a frame as a file of another take has it. */
  async keep(path: string): Promise<void> {
    const { width, height, data } = await readPicture(path);
    this.#size = { width, height };
    this.#hash.update(data);
    await this.#write((own) => copyFile(path, own));
  }

  #write(work: (path: string) => Promise<void>): Promise<void> {
    const frame = this.#count++;
    return this.#writing.add(async () => {
      try {
        await work(frameFileOf(this.folder, frame));
      } catch (cause) {
        throw translateWriteError(cause, this.folder);
      }
      this.#beyond.add(frame);
      while (this.#beyond.delete(this.#written)) this.#written++;
    });
  }

  /** Waits for what is still being written; their size and the SHA-256 over their RGBA bytes in order. */
  async end(): Promise<{ width: number; height: number; framesSha256: string }> {
    await this.#writing.end();
    return { ...this.#size, framesSha256: this.#hash.digest('hex') };
  }
}
