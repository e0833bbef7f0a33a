import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { readExactly, withFile } from './openFile.ts';

/** Bytes read at the beginning and at the end. */
const pieceBytes = 256 * 1024;

/** How deep in a folder weights are looked for: a model in diffusers' form has them one below. */
const deepest = 2;

const weightNames = /\.(safetensors|sft|ckpt|pt|pth|bin)$/i;

/**
 * Tells a weight file, or a folder of them, from all others without reading it whole: its size, and the SHA-256 of its first and last quarter
 * of a megabyte, which hold its keys and the last of its numbers. The size in bytes stands first, before a hyphen.
 * @throws StudioError where it cannot be read
 */
export async function fingerprintOf(path: string): Promise<string> {
  const files = (await stat(path)).isDirectory() ? (await weightsIn(path, 0)).sort() : [path];
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for (const file of files) {
    hash.update(`${relative(path, file).replaceAll('\\', '/')}\n`);
    await withFile(file, async (handle, size) => {
      sizeBytes += size;
      const length = Math.min(size, pieceBytes);
      hash.update(await readExactly(handle, file, 0, length));
      hash.update(await readExactly(handle, file, size - length, length));
    });
  }
  return `${sizeBytes}-${hash.digest('hex')}`;
}

/** The size that a fingerprint was taken of. */
export const fingerprintBytes = (fingerprint: string): number => Number(fingerprint.split('-')[0]);

async function weightsIn(folder: string, depth: number): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && depth < deepest) found.push(...(await weightsIn(path, depth + 1)));
    else if (weightNames.test(entry.name)) found.push(path);
  }
  return found;
}
