import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StudioError } from '../../../../models/errors/studioError.ts';
import { parseBoundedJson } from '../../../../models/files/boundedJson.ts';
import { parseProjectFile } from '../../../contract/projectFile.ts';
import type { DocumentRecord } from '../../../contract/records.ts';
import { settleTimeline } from '../../../contract/timeline/settleTimeline.ts';
import { generationFolders } from './generations.ts';
import { type JournalContent, readJournal, replayJournal } from './readJournal.ts';

/** A project's document as its folder holds it. */
export interface ProjectDocument {
  records: Map<string, DocumentRecord>;
  /** Number of the last change. */
  sequence: number;
  /** Number of the last change that is in project.json. */
  folded: number;
  journal: JournalContent;
  /** What was damaged and how much of it is lost, as sentences; absent where all was whole. */
  recovery: string | undefined;
  /** project.json itself could not be read. */
  isFromGeneration: boolean;
}

/**
 * Reads a project's document without opening it: project.json, then the journal. Where project.json is missing or damaged, the latest
 * earlier state that can be read takes its place, and the journals since then are replayed.
 * @throws StudioError `file-missing`, `project-damaged`, `project-newer`
 */
export async function readDocument(folder: string): Promise<ProjectDocument> {
  const journal = await readJournal(join(folder, 'journal.ndjson'));
  let base: Base;
  try {
    base = await readBase(folder);
  } catch (error) {
    const isLost = error instanceof StudioError && /^(project-damaged|file-missing)$/.test(error.code);
    const recovered = isLost ? await readGenerations(folder, journal) : undefined;
    if (!recovered) throw error;
    settleTimeline(recovered.records);
    return recovered;
  }
  const { records, sequence: folded } = base;
  const { sequence, lost } = replayJournal(records, folded, journal);
  settleTimeline(records);
  const recovery =
    journal.damagedStretches === 0 ? undefined : `The project’s journal was damaged. ${lostSentence(lost)}`;
  return { records, sequence, folded, journal, recovery, isFromGeneration: false };
}

interface Base {
  records: Map<string, DocumentRecord>;
  sequence: number;
}

async function readBase(folder: string): Promise<Base> {
  const path = join(folder, 'project.json');
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw noProjectAt(folder, cause);
  });
  let content: unknown;
  try {
    content = parseBoundedJson(text, path);
  } catch (error) {
    throw new StudioError('project-damaged', `${path} is damaged: it is not JSON.`, {
      hint: 'Bring the folder back from a copy of yours; no earlier state of the project was found in it.',
      cause: error,
    });
  }
  const file = parseProjectFile(content, path);
  return { records: new Map(file.records.map((record) => [record.id, record])), sequence: file.sequence };
}

/** The latest earlier state that can be read, with every journal since then. */
async function readGenerations(folder: string, journal: JournalContent): Promise<ProjectDocument | undefined> {
  const since: JournalContent[] = [journal];
  for (const place of generationFolders(folder)) {
    since.unshift(await readJournal(join(place, 'journal.ndjson')));
    const base = await readBase(place).catch(() => undefined);
    if (!base) continue;
    const { records, sequence: folded } = base;
    let sequence = folded;
    let lost = 0;
    for (const content of since) {
      const first = content.lines.find((line) => line.sequence > sequence);
      if (first && !first.afterDamage) lost += first.sequence - sequence - 1;
      const replayed = replayJournal(records, sequence, content);
      lost += replayed.lost;
      sequence = replayed.sequence;
    }
    const recovery = `The project’s project.json was damaged; an earlier state of it and the journal took its place. ${lostSentence(lost)}`;
    return { records, sequence, folded, journal, recovery, isFromGeneration: true };
  }
  return undefined;
}

function lostSentence(lost: number): string {
  const how = lost === 0 ? 'Nothing' : lost === 1 ? 'One change' : `${lost} changes`;
  return `${how} ${lost > 1 ? 'are' : 'is'} lost; a copy of the damaged file stays in the project’s folder.`;
}

/** Says that a folder holds no project. */
export function noProjectAt(folder: string, cause: unknown): StudioError {
  return new StudioError('file-missing', `There is no project at ${folder}: project.json cannot be read.`, {
    hint: 'Choose a folder that holds a project.json.',
    cause,
  });
}
