import { z } from 'zod';
import { type DocumentRecord, documentRecord } from './records.ts';

/** A change of a document: what came, what went, and what changed from and to. Applied whole or not at all. */
export const documentDiff = z.strictObject({
  added: z.array(documentRecord),
  updated: z.array(z.tuple([documentRecord, documentRecord])),
  removed: z.array(documentRecord),
});

/** See {@link documentDiff}. */
export type DocumentDiff = z.output<typeof documentDiff>;

/** A change that changes nothing. */
export const emptyDiff: DocumentDiff = { added: [], updated: [], removed: [] };

/** Whether a change changes nothing. */
export function isEmptyDiff(diff: DocumentDiff): boolean {
  return diff.added.length === 0 && diff.updated.length === 0 && diff.removed.length === 0;
}

/** The change that takes this one back. */
export function invertDiff(diff: DocumentDiff): DocumentDiff {
  return { added: diff.removed, updated: diff.updated.map(([from, to]) => [to, from]), removed: diff.added };
}

/** Writes a change into a map of records. Records already there are replaced, absent ones are not missed: applying twice is harmless. */
export function applyDiff(records: Map<string, DocumentRecord>, diff: DocumentDiff): void {
  for (const record of diff.removed) records.delete(record.id);
  for (const record of diff.added) records.set(record.id, record);
  for (const [, to] of diff.updated) records.set(to.id, to);
}

/** One change with the effect of all given ones in their order: a gesture's many small steps become one. */
export function squashDiffs(diffs: readonly DocumentDiff[]): DocumentDiff {
  const first = new Map<string, DocumentRecord | undefined>();
  const last = new Map<string, DocumentRecord | undefined>();
  const note = (id: string, from: DocumentRecord | undefined, to: DocumentRecord | undefined): void => {
    if (!first.has(id)) first.set(id, from);
    last.set(id, to);
  };
  for (const diff of diffs) {
    for (const record of diff.removed) note(record.id, record, undefined);
    for (const record of diff.added) note(record.id, undefined, record);
    for (const [from, to] of diff.updated) note(to.id, from, to);
  }
  const squashed: DocumentDiff = { added: [], updated: [], removed: [] };
  for (const [id, from] of first) {
    const to = last.get(id);
    if (from === to) continue;
    if (from && to) squashed.updated.push([from, to]);
    else if (to) squashed.added.push(to);
    else if (from) squashed.removed.push(from);
  }
  return squashed;
}

const steps = z.array(z.strictObject({ label: z.string().max(200), diff: documentDiff })).max(1000);

/** Steps that can be taken back and brought back, oldest first, as they are kept beside a project between two openings. */
export const keptHistory = z.strictObject({ done: steps, undone: steps });

/** See {@link keptHistory}. */
export type KeptHistory = z.output<typeof keptHistory>;

/** No steps. */
export const emptyHistory: KeptHistory = { done: [], undone: [] };
