import { readFile } from 'node:fs/promises';
import { codeOf } from '../../../../models/files/atomicFile.ts';
import { applyDiff, type DocumentDiff } from '../../../contract/documentDiff.ts';
import type { DocumentRecord } from '../../../contract/records.ts';
import { type JournalLine, readJournalLine } from './journalLine.ts';

/** What a journal holds. */
export interface JournalContent {
  /** The whole lines; those behind a damaged place are marked. */
  lines: (JournalLine & { afterDamage: boolean })[];
  /** Bytes up to the first damaged line or torn end. */
  soundBytes: number;
  totalBytes: number;
  /** Stretches that could not be read. Half a line at the very end is none: nobody was told that it was saved. */
  damagedStretches: number;
  /** The last of them has no whole line in it or after it. */
  endsDamaged: boolean;
}

/** Reads a journal: every line that is whole, those after a damaged one included. A missing file is an empty journal. */
export async function readJournal(path: string): Promise<JournalContent> {
  const content: JournalContent = { lines: [], soundBytes: 0, totalBytes: 0, damagedStretches: 0, endsDamaged: false };
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return content;
    throw error;
  }
  content.totalBytes = bytes.length;
  for (let start = 0; start < bytes.length; ) {
    const feed = bytes.indexOf(10, start);
    const end = feed === -1 ? bytes.length : feed;
    const text = bytes.toString('utf8', start, end);
    const line = readJournalLine(text);
    const afterDamage = content.damagedStretches > 0;
    content.endsDamaged = false;
    if (line) {
      content.lines.push({ ...line, afterDamage });
      if (!afterDamage && feed !== -1) content.soundBytes = end + 1;
    } else {
      const inside = linesInside(text);
      if (feed !== -1 || inside.length > 0) content.damagedStretches++;
      content.endsDamaged = feed !== -1 && inside.length === 0;
      for (const found of inside) content.lines.push({ ...found, afterDamage: true });
    }
    start = end + 1;
  }
  return content;
}

/** Whole lines within a damaged stretch: behind half a line that nobody cut off, or where a line feed itself was damaged. */
function linesInside(text: string): JournalLine[] {
  return text.split(/(?=\{"sequence":)/).flatMap((part) => {
    const line = readJournalLine(part) ?? readJournalLine(part.slice(0, -1));
    return line ? [line] : [];
  });
}

/**
 * Writes a journal's changes into the records, as far as they are newer than `sequence`; behind a damaged place only those that stand
 * alone: every record they bring refers to records that are there. Returns the last number and how many changes are lost.
 */
export function replayJournal(
  records: Map<string, DocumentRecord>,
  sequence: number,
  journal: JournalContent,
): { sequence: number; lost: number } {
  let last = sequence;
  let missing = 0;
  let skipped = 0;
  for (const line of journal.lines) {
    if (line.sequence <= last) continue;
    if (line.afterDamage) missing += line.sequence - last - 1;
    if (!line.afterDamage || standsAlone(records, line.diff)) applyDiff(records, line.diff);
    else skipped++;
    last = line.sequence;
  }
  return { sequence: last, lost: skipped + missing + (journal.endsDamaged ? 1 : 0) };
}

function standsAlone(records: ReadonlyMap<string, DocumentRecord>, diff: DocumentDiff): boolean {
  const brought = [...diff.added, ...diff.updated.map(([, to]) => to)];
  const own = new Set(brought.map((record) => record.id));
  return brought.every((record) => {
    const owner = ownerOf(record);
    return owner === undefined || own.has(owner) || records.has(owner);
  });
}

/** The record without which another means nothing. */
function ownerOf(record: DocumentRecord): string | undefined {
  switch (record.kind) {
    case 'mask':
      return record.sourceId;
    case 'maskKey':
    case 'followed':
      return record.maskId;
    case 'stroke':
      return record.keyId;
    case 'item':
      return record.targetId ?? undefined;
    default:
      return undefined;
  }
}
