import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CancelledError, StudioError } from '../../../../models/errors/studioError.ts';
import { wireErrorOf } from '../../../contract/errorOnWire.ts';
import type { FetchEntryView } from '../../../contract/models/modelLibrary.ts';
import { type CatalogueModel, type FetchCatalogue, isAllowed, modelBytes } from '../fetch/catalogue.ts';
import { fetchFiles } from '../fetch/fetchFiles.ts';

/** What is fetched from, and who hears of it. */
export interface ModelFetchOptions {
  readonly catalogue: FetchCatalogue;
  /** Where fetched files are put. */
  readonly folder: string;
  /** Whether an address may be asked; absent: those of the catalogue's hosts. */
  readonly allows?: ((address: URL) => boolean) | undefined;
  readonly onChange: (entry: FetchEntryView) => void;
  /** A file is here that was not. */
  readonly onFetched: () => void;
}

interface Running {
  readonly controller: AbortController;
  /** Bytes of the files before the one that is coming, and of that. */
  doneBytes: number;
  totalBytes: number;
  isChecking: boolean;
}

/** How often progress is told at most, in milliseconds. */
const tellEvery = 200;

/** Fetching what the catalogue offers, when it is asked for: with progress, stopped and gone on with at any byte. */
export class ModelFetches {
  readonly #options: ModelFetchOptions;
  readonly #running = new Map<string, Running>();
  readonly #failures = new Map<string, StudioError>();

  constructor(options: ModelFetchOptions) {
    this.#options = options;
  }

  /** Everything that can be fetched, and how far it is. */
  entries(): FetchEntryView[] {
    return this.#options.catalogue.models.map((model) => this.#view(model));
  }

  /** Begins to fetch, or goes on where it was. @throws StudioError `request-invalid` for what the catalogue does not have */
  start(entryId: string): void {
    const model = this.#modelOf(entryId);
    if (this.#running.has(entryId)) return;
    const totalBytes = modelBytes(model);
    const running = { controller: new AbortController(), doneBytes: 0, totalBytes, isChecking: false };
    this.#running.set(entryId, running);
    this.#failures.delete(entryId);
    this.#tell(model);
    void this.#fetch(model, running);
  }

  /** Stops; what is here stays and is gone on from. */
  stop(entryId: string): void {
    this.#running.get(this.#modelOf(entryId).id)?.controller.abort();
  }

  /** Stops everything. */
  close(): void {
    for (const { controller } of this.#running.values()) controller.abort();
  }

  #modelOf(entryId: string): CatalogueModel {
    const model = this.#options.catalogue.models.find(({ id }) => id === entryId);
    if (!model) throw new StudioError('request-invalid', `The catalogue has no "${entryId}".`);
    return model;
  }

  async #fetch(model: CatalogueModel, running: Running): Promise<void> {
    const { folder, catalogue, onFetched, allows = (address) => isAllowed(catalogue.hosts, address) } = this.#options;
    const { signal } = running.controller;
    let told = 0;
    try {
      await fetchFiles(model, folder, { allows, signal }, ({ file, doneBytes, totalBytes }) => {
        const before = bytesBefore(model, file, folder);
        const own = model.files.find((each) => each.file === file);
        running.doneBytes = before + doneBytes;
        running.totalBytes = modelBytes(model) + (totalBytes === null ? 0 : totalBytes - expectedBytes(own));
        running.isChecking = totalBytes !== null && doneBytes === totalBytes;
        if (!running.isChecking && performance.now() - told < tellEvery) return;
        told = performance.now();
        this.#tell(model);
      });
      onFetched();
    } catch (error) {
      // Stopping is no failure: what is here is shown as partly here.
      if (!(error instanceof CancelledError)) this.#failures.set(model.id, asStudioError(error));
    } finally {
      this.#running.delete(model.id);
      this.#tell(model);
    }
  }

  #tell(model: CatalogueModel): void {
    this.#options.onChange(this.#view(model));
  }

  #view(model: CatalogueModel): FetchEntryView {
    const { id, name, licence, licenceUrl, needs, kind } = model;
    const running = this.#running.get(id);
    const failure = this.#failures.get(id);
    const here = this.#here(model);
    return {
      ...{ id, name, licence, licenceUrl, needs, kind },
      files: model.files.map(({ file, url }) => ({ name: file, url })),
      sizeBytes: running?.totalBytes ?? modelBytes(model),
      state: running
        ? running.isChecking
          ? 'checking'
          : 'fetching'
        : here.isWhole
          ? 'here'
          : failure
            ? 'failed'
            : here.bytes > 0
              ? 'partly'
              : 'none',
      doneBytes: running ? running.doneBytes : here.bytes,
      error: failure ? wireErrorOf(failure) : null,
    };
  }

  /** Whether all of a model's files are here, and how many bytes of them. */
  #here({ files }: CatalogueModel): { isWhole: boolean; bytes: number } {
    let isWhole = true;
    let bytes = 0;
    for (const { file } of files) {
      const path = join(this.#options.folder, file);
      const whole = statSync(path, { throwIfNoEntry: false })?.size;
      if (whole === undefined) isWhole = false;
      bytes += whole ?? statSync(`${path}.part`, { throwIfNoEntry: false })?.size ?? 0;
    }
    return { isWhole, bytes };
  }
}

const expectedBytes = (file: CatalogueModel['files'][number] | undefined): number =>
  file?.sizeBytes ?? file?.aboutBytes ?? 0;

/** Bytes of the files that come before one. */
function bytesBefore({ files }: CatalogueModel, name: string, folder: string): number {
  let bytes = 0;
  for (const file of files) {
    if (file.file === name) break;
    const path = join(folder, file.file);
    bytes += existsSync(path) ? statSync(path).size : expectedBytes(file);
  }
  return bytes;
}

const asStudioError = (error: unknown): StudioError =>
  error instanceof StudioError
    ? error
    : new StudioError('download-failed', `The file could not be fetched: ${String(error)}.`, { cause: error });
