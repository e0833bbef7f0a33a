import { createHash, randomUUID } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { copyFile, mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { extname, join, relative, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { StudioError } from '../../models/errors/studioError.ts';
import { translateWriteError } from '../../models/files/atomicFile.ts';

/** Folders of files by their content, and of jobs. */
const assetsName = 'assets';
const jobsName = 'jobs';

/** Names of inputs: their hash and what kind of file they are; of one that is being copied, more behind it. */
export const inputPattern = /^[0-9a-f]{64}(\.\w+)?(\.[0-9a-f-]{36}\.part)?$/;

/** Names of jobs' folders. */
export const jobPattern = /^[\w-]{1,80}$/;

/** The folder that studio and workers see: inputs lie in it by their SHA-256, and every job has a folder. Places are told relative to it. */
export class SharedFiles {
  readonly #root: string;

  constructor(root: string) {
    this.#root = resolve(root);
  }

  /** Makes sure that it is there and can be written. @throws StudioError `file-unwritable` */
  async open(): Promise<void> {
    for (const name of [assetsName, jobsName])
      await mkdir(join(this.#root, name), { recursive: true }).catch((error: unknown) => {
        throw translateWriteError(error, this.#root);
      });
  }

  /** Puts a file there, unless it is there already, which then counts as used anew; answers its place. */
  async put(path: string): Promise<string> {
    const hash = createHash('sha256');
    await pipeline(createReadStream(path), hash);
    const place = `${assetsName}/${hash.digest('hex')}${extname(path).toLowerCase()}`;
    const target = this.at(place);
    const there = await stat(target).catch(() => undefined);
    if (there?.size === (await stat(path)).size) {
      // Its time of change stays, for by that engines know what they have encoded. Where it was cleared away this very moment, the
      // studio sees that it is gone and puts it there again.
      await utimes(target, new Date(), there.mtime).catch(() => undefined);
      return place;
    }
    const half = `${target}.${randomUUID()}.part`;
    try {
      await copyFile(path, half, constants.COPYFILE_FICLONE);
      await rename(half, target);
    } catch (error) {
      await rm(half, { force: true });
      throw translateWriteError(error, target);
    }
    return place;
  }

  /** Puts the files of a folder there, one below the other by name; answers the places by name. */
  async putFolder(folder: string): Promise<Record<string, string>> {
    const places: Record<string, string> = {};
    for (const entry of await readdir(folder, { withFileTypes: true }))
      if (entry.isFile()) places[entry.name] = await this.put(join(folder, entry.name));
    return places;
  }

  /** Whether all of some places are there. */
  async hasAll(places: readonly string[]): Promise<boolean> {
    const found = await Promise.all(places.map((place) => stat(this.at(place)).catch(() => undefined)));
    return !found.includes(undefined);
  }

  /** The folder of a job. */
  jobFolder(jobId: string): string {
    return this.at(`${jobsName}/${jobId}`);
  }

  /** Where a place is on this machine. @throws StudioError `format-hostile` where it would be outside of the folder */
  at(place: string): string {
    const path = resolve(this.#root, place);
    if (!path.startsWith(this.#root + sep))
      throw new StudioError('format-hostile', `The queue names a file outside of the shared folder: ${place}.`);
    return path;
  }

  /** The place of a path of this machine. */
  placeOf(path: string): string {
    return relative(this.#root, path).split(sep).join('/');
  }
}
