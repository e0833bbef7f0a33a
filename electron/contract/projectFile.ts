import { z } from 'zod';
import { StudioError } from '../../models/errors/studioError.ts';
import { documentDiff } from './documentDiff.ts';
import { type DocumentRecord, documentRecord } from './records.ts';

/** Version of the records' form that this studio writes. Raise it with every change of a record and add a migration. */
export const schemaVersion = 3;

/** `project.json`: the whole document up to journal line `sequence`. */
export const projectFile = z.strictObject({
  format: z.literal('magdiff-project'),
  schemaVersion: z.int().min(1),
  sequence: z.int().min(0),
  records: z.array(documentRecord),
});

/** See {@link projectFile}. */
export type ProjectFile = z.output<typeof projectFile>;

/** One line of `journal.ndjson`: a change with its number. */
export const journalLine = z.strictObject({ sequence: z.int().min(1), diff: documentDiff });

/** From version n (index n − 1) to n + 1: rewrites the raw file's records. Journal lines of an older version pass through the same steps. */
const migrations: readonly ((record: unknown) => unknown)[] = [
  // Version 2 knows followed masks; what was there stays as it was.
  (record) => record,
  // Version 3 knows tracks. Pieces are brought up to date wherever they are read, journals and kept steps included (`upgradeItem`), and
  // get their tracks once all of a document is there (`settleTimeline`).
  (record) => record,
];

const envelope = z.looseObject({
  format: z.literal('magdiff-project'),
  schemaVersion: z.int().min(1),
  records: z.array(z.unknown()),
});

/**
 * Reads a project file's content of this or any earlier version.
 * @throws StudioError `project-newer` for a later version, `project-damaged` where the content breaks the form.
 */
export function parseProjectFile(content: unknown, where: string): ProjectFile {
  const outer = envelope.safeParse(content);
  if (!outer.success)
    throw new StudioError('project-damaged', `${where} is not a MagDiff project file: ${firstIssue(outer.error)}.`, {
      hint: 'Bring the folder back from a copy of yours; no earlier state of the project was found in it.',
    });
  if (outer.data.schemaVersion > schemaVersion)
    throw new StudioError(
      'project-newer',
      `${where} was written by a newer MagDiff Studio (format ${outer.data.schemaVersion}; this one reads up to ${schemaVersion}).`,
      { hint: 'Update MagDiff Studio and open the project again.' },
    );
  const steps = migrations.slice(outer.data.schemaVersion - 1);
  const records =
    steps.length === 0
      ? outer.data.records
      : outer.data.records.map((record) => steps.reduce((value, step) => step(value), record));
  const parsed = projectFile.safeParse({ ...outer.data, schemaVersion, records });
  if (!parsed.success)
    throw new StudioError('project-damaged', `${where} is damaged: ${firstIssue(parsed.error)}.`, {
      hint: 'Bring the folder back from a copy of yours; no earlier state of the project was found in it.',
    });
  return parsed.data;
}

/** A zod error's first finding as half a sentence: where and what. */
export function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  if (!issue) return 'its form is not as expected';
  return issue.path.length > 0 ? `${issue.path.join('.')}: ${issue.message}` : issue.message;
}

/** The records as the file holds them, in a stable order. */
export function sortRecords(records: Iterable<DocumentRecord>): DocumentRecord[] {
  return [...records].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}
