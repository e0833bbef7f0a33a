import { constants } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { StudioError } from '../../../../models/errors/studioError.ts';
import { codeOf, translateWriteError, writeFileAtomic } from '../../../../models/files/atomicFile.ts';
import { applyDiff, type DocumentDiff } from '../../../contract/documentDiff.ts';
import { schemaVersion, sortRecords } from '../../../contract/projectFile.ts';
import type { DocumentRecord, RecordKind, RecordOf } from '../../../contract/records.ts';
import { AssetStore } from './assetStore.ts';
import { keepGeneration } from './generations.ts';
import { JournalWriter } from './journalWriter.ts';
import { removeLeftovers } from './leftovers.ts';
import { type ProjectDocument, readDocument } from './projectDocument.ts';
import { ProjectLock } from './projectLock.ts';

/** Journal size at which it is folded into project.json. */
const foldAtBytes = 4 * 1024 * 1024;
/** Damaged copies of a file that are kept at most. */
const keptAside = 100;

/**
 * One open project folder: `project.json` (the document up to some change), `journal.ndjson` (every change since), `backups/` (earlier
 * states), `assets/` and `jobs/`. A change that `apply` has answered survives any crash.
 */
export class ProjectStore {
  readonly folder: string;
  readonly assets: AssetStore;
  /** What was damaged when it was opened, and how much is lost; absent where all was whole. */
  readonly recovery: string | undefined;
  readonly #records: Map<string, DocumentRecord>;
  readonly #journal: JournalWriter;
  readonly #lock: ProjectLock;
  #sequence: number;
  #folding: Promise<void> | undefined;
  #folded: number;
  #foldAtBytes = foldAtBytes;

  private constructor(folder: string, document: ProjectDocument, journal: JournalWriter, lock: ProjectLock) {
    this.folder = folder;
    this.assets = ProjectStore.assetsIn(folder);
    this.recovery = document.recovery;
    this.#records = document.records;
    this.#sequence = document.sequence;
    this.#folded = document.folded;
    this.#journal = journal;
    this.#lock = lock;
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
   * Opens a project folder: reads project.json and replays the journal. Half a line at its end, which nobody was told was saved, is cut
   * off. What is damaged is kept aside (`*.damaged`), and what could be recovered is written down at once.
   * @throws StudioError `file-missing`, `project-damaged`, `project-newer`, `project-locked`
   */
  static async open(folder: string): Promise<ProjectStore> {
    const lock = await ProjectLock.take(folder);
    try {
      await removeLeftovers(folder);
      const document = await readDocument(folder);
      const journalPath = join(folder, 'journal.ndjson');
      if (document.recovery !== undefined) {
        const path = join(folder, 'project.json');
        await keepAside(journalPath);
        if (document.isFromGeneration) await keepAside(path);
        const content = serialise(document.records.values(), document.sequence);
        // What was recovered is in no earlier state, and the journals it came from are about to go.
        await keepGeneration(folder, content);
        await writeFileAtomic(path, content);
        document.folded = document.sequence;
        document.journal.soundBytes = 0;
      }
      const journal = await JournalWriter.open(journalPath, document.journal.soundBytes, document.sequence);
      return new ProjectStore(folder, document, journal, lock);
    } catch (error) {
      await lock.release();
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

  /** Makes a change; resolves with its number once it is on disk. One that is refused is not made. */
  async apply(diff: DocumentDiff): Promise<number> {
    const sequence = await this.#journal.append(diff, (number) => {
      applyDiff(this.#records, diff);
      this.#sequence = number;
    });
    if (this.#journal.sizeBytes > this.#foldAtBytes) await this.#foldInPassing();
    return sequence;
  }

  /** The change is on disk already; a fold that fails, as on a full disk, is tried again when the journal has grown by as much again. */
  async #foldInPassing(): Promise<void> {
    try {
      await this.fold();
      this.#foldAtBytes = foldAtBytes;
    } catch {
      this.#foldAtBytes = this.#journal.sizeBytes + foldAtBytes;
    }
  }

  /** Writes the whole document into project.json, keeps what was there as an earlier state, and takes what is folded off the journal. */
  async fold(): Promise<void> {
    this.#folding ??= this.#foldNow().finally(() => {
      this.#folding = undefined;
    });
    return this.#folding;
  }

  async #foldNow(): Promise<void> {
    if (this.#folded === this.#sequence) return;
    await this.#journal.checkPlace();
    // These three belong together: nothing may be awaited between them.
    const sequence = this.#sequence;
    const journalBytes = this.#journal.sizeBytes;
    const content = serialise(this.#records.values(), sequence);
    try {
      // After them, so that its journal holds every change that is about to be taken off ours.
      await keepGeneration(this.folder);
    } catch (error) {
      throw translateWriteError(error, this.folder);
    }
    await writeFileAtomic(join(this.folder, 'project.json'), content);
    this.#folded = sequence;
    await this.#journal.dropFirst(journalBytes);
  }

  /** Folds, closes and gives the folder free, also where it cannot be folded: the journal has it all. */
  async close(): Promise<void> {
    try {
      await this.fold();
    } finally {
      await this.#journal.close().finally(() => this.#lock.release());
    }
  }
}

function isKind<K extends RecordKind>(record: DocumentRecord, kind: K): record is RecordOf<K> {
  return record.kind === kind;
}

function serialise(records: Iterable<DocumentRecord>, sequence: number): string {
  const lines = sortRecords(records).map((record) => JSON.stringify(record));
  return `{"format":"magdiff-project","schemaVersion":${schemaVersion},"sequence":${sequence},"records":[\n${lines.join(',\n')}\n]}\n`;
}

/** Keeps a copy of a damaged file beside it, under a name that nothing has yet; of very many, the last in the place of the one before. */
async function keepAside(path: string): Promise<void> {
  for (let number = 1; ; number++) {
    try {
      const mode = number < keptAside ? constants.COPYFILE_EXCL : 0;
      await copyFile(path, `${path}${number === 1 ? '' : `.${number}`}.damaged`, mode);
      return;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return;
      if (codeOf(error) !== 'EEXIST') throw translateWriteError(error, path);
    }
  }
}
