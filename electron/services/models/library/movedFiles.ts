import { existsSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { type ModelSet, writeSet } from '../../../../models/families/sd15/setFile.ts';
import type { FoundFile } from '../../../../models/recognise/scanFolders.ts';
import { fingerprintBytes, fingerprintOf } from '../../../../models/weights/fingerprint.ts';
import type { KeptSet } from './keptSet.ts';

/** Every file that a set names, as it names it. */
function namedFiles(set: ModelSet): string[] {
  const { base, vae, textEncoder, previewDecoder, motion, imageAdapter, imageEncoder, loras } = set;
  const parts = [base, vae, textEncoder, previewDecoder, motion, imageAdapter, imageEncoder];
  return [...parts.filter((part) => part !== undefined), ...loras.map(({ file }) => file)];
}

/** The set with what tells its files from others, by which they are found again elsewhere; files that cannot be read have none. */
export async function withFingerprints(set: ModelSet): Promise<ModelSet> {
  const fingerprints: Record<string, string> = {};
  for (const file of namedFiles(set)) {
    const fingerprint = isAbsolute(file) ? await fingerprintOf(file).catch(() => undefined) : undefined;
    if (fingerprint !== undefined) fingerprints[file] = fingerprint;
  }
  return { ...set, fingerprints };
}

/** Looks among found files for those that a kept set misses, and writes down where they are now; true where one was found. */
export async function findMovedFiles({ folder, set }: KeptSet, found: readonly FoundFile[]): Promise<boolean> {
  const moved = new Map<string, string>();
  for (const file of namedFiles(set)) {
    const fingerprint = set.fingerprints?.[file];
    if (fingerprint === undefined || existsSync(resolve(folder, file))) continue;
    const place = await placeOf(fingerprint, found);
    if (place !== undefined) moved.set(file, place);
  }
  if (moved.size === 0) return false;
  await writeSet(folder, await withFingerprints(movedSet(set, moved)));
  return true;
}

async function placeOf(fingerprint: string, found: readonly FoundFile[]): Promise<string | undefined> {
  for (const { path, sizeBytes } of found) {
    if (sizeBytes !== fingerprintBytes(fingerprint)) continue;
    if ((await fingerprintOf(path).catch(() => undefined)) === fingerprint) return path;
  }
  return undefined;
}

function movedSet(set: ModelSet, moved: ReadonlyMap<string, string>): ModelSet {
  const place = (file: string): string => moved.get(file) ?? file;
  const after: ModelSet = { ...set, loras: set.loras.map(({ file, weight }) => ({ file: place(file), weight })) };
  for (const part of [
    'base',
    'vae',
    'textEncoder',
    'previewDecoder',
    'motion',
    'imageAdapter',
    'imageEncoder',
  ] as const) {
    const file = set[part];
    if (file !== undefined) after[part] = place(file);
  }
  return after;
}
