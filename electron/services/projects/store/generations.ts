import { copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, writeFileAtomic } from '../../../../models/files/atomicFile.ts';

/** Earlier states of a project that are kept. */
const keptGenerations = 3;

/** Folder of the earlier states within a project's. */
export const generationsName = 'backups';

/** The folders of a project's earlier states, latest first; each holds a project.json and the journal that came after it. Some may be missing. */
export function generationFolders(folder: string): string[] {
  return Array.from({ length: keptGenerations }, (_, index) => generationFolder(folder, index + 1));
}

function generationFolder(folder: string, number: number): string {
  return join(folder, generationsName, String(number));
}

/**
 * Keeps a project's present project.json and journal as its latest earlier state; the oldest goes. `document`: content of a project.json to
 * keep in their place.
 */
export async function keepGeneration(folder: string, document?: string): Promise<void> {
  const next = join(folder, generationsName, 'next');
  await rm(next, { recursive: true, force: true });
  await mkdir(next, { recursive: true });
  if (document !== undefined) await writeFileAtomic(join(next, 'project.json'), document);
  else {
    await copyFile(join(folder, 'project.json'), join(next, 'project.json'));
    await copyFile(join(folder, 'journal.ndjson'), join(next, 'journal.ndjson'));
  }
  await rm(generationFolder(folder, keptGenerations), { recursive: true, force: true });
  for (let number = keptGenerations - 1; number >= 1; number--) await moveIfThere(folder, number, number + 1);
  await rename(next, generationFolder(folder, 1));
}

async function moveIfThere(folder: string, from: number, to: number): Promise<void> {
  try {
    await rename(generationFolder(folder, from), generationFolder(folder, to));
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}
