import { existsSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { filesNamedBy, type ModelSet, withFilesAt, writeSet } from '../../../../models/families/sd15/setFile.ts';
import type { FoundFile } from '../../../../models/recognise/scanFolders.ts';
import { fingerprintBytes, fingerprintOf } from '../../../../models/weights/fingerprint.ts';
import type { KeptSet } from './keptSet.ts';

/** The set with what tells its files from others, by which they are found again elsewhere; files that cannot be read have none. */
export async function withFingerprints(set: ModelSet): Promise<ModelSet> {
  const fingerprints: Record<string, string> = {};
  for (const file of filesNamedBy(set)) {
    const fingerprint = isAbsolute(file) ? await fingerprintOf(file).catch(() => undefined) : undefined;
    if (fingerprint !== undefined) fingerprints[file] = fingerprint;
  }
  return { ...set, fingerprints };
}

/** Looks among found files for those that a kept set misses, and writes down where they are now; true where one was found. */
export async function findMovedFiles({ folder, set }: KeptSet, found: readonly FoundFile[]): Promise<boolean> {
  const moved = new Map<string, string>();
  for (const file of filesNamedBy(set)) {
    const fingerprint = set.fingerprints?.[file];
    if (fingerprint === undefined || existsSync(resolve(folder, file))) continue;
    const place = await placeOf(fingerprint, found);
    if (place !== undefined) moved.set(file, place);
  }
  if (moved.size === 0) return false;
  await writeSet(folder, await withFingerprints(withFilesAt(set, (file) => moved.get(file) ?? file)));
  return true;
}

/** Where the file of a fingerprint is among found ones. */
export async function placeOf(fingerprint: string, found: readonly FoundFile[]): Promise<string | undefined> {
  for (const { path, sizeBytes } of found) {
    if (sizeBytes !== fingerprintBytes(fingerprint)) continue;
    if ((await fingerprintOf(path).catch(() => undefined)) === fingerprint) return path;
  }
  return undefined;
}
