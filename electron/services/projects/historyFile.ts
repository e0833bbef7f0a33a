import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../../../models/files/atomicFile.ts';
import { parseBoundedJson } from '../../../models/files/boundedJson.ts';
import { emptyHistory, type KeptHistory, keptHistory } from '../../contract/documentDiff.ts';
import type { OpenProject } from './openProject.ts';

const placeOf = ({ store }: OpenProject): string => join(store.folder, 'cache', 'history.json');

/** Keeps the steps of the window that writes. They lie among what may be deleted at any time: without them nothing but undo is lost. */
export async function keepHistory(project: OpenProject, history: KeptHistory): Promise<void> {
  await mkdir(join(project.store.folder, 'cache'), { recursive: true });
  await writeFileAtomic(placeOf(project), JSON.stringify(history), { lasting: false });
}

/** The steps that were kept; none where there are none that can be read. */
export async function readHistory(project: OpenProject): Promise<KeptHistory> {
  try {
    return keptHistory.parse(parseBoundedJson(await readFile(placeOf(project), 'utf8'), 'the kept steps'));
  } catch {
    return emptyHistory;
  }
}
