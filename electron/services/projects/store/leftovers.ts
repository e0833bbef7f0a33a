import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** What a kill in the middle of a write leaves beside a file: of our atomic writes, received files, exports and claims on a lock. */
const leftoverName = /(\.[0-9a-f]{12}\.new|^[0-9a-f]{16}\.part|^\..+\.part(\.\w+)?|^project\.lock\.after-\w+)$/;

/** Younger ones may be at work. */
const leastAgeMilliseconds = 60_000;

/** Removes from a project's folder, held by its lock, what writes that were cut off left there. What cannot be removed stays: it only takes room. */
export async function removeLeftovers(folder: string): Promise<void> {
  const jobs = await readdir(join(folder, 'jobs')).catch(() => []);
  const places = ['.', 'assets', 'exports', ...jobs.map((name) => join('jobs', name))];
  for (const place of places) await removeIn(join(folder, place));
}

async function removeIn(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (!leftoverName.test(name)) continue;
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > leastAgeMilliseconds)
      await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}
