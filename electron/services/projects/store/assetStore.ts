import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { copyFile, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { StudioError } from '../../../../models/errors/studioError.ts';
import { codeOf, translateWriteError } from '../../../../models/files/atomicFile.ts';

/** A project's files by the SHA-256 of their bytes: written once, never changed, the same content stored once. */
export class AssetStore {
  readonly folder: string;

  /** `folder`: the project's `assets` folder. */
  constructor(folder: string) {
    this.folder = folder;
  }

  /** Where an asset's bytes lie, whether or not they are there. */
  pathOf(id: string): string {
    return join(this.folder, id.slice(0, 2), id);
  }

  /** The ids of all assets that are there. */
  async list(): Promise<string[]> {
    const ids: string[] = [];
    for (const group of await readdir(this.folder).catch(() => [])) {
      if (!/^[0-9a-f]{2}$/.test(group)) continue;
      for (const id of await readdir(join(this.folder, group))) if (/^[0-9a-f]{64}$/.test(id)) ids.push(id);
    }
    return ids;
  }

  /** Size of an asset, or undefined where its file is missing. */
  async sizeOf(id: string): Promise<number | undefined> {
    try {
      return (await stat(this.pathOf(id))).size;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** Stores bytes; returns their id. */
  async put(content: Uint8Array | string): Promise<string> {
    const bytes = Buffer.from(content);
    const id = createHash('sha256').update(bytes).digest('hex');
    if ((await this.sizeOf(id)) === bytes.length) return id;
    return this.putStream(Readable.from([bytes]), Number.POSITIVE_INFINITY);
  }

  /** Stores a stream of at most `limitBytes`. A torn upload leaves nothing behind. */
  async putStream(stream: Readable, limitBytes: number): Promise<string> {
    await mkdir(this.folder, { recursive: true });
    const temporary = join(this.folder, `${randomBytes(8).toString('hex')}.part`);
    try {
      const { id } = await receiveFile(stream, temporary, limitBytes);
      await this.#adopt(temporary, id);
      return id;
    } catch (error) {
      await rm(temporary, { force: true });
      throw error instanceof StudioError ? error : translateWriteError(error, temporary);
    }
  }

  /** Stores a copy of a file; returns its id. */
  async putFile(path: string): Promise<string> {
    const id = await hashFile(path);
    if ((await this.sizeOf(id)) !== undefined) return id;
    const temporary = join(this.folder, `${randomBytes(8).toString('hex')}.part`);
    await mkdir(this.folder, { recursive: true });
    try {
      await copyFile(path, temporary);
      await this.#adopt(temporary, id);
    } catch (error) {
      await rm(temporary, { force: true });
      throw translateWriteError(error, temporary);
    }
    return id;
  }

  /** Reads a whole asset. @throws StudioError `asset-missing` */
  async read(id: string): Promise<Buffer> {
    try {
      return await readFile(this.pathOf(id));
    } catch (error) {
      throw new StudioError('asset-missing', `The project's file ${id.slice(0, 12)}… is not in its assets folder.`, {
        hint: 'Bring the assets folder back beside project.json, or choose the missing media again.',
        cause: error,
      });
    }
  }

  async #adopt(temporary: string, id: string): Promise<void> {
    await mkdir(join(this.folder, id.slice(0, 2)), { recursive: true });
    const handle = await open(temporary, 'r+');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, this.pathOf(id));
  }
}

/** Writes a stream of at most `limitBytes` to a new file while hashing it. @throws StudioError `request-invalid` when it is longer */
export async function receiveFile(
  stream: Readable,
  path: string,
  limitBytes: number,
): Promise<{ id: string; sizeBytes: number }> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sizeBytes += chunk.length;
      hash.update(chunk);
      if (sizeBytes > limitBytes)
        done(new StudioError('request-invalid', `The file is larger than the ${limitBytes} bytes that are taken.`));
      else done(null, chunk);
    },
  });
  await pipeline(stream, meter, createWriteStream(path, { flags: 'wx' }));
  return { id: hash.digest('hex'), sizeBytes };
}

/** SHA-256 of a file in hexadecimal. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
