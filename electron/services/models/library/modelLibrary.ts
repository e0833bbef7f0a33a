import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { StudioError } from '../../../../models/errors/studioError.ts';
import { type ProposedSet, proposeSets } from '../../../../models/families/sd15/proposeSets.ts';
import { knownFolders } from '../../../../models/recognise/knownFolders.ts';
import type { FoundFile } from '../../../../models/recognise/scanFolders.ts';
import type {
  FoundFileView,
  ModelFolderView,
  ModelLibraryView,
  ModelSetView,
} from '../../../contract/models/modelLibrary.ts';
import type { EventBus } from '../../eventBus.ts';
import { ownModels } from '../../studioPlaces.ts';
import { type FetchCatalogue, readCatalogue } from '../fetch/catalogue.ts';
import { fetchedFolder } from '../fetch/fetchFiles.ts';
import type { ModelCatalogue } from '../modelCatalogue.ts';
import { dropSet, keepSet, keptSets } from './keptSets.ts';
import { fileView, identityOf, isSameSet, keptView, proposalView, setIdentity } from './libraryViews.ts';
import { ModelFetches } from './modelFetches.ts';
import { ModelFilesProgram } from './modelFilesProgram.ts';
import { findMovedFiles } from './movedFiles.ts';
import { type Remembered, RememberedFolders } from './rememberedFolders.ts';

/** What the library works with. */
export interface ModelLibraryOptions {
  readonly bus: EventBus;
  readonly catalogue: ModelCatalogue;
  /** Folder of models in the workspace. */
  readonly workspaceModels: string;
  /** The user's home, where sets, fetched files and the note of folders are kept; absent: this user's. */
  readonly home?: string | undefined;
  /** A model whose motion planner sets may use. */
  readonly planner?: string | undefined;
  /** What can be fetched, and from where, in the place of the program's own (tests). */
  readonly fetching?: { catalogue: FetchCatalogue; allows: (address: URL) => boolean } | undefined;
}

/** The model page's content: files found in folders, sets made of them, and what can be fetched. It is told by events as it changes. */
export class ModelLibrary {
  readonly fetches: ModelFetches;
  readonly #options: ModelLibraryOptions;
  readonly #home: string;
  readonly #note: RememberedFolders;
  readonly #program = new ModelFilesProgram();
  readonly #files = new Map<string, FoundFile>();
  readonly #checks = new Map<string, NonNullable<FoundFileView['check']>>();
  #remembered: Remembered = { folders: [], removed: [] };
  #proposals: readonly ProposedSet[] = [];
  #isScanning = false;
  #wasScanned = false;

  constructor(options: ModelLibraryOptions) {
    this.#options = options;
    this.#home = options.home ?? homedir();
    this.#note = new RememberedFolders(this.#home);
    const { catalogue = readCatalogue(), allows } = options.fetching ?? {};
    this.fetches = new ModelFetches({
      ...{ catalogue, allows, folder: fetchedFolder(this.#home) },
      onChange: (entry) => options.bus.publish({ type: 'modelFetch', entry }),
      onFetched: () => void this.scan(),
    });
  }

  /** Everything as it is now; `scan`, and the first time, begins to look through the folders. */
  async view(scan: boolean): Promise<ModelLibraryView> {
    if (scan || !this.#wasScanned) await this.scan();
    return {
      scanning: this.#isScanning,
      folders: await this.#folders(),
      files: [...this.#files.values()].map((file) => this.#viewOf(file)),
      sets: await this.#sets(),
      entries: this.fetches.entries(),
      fetchedFolder: fetchedFolder(this.#home),
      home: this.#home,
    };
  }

  /** Begins to look through all folders again. */
  async scan(): Promise<void> {
    this.#remembered = await this.#note.read();
    const roots = (await this.#folders()).map(({ path }) => path);
    const seen = new Set<string>();
    this.#isScanning = true;
    this.#wasScanned = true;
    await this.#tellScan();
    this.#program.scan(roots, {
      onFound: (files) => {
        for (const file of files) {
          seen.add(file.path);
          // A file that has changed is not the one that was checked.
          if (this.#files.get(file.path)?.sizeBytes !== file.sizeBytes) this.#checks.delete(file.path);
          this.#files.set(file.path, file);
        }
        this.#tellFiles(files);
      },
      onDone: (trouble) => {
        this.#isScanning = false;
        // What a look that was broken off has not come to may still be there.
        if (trouble === undefined) for (const path of this.#files.keys()) if (!seen.has(path)) this.#files.delete(path);
        void this.#findMoved().finally(() => this.#tellScan());
      },
    });
  }

  /** Adds a folder, remembers it and looks through all. @throws StudioError `file-missing` where it is none */
  async addFolder(path: string): Promise<void> {
    if (!(await stat(path).catch(() => undefined))?.isDirectory())
      throw new StudioError('file-missing', `There is no folder ${path}.`, { hint: 'Choose another one.' });
    await this.#note.change(({ folders, removed }) => ({ folders: [...new Set([...folders, path])], removed }));
    await this.scan();
  }

  /** Looks through a folder no more that was added. */
  async removeFolder(folderId: string): Promise<void> {
    const isOther = (path: string): boolean => identityOf(path) !== folderId;
    await this.#note.change(({ folders, removed }) => ({ folders: folders.filter(isOther), removed }));
    await this.scan();
  }

  /** Takes a file off the list, or puts it on again. Proposals are made of what is listed. */
  async listFile(fileId: string, listed: boolean): Promise<void> {
    const file = this.#fileOf(fileId);
    this.#remembered = await this.#note.change(({ folders, removed }) => {
      const others = removed.filter((path) => path !== file.path);
      return { folders, removed: listed ? others : [...others, file.path] };
    });
    this.#tellFiles([file]);
    await this.#tellScan();
  }

  /** Reads a whole file; what comes of it is told by events. */
  check(fileId: string): void {
    const file = this.#fileOf(fileId);
    if (this.#checks.get(file.path)?.state === 'running') return;
    this.#checks.set(file.path, { state: 'running' });
    this.#tellFiles([file]);
    void this.#program.check(file.path).then((verdict) => {
      this.#checks.set(file.path, verdict);
      this.#tellFiles([file]);
    });
  }

  /** Keeps a proposed set; returns the model it is now. @throws StudioError `conflict` where it cannot run */
  async keepSet(setId: string): Promise<string> {
    const proposal = this.#proposals.find(({ set }) => setIdentity(set) === setId);
    if (!proposal)
      throw new StudioError('conflict', 'This set is not proposed any more.', {
        hint: 'Look through the folders again.',
      });
    if (proposal.lacks.length > 0)
      throw new StudioError('conflict', `${proposal.set.name} cannot run without ${proposal.lacks[0]?.what}.`, {
        hint: 'Fetch it first, or add the folder that holds it.',
      });
    const root = ownModels(this.#home);
    const folder = await keepSet(root, proposal.set, this.#options.planner);
    await this.#tellModels();
    return (await keptSets(root)).find((kept) => kept.folder === folder)?.modelId ?? '';
  }

  /** Takes a kept set away; its files stay. */
  async dropSet(modelId: string): Promise<void> {
    await dropSet(ownModels(this.#home), modelId);
    await this.#tellModels();
  }

  /** Stops everything. */
  close(): void {
    this.fetches.close();
    this.#program.close();
  }

  /** Sets whose files lie elsewhere now are brought up to date. */
  async #findMoved(): Promise<void> {
    const files = [...this.#files.values()];
    let isAny = false;
    for (const kept of await keptSets(ownModels(this.#home)))
      if (await findMovedFiles(kept, files).catch(() => false)) isAny = true;
    if (isAny) this.#options.bus.publish({ type: 'models', models: await this.#options.catalogue.list() });
  }

  #fileOf(fileId: string): FoundFile {
    for (const file of this.#files.values()) if (identityOf(file.path) === fileId) return file;
    throw new StudioError('request-invalid', 'This file is not on the list any more.', {
      hint: 'Look through the folders again.',
    });
  }

  #viewOf(file: FoundFile): FoundFileView {
    const removed = this.#remembered.removed.includes(file.path);
    return fileView(file, { removed, check: this.#checks.get(file.path) ?? null });
  }

  async #folders(): Promise<ModelFolderView[]> {
    const known = await knownFolders(this.#home);
    const { workspaceModels } = this.#options;
    const isThere = (await stat(workspaceModels).catch(() => undefined))?.isDirectory() ?? false;
    const own = isThere ? [{ path: workspaceModels, owner: 'MagDiff Studio' }] : [];
    const added = this.#remembered.folders.map((path) => ({ path, owner: 'You', added: true }));
    const all = [...added, ...[...own, ...known].map((folder) => ({ ...folder, added: false }))];
    return all
      .filter(({ path }, index) => all.findIndex((other) => other.path === path) === index)
      .map((folder) => ({ id: identityOf(folder.path), ...folder }));
  }

  async #sets(): Promise<ModelSetView[]> {
    const kept = await keptSets(ownModels(this.#home));
    const listed = [...this.#files.values()].filter(({ path }) => !this.#remembered.removed.includes(path));
    this.#proposals = proposeSets(listed.sort((a, b) => (a.path < b.path ? -1 : 1)));
    const open = this.#proposals.filter(({ set }) => !kept.some((each) => isSameSet(each.set, set)));
    return [...kept.map(keptView), ...open.map(proposalView)];
  }

  #tellFiles(files: readonly FoundFile[]): void {
    this.#options.bus.publish({ type: 'modelFiles', files: files.map((file) => this.#viewOf(file)) });
  }

  async #tellScan(): Promise<void> {
    const [folders, sets] = [await this.#folders(), await this.#sets()];
    const fileIds = [...this.#files.keys()].map(identityOf);
    this.#options.bus.publish({ type: 'modelScan', scanning: this.#isScanning, folders, sets, fileIds });
  }

  async #tellModels(): Promise<void> {
    this.#options.bus.publish({ type: 'models', models: await this.#options.catalogue.list() });
    await this.#tellScan();
  }
}
