import { copyFile, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import { StudioError } from '../../../../models/errors/studioError.ts';
import { codeOf, writeFileAtomic } from '../../../../models/files/atomicFile.ts';
import { applyDiff, type DocumentDiff } from '../../../contract/documentDiff.ts';
import { parseProjectFile, schemaVersion, sortRecords } from '../../../contract/projectFile.ts';
import type { DocumentRecord, RecordKind, RecordOf } from '../../../contract/records.ts';
import { AssetStore } from './assetStore.ts';
import { JournalWriter, readJournal } from './journal.ts';

/** Journal size at which it is folded into project.json. */
const foldAtBytes = 4 * 1024 * 1024;

/**
 * One open project folder: `project.json` (the document up to some change), `journal.ndjson` (every change since), `assets/`
 * and `jobs/`. A change that `apply` has answered survives any crash.
 */
export class ProjectStore {
  readonly folder: string;
  readonly assets: AssetStore;
  readonly #records: Map<string, DocumentRecord>;
  readonly #journal: JournalWriter;
  #sequence: number;
  #folding: Promise<void> | undefined;
  #folded: number;

  private constructor(
    folder: string,
    records: Map<string, DocumentRecord>,
    sequence: number,
    folded: number,
    journal: JournalWriter,
  ) {
    this.folder = folder;
    this.assets = ProjectStore.assetsIn(folder);
    this.#records = records;
    this.#sequence = sequence;
    this.#folded = folded;
    this.#journal = journal;
  }

  /** The files of the project in a folder, whether or not it is open. */
  static assetsIn(folder: string): AssetStore {
    return new AssetStore(join(folder, 'assets'));
  }

  /** Makes a project folder with the given records. @throws StudioError `conflict` where it exists */
  static async create(folder: string, records: readonly DocumentRecord[]): Promise<void> {
    try {
      await mkdir(folder);
    } catch (error) {
      if (codeOf(error) === 'EEXIST')
        throw new StudioError('conflict', `A project named ${basename(folder)} is already there.`, {
          hint: 'Choose another name.',
        });
      throw new StudioError('file-unwritable', `The project folder ${folder} could not be made (${codeOf(error)}).`, {
        cause: error,
      });
    }
    await mkdir(ProjectStore.assetsIn(folder).folder);
    await writeFileAtomic(join(folder, 'project.json'), serialise(records, 0));
  }

  /**
   * Opens a project folder: reads project.json, replays the journal's whole lines and cuts off a torn tail (a damaged one is kept
   * aside).
   * @throws StudioError `file-missing`, `project-damaged`, `project-newer`, `project-locked`
   */
  static async open(folder: string): Promise<ProjectStore> {
    await takeLock(folder);
    try {
      const { records, sequence, folded, journal } = await readDocument(folder);
      const journalPath = join(folder, 'journal.ndjson');
      if (journal.soundBytes < journal.totalBytes) await copyFile(journalPath, `${journalPath}.torn`);
      const writer = await JournalWriter.open(journalPath, journal.soundBytes);
      return new ProjectStore(folder, records, sequence, folded, writer);
    } catch (error) {
      await rm(join(folder, 'project.lock'), { force: true });
      throw error;
    }
  }

  /** Number of the last change. */
  get sequence(): number {
    return this.#sequence;
  }

  /** Every record, in no particular order. */
  get records(): DocumentRecord[] {
    return [...this.#records.values()];
  }

  /** A record of the given kind. @throws StudioError `request-invalid` where there is none */
  get<K extends RecordKind>(kind: K, id: string): RecordOf<K> {
    const record = this.find(kind, id);
    if (!record) throw new StudioError('request-invalid', `The project holds no ${kind} with the id ${id}.`);
    return record;
  }

  /** A record of the given kind, or undefined. */
  find<K extends RecordKind>(kind: K, id: string | null): RecordOf<K> | undefined {
    const record = id === null ? undefined : this.#records.get(id);
    return record !== undefined && isKind(record, kind) ? record : undefined;
  }

  /** All records of a kind. */
  all<K extends RecordKind>(kind: K): RecordOf<K>[] {
    return this.records.filter((record) => isKind(record, kind));
  }

  /** Makes a change; resolves with its number once it is on disk. */
  async apply(diff: DocumentDiff): Promise<number> {
    const sequence = ++this.#sequence;
    applyDiff(this.#records, diff);
    await this.#journal.append(sequence, diff);
    if (this.#journal.sizeBytes > foldAtBytes) await this.fold();
    return sequence;
  }

  /** Writes the whole document into project.json (the last one stays as project.backup.json) and empties the journal. */
  async fold(): Promise<void> {
    this.#folding ??= this.#foldNow().finally(() => {
      this.#folding = undefined;
    });
    return this.#folding;
  }

  async #foldNow(): Promise<void> {
    if (this.#folded === this.#sequence) return;
    const path = join(this.folder, 'project.json');
    const sequence = this.#sequence;
    const content = serialise(this.#records.values(), sequence);
    await copyFile(path, `${path}.old`);
    await rename(`${path}.old`, join(this.folder, 'project.backup.json'));
    await writeFileAtomic(path, content);
    this.#folded = sequence;
    // Changes made meanwhile are in the journal alone: it is emptied only when there are none.
    if (sequence === this.#sequence) await this.#journal.clear();
  }

  /** Folds, closes and gives the folder free. */
  async close(): Promise<void> {
    await this.fold();
    await this.#journal.close();
    await rm(join(this.folder, 'project.lock'), { force: true });
  }
}

/**
 * Reads a project's document without opening it: project.json, then the journal's whole lines.
 * @throws StudioError `file-missing`, `project-damaged`, `project-newer`
 */
export async function readDocument(folder: string) {
  const path = join(folder, 'project.json');
  const file = parseProjectFile(parseJson(await readProjectText(folder), path), path);
  const records = new Map<string, DocumentRecord>();
  for (const record of file.records) records.set(record.id, record);
  const journal = await readJournal(join(folder, 'journal.ndjson'));
  let sequence = file.sequence;
  for (const line of journal.lines) {
    if (line.sequence <= sequence) continue;
    applyDiff(records, line.diff);
    sequence = line.sequence;
  }
  return { records, sequence, folded: file.sequence, journal };
}

function readProjectText(folder: string): Promise<string> {
  return readFile(join(folder, 'project.json'), 'utf8').catch((cause: unknown) => {
    throw noProjectAt(folder, cause);
  });
}

function noProjectAt(folder: string, cause: unknown): StudioError {
  return new StudioError('file-missing', `There is no project at ${folder}: project.json cannot be read.`, {
    hint: 'Choose a folder that holds a project.json.',
    cause,
  });
}

function isKind<K extends RecordKind>(record: DocumentRecord, kind: K): record is RecordOf<K> {
  return record.kind === kind;
}

function serialise(records: Iterable<DocumentRecord>, sequence: number): string {
  const lines = sortRecords(records).map((record) => JSON.stringify(record));
  return `{"format":"magdiff-project","schemaVersion":${schemaVersion},"sequence":${sequence},"records":[\n${lines.join(',\n')}\n]}\n`;
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new StudioError('project-damaged', `${path} is damaged: it is not JSON.`, {
      hint: 'Rename project.backup.json in the same folder to project.json and open the project again.',
      cause: error,
    });
  }
}

/** Marks the folder as open in this process; a mark whose process is gone is taken over. */
async function takeLock(folder: string): Promise<void> {
  const path = join(folder, 'project.lock');
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const file = await open(path, 'wx');
      await file.writeFile(JSON.stringify({ pid: process.pid, host: hostname() }));
      await file.close();
      return;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') throw noProjectAt(folder, error);
      if (codeOf(error) !== 'EEXIST')
        throw new StudioError('file-unwritable', `The project folder ${folder} cannot be written (${codeOf(error)}).`, {
          cause: error,
        });
      if (await isHeld(path))
        throw new StudioError('project-locked', `The project in ${folder} is open in another MagDiff Studio.`, {
          hint: 'Close it there first. If no other studio runs, delete the file project.lock in that folder.',
        });
      await rm(path, { force: true });
    }
  }
}

async function isHeld(path: string): Promise<boolean> {
  try {
    const mark: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (typeof mark !== 'object' || mark === null || !('pid' in mark) || typeof mark.pid !== 'number') return false;
    if ('host' in mark && mark.host !== hostname()) return true;
    if (mark.pid === process.pid) return true;
    process.kill(mark.pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}
