import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { translateWriteError } from '../../../models/files/atomicFile.ts';
import { ProjectLock } from './store/projectLock.ts';

/** A studio's own place in the workspace for what is on its way in: uploads that wait, and packed projects being unpacked. Several studios may run. */
export class StagingFolder {
  readonly path: string;
  readonly #lock: ProjectLock;

  private constructor(path: string, lock: ProjectLock) {
    this.path = path;
    this.#lock = lock;
  }

  /** Makes one under `root`; those of studios that are gone are removed meanwhile. @throws StudioError `file-unwritable`, `disk-full` */
  static async make(root: string): Promise<StagingFolder> {
    const path = join(root, randomBytes(8).toString('hex'));
    try {
      await mkdir(path, { recursive: true });
    } catch (error) {
      throw translateWriteError(error, path);
    }
    const staging = new StagingFolder(path, await ProjectLock.take(path));
    void removeDead(root, path);
    return staging;
  }

  /** Removes it. */
  async close(): Promise<void> {
    await this.#lock.release();
    await rm(this.path, { recursive: true, force: true }).catch(() => undefined);
  }
}

async function removeDead(root: string, own: string): Promise<void> {
  for (const name of await readdir(root).catch(() => [])) {
    const path = join(root, name);
    if (path === own) continue;
    try {
      // One that can be locked belongs to nobody any more.
      const lock = await ProjectLock.take(path);
      await rm(path, { recursive: true, force: true });
      await lock.release();
    } catch {
      // Another studio's; or it cannot be removed, and only takes room.
    }
  }
}
