import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { writeFileAtomic } from '../files/atomicFile.ts';
import { fileError } from './openFile.ts';

const known = new Map<string, Promise<string>>();

/** Hashes kept on disk; beyond this the oldest are forgotten. */
const mostKept = 2000;

/**
 * SHA-256 of a file's content. Each file is read once while its size and time stamp stay: in this process, and with a
 * `cacheFolder` over its end. A Hugging Face cache names its large files by their hash, which is taken as it is.
 */
export async function hashFile(path: string, cacheFolder?: string): Promise<string> {
  const real = await realpath(path).catch((cause: unknown) => {
    throw fileError(path, cause);
  });
  const blob = /^[0-9a-f]{64}$/.exec(basename(real))?.[0];
  if (blob && /[\\/]blobs[\\/]/.test(real)) return blob;
  const { size, mtimeMs } = await stat(real);
  const key = `${real}\n${size}\n${mtimeMs}`;
  const hashing = known.get(key) ?? hashOnce(real, key, cacheFolder);
  known.set(key, hashing);
  hashing.catch(() => known.delete(key));
  return hashing;
}

async function hashOnce(path: string, key: string, cacheFolder: string | undefined): Promise<string> {
  const kept = await keptHashes(cacheFolder);
  const before = kept.get(key);
  if (before !== undefined) return before;
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 22 })) hash.update(chunk);
  } catch (cause) {
    throw fileError(path, cause);
  }
  const digest = hash.digest('hex');
  if (cacheFolder !== undefined) {
    const entries = [...(await keptHashes(cacheFolder)).set(key, digest)].slice(-mostKept);
    // A disk that takes nothing costs the time to hash again.
    await writeFileAtomic(placeOf(cacheFolder), JSON.stringify(entries), { lasting: false }).catch(() => undefined);
  }
  return digest;
}

const placeOf = (cacheFolder: string): string => join(cacheFolder, 'file-hashes.json');

async function keptHashes(cacheFolder: string | undefined): Promise<Map<string, string>> {
  if (cacheFolder === undefined) return new Map();
  try {
    const entries: unknown = JSON.parse(await readFile(placeOf(cacheFolder), 'utf8'));
    const isEntry = (entry: unknown): entry is [string, string] =>
      Array.isArray(entry) && typeof entry[0] === 'string' && /^[0-9a-f]{64}$/.test(String(entry[1]));
    return new Map(Array.isArray(entries) ? entries.filter(isEntry) : []);
  } catch {
    return new Map(); // not there yet, or not ours
  }
}
