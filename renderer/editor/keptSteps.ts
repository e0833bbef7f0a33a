import type { KeptHistory } from '../../electron/contract/documentDiff.ts';
import { applyDiff, type DocumentDiff, invertDiff } from '../../electron/contract/documentDiff.ts';
import type { DocumentRecord } from '../../electron/contract/records.ts';

/** Most characters of JSON that are kept of a history, newest steps first. */
const mostCharacters = 2_000_000;

/** The steps of a history that are worth keeping: the newest, as many as fit. */
export function stepsToKeep({ done, undone }: KeptHistory): KeptHistory {
  let left = mostCharacters;
  const fitting = (steps: KeptHistory['done']): KeptHistory['done'] => {
    const kept: KeptHistory['done'] = [];
    for (const step of [...steps].reverse()) {
      left -= JSON.stringify(step).length;
      if (left < 0) break;
      kept.unshift(step);
    }
    return kept;
  };
  return { done: fitting(done), undone: fitting(undone) };
}

/**
 * The kept steps that still fit a document: those that can be taken back one after the other from what is there now, and likewise brought
 * back. What came between (another window, a repaired project) ends the row, so that undo never writes over it.
 */
export function fittingSteps(records: Iterable<DocumentRecord>, { done, undone }: KeptHistory): KeptHistory {
  const now = [...records].map((record) => [record.id, record] as const);
  const row = (steps: KeptHistory['done'], diffOf: (diff: DocumentDiff) => DocumentDiff): KeptHistory['done'] => {
    const document = new Map<string, DocumentRecord>(now);
    const kept: KeptHistory['done'] = [];
    for (const step of [...steps].reverse()) {
      const diff = diffOf(step.diff);
      if (!applies(document, diff)) break;
      applyDiff(document, diff);
      kept.unshift(step);
    }
    return kept;
  };
  return { done: row(done, invertDiff), undone: row(undone, (diff) => diff) };
}

/** The part of a change that still fits a document: what it takes away or changes is as it was then, what it brings is not there. */
export function fittingPart(document: ReadonlyMap<string, DocumentRecord>, diff: DocumentDiff): DocumentDiff {
  const is = (record: DocumentRecord): boolean => sortedJson(document.get(record.id)) === sortedJson(record);
  return {
    added: diff.added.filter((record) => !document.has(record.id)),
    updated: diff.updated.filter(([from]) => is(from)),
    removed: diff.removed.filter(is),
  };
}

function applies(document: ReadonlyMap<string, DocumentRecord>, diff: DocumentDiff): boolean {
  const is = (record: DocumentRecord): boolean => sortedJson(document.get(record.id)) === sortedJson(record);
  return (
    diff.removed.every(is) &&
    diff.updated.every(([from]) => is(from)) &&
    diff.added.every((record) => !document.has(record.id))
  );
}

/** JSON with members in a fixed order: a record that was read has them in another than one that was made. */
function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
