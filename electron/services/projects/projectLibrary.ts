import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { StudioError } from '../../../models/errors/studioError.ts';
import { writeFileAtomic } from '../../../models/files/atomicFile.ts';
import { parseBoundedJson } from '../../../models/files/boundedJson.ts';
import type { ProjectSummary } from '../../contract/methods.ts';
import { parseProjectFile } from '../../contract/projectFile.ts';
import type { DocumentRecord } from '../../contract/records.ts';
import type { EventBus } from '../eventBus.ts';
import { OpenProject } from './openProject.ts';
import type { AssetStore } from './store/assetStore.ts';
import { type PackEntry, readPack, writePack } from './store/packFile.ts';
import { ProjectStore } from './store/projectStore.ts';

const summaryFile = z.object({ name: z.string(), takeCount: z.int(), posterAssetId: z.string().nullable() });
const recentsFile = z.array(z.object({ folder: z.string() }));

/** The projects of a workspace folder, and those chosen elsewhere by a dialog: listed, made, opened, copied, packed. */
export class ProjectLibrary {
  readonly workspace: string;
  readonly #bus: EventBus;
  readonly #open = new Map<string, Promise<OpenProject>>();
  readonly #elsewhere = new Map<string, string>();
  readonly #connected = new Map<string, number>();
  readonly #newRecords: (name: string) => DocumentRecord[];

  /** `newRecords`: what a new project begins with. */
  constructor(workspace: string, bus: EventBus, newRecords: (name: string) => DocumentRecord[]) {
    this.workspace = resolve(workspace);
    this.#bus = bus;
    this.#newRecords = newRecords;
  }

  /** Makes the workspace ready and reads the list of projects elsewhere. */
  async start(): Promise<void> {
    try {
      await mkdir(this.#staging, { recursive: true });
    } catch (error) {
      throw new StudioError('file-unwritable', `The workspace folder ${this.workspace} cannot be made.`, {
        hint: 'Give another folder with --workspace.',
        cause: error,
      });
    }
    for (const entry of await this.#readRecents()) this.#elsewhere.set(idOfPath(entry.folder), entry.folder);
  }

  get #staging(): string {
    return join(this.workspace, '.studio');
  }

  /** Where uploads that belong to no project yet wait, and packed projects are made. */
  get stagingFolder(): string {
    return this.#staging;
  }

  async #readRecents(): Promise<z.output<typeof recentsFile>> {
    try {
      return recentsFile.parse(JSON.parse(await readFile(join(this.#staging, 'recents.json'), 'utf8')));
    } catch {
      // A missing or damaged list of recents costs nothing but the list.
      return [];
    }
  }

  /** Projects, last changed first. */
  async list(): Promise<ProjectSummary[]> {
    const folders = new Map<string, string>(this.#elsewhere);
    for (const name of await readdir(this.workspace))
      if (/^[A-Za-z0-9_-]{1,64}$/.test(name)) folders.set(name, join(this.workspace, name));
    const summaries = await Promise.all([...folders].map(([id, folder]) => this.#summarise(id, folder)));
    return summaries.filter((summary) => summary !== undefined).sort((a, b) => (a.modifiedAt < b.modifiedAt ? 1 : -1));
  }

  async #summarise(projectId: string, folder: string): Promise<ProjectSummary | undefined> {
    try {
      const file = await stat(join(folder, 'project.json'));
      const journal = await stat(join(folder, 'journal.ndjson')).catch(() => file);
      const modifiedAt = new Date(Math.max(file.mtimeMs, journal.mtimeMs)).toISOString();
      const summary = await readFile(join(folder, 'summary.json'), 'utf8').then(
        (text) => summaryFile.parse(parseBoundedJson(text, 'summary.json')),
        () => ({ name: basename(folder), takeCount: 0, posterAssetId: null }),
      );
      // What is open may have takes that are in no summary yet.
      const open = await this.#open.get(projectId)?.catch(() => undefined);
      if (open) {
        summary.takeCount = open.store.all('take').length;
        summary.name = open.store.find('project', 'project')?.name ?? summary.name;
      }
      const posterUrl = summary.posterAssetId ? `/previews/${projectId}/poster/${summary.posterAssetId}.webp` : null;
      return { projectId, name: summary.name, takeCount: summary.takeCount, modifiedAt, posterUrl };
    } catch {
      // A folder without a readable project.json is simply no project.
      return undefined;
    }
  }

  /** Makes a project in the workspace; returns its id. */
  async create(name: string): Promise<string> {
    const id = await this.#freeId(name);
    await ProjectStore.create(join(this.workspace, id), this.#newRecords(name));
    await this.#writeSummary(join(this.workspace, id), { name, takeCount: 0, posterAssetId: null });
    return id;
  }

  async #freeId(name: string): Promise<string> {
    const base =
      name
        .normalize('NFKD')
        .replace(/[^A-Za-z0-9]+/g, '-')
        .replace(/^-+|-+$/g, '')
        .slice(0, 40) || 'project';
    const taken = new Set((await readdir(this.workspace)).map((entry) => entry.toLowerCase()));
    for (let number = 1; ; number++) {
      const id = number === 1 ? base : `${base}-${number}`;
      if (!taken.has(id.toLowerCase())) return id;
    }
  }

  #folderOf(projectId: string): string {
    return this.#elsewhere.get(projectId) ?? join(this.workspace, projectId);
  }

  /** A project's files, whether or not it is open. */
  assetsOf(projectId: string): AssetStore {
    return ProjectStore.assetsIn(this.#folderOf(projectId));
  }

  /** A folder that the user chose in a dialog becomes a project of the list. */
  async addElsewhere(folder: string): Promise<string> {
    const path = resolve(folder);
    if (dirname(path) === this.workspace) return basename(path);
    const id = idOfPath(path);
    this.#elsewhere.set(id, path);
    const list = [...this.#elsewhere.values()].slice(-50).map((entry) => ({ folder: entry }));
    await writeFileAtomic(join(this.#staging, 'recents.json'), JSON.stringify(list));
    return id;
  }

  /** Opens a project, once for all windows. */
  async open(projectId: string): Promise<OpenProject> {
    let opening = this.#open.get(projectId);
    if (!opening) {
      opening = ProjectStore.open(this.#folderOf(projectId)).then(
        (store) => new OpenProject(projectId, store, this.#bus),
      );
      this.#open.set(projectId, opening);
      opening.catch(() => this.#open.delete(projectId));
    }
    return opening;
  }

  /** An already open project. @throws StudioError `request-invalid` */
  async opened(projectId: string): Promise<OpenProject> {
    const project = this.#open.get(projectId);
    if (!project)
      throw new StudioError('project-closed', 'This project is not open.', {
        hint: 'Open it from the start page again.',
      });
    return project;
  }

  /** Notes a page's event stream coming (+1) or going (−1); a window without one no longer holds its project. */
  noteConnection(windowId: string, change: 1 | -1): void {
    const count = (this.#connected.get(windowId) ?? 0) + change;
    if (count > 0) this.#connected.set(windowId, count);
    else this.#connected.delete(windowId);
  }

  /** Whether a window's page still listens. */
  isConnected(windowId: string): boolean {
    return this.#connected.has(windowId);
  }

  /** Lets a window out of a project; what it changed is folded into project.json when it was the last. */
  async leave(projectId: string, windowId: string): Promise<void> {
    const project = await this.#open.get(projectId);
    project?.leave(windowId);
    // What cannot be folded now, as on a full disk, is in the journal: leaving loses nothing.
    if (project && project.windows.size === 0) await this.fold(project).catch(() => undefined);
  }

  /** Folds a project's journal and refreshes its entry in the list. */
  async fold(project: OpenProject): Promise<void> {
    await project.store.fold();
    const takes = project.store.all('take').sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
    const poster =
      takes[0]?.result.firstFrameAssetId ??
      project.store.all('source').find(({ media }) => media !== 'sound')?.assetId ??
      null;
    const name = project.store.find('project', 'project')?.name ?? project.id;
    await this.#writeSummary(project.store.folder, { name, takeCount: takes.length, posterAssetId: poster });
  }

  async #writeSummary(folder: string, summary: z.output<typeof summaryFile>): Promise<void> {
    await writeFileAtomic(join(folder, 'summary.json'), JSON.stringify(summary));
  }

  /** A copy under another name, in the workspace. */
  async saveAs(projectId: string, name: string): Promise<string> {
    const project = await this.open(projectId);
    await this.fold(project);
    const id = await this.#freeId(name);
    const folder = join(this.workspace, id);
    const skipped = new Set(['project.lock', 'journal.ndjson', 'backups', 'jobs', 'following', 'cache', 'exports']);
    await cp(project.store.folder, folder, {
      recursive: true,
      filter: (from) => dirname(from) !== project.store.folder || !skipped.has(basename(from)),
    });
    await this.#rename(folder, name);
    return id;
  }

  async #rename(folder: string, name: string): Promise<void> {
    const path = join(folder, 'project.json');
    const file = parseProjectFile(parseBoundedJson(await readFile(path, 'utf8'), path), path);
    for (const record of file.records) if (record.kind === 'project') record.name = name;
    await writeFileAtomic(path, JSON.stringify(file));
    const takeCount = file.records.filter((record) => record.kind === 'take').length;
    await this.#writeSummary(folder, { name, takeCount, posterAssetId: null });
  }

  /** Packs a project into one file in the staging folder; returns its path and the name to offer. */
  async pack(projectId: string): Promise<{ path: string; name: string; sizeBytes: number }> {
    const project = await this.open(projectId);
    await this.fold(project);
    const entries: PackEntry[] = [{ name: 'project.json', path: join(project.store.folder, 'project.json') }];
    for (const id of await project.store.assets.list())
      entries.push({ name: `assets/${id}`, path: project.store.assets.pathOf(id) });
    const path = join(this.#staging, `${projectId}.magdiff`);
    await writePack(path, entries);
    return { path, name: `${projectId}.magdiff`, sizeBytes: (await stat(path)).size };
  }

  /**
   * Makes a project from a packed file. A file that is not one, or is damaged or hostile, leaves nothing behind. `folder`: a place in the
   * workspace that is not there yet, to unpack into; absent: beside the file, which waits in this studio's own folder.
   */
  async unpack(path: string, folder = `${path}-unpacked`): Promise<string> {
    await mkdir(join(folder, 'assets'), { recursive: true });
    try {
      await readPack(path, folder);
      const project = join(folder, 'project.json');
      const file = parseProjectFile(parseBoundedJson(await readFile(project, 'utf8'), basename(path)), basename(path));
      const name = file.records.find((record) => record.kind === 'project')?.name ?? 'Unpacked project';
      const id = await this.#freeId(name);
      await rename(folder, join(this.workspace, id));
      const takeCount = file.records.filter((record) => record.kind === 'take').length;
      await this.#writeSummary(join(this.workspace, id), { name, takeCount, posterAssetId: null });
      return id;
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      if (error instanceof SyntaxError)
        throw new StudioError('project-damaged', 'The packed project’s project.json is not JSON.', { cause: error });
      throw error;
    }
  }

  /** Every open project. */
  async allOpen(): Promise<OpenProject[]> {
    const settled = await Promise.allSettled(this.#open.values());
    return settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  }

  /** Folds and closes everything; a project that cannot be folded keeps the others from nothing, and its journal has it all. */
  async close(): Promise<void> {
    for (const project of await this.allOpen()) {
      await this.fold(project).catch(() => undefined);
      await project.store.close().catch(() => undefined);
    }
    this.#open.clear();
  }
}

function idOfPath(path: string): string {
  return `at-${createHash('sha256').update(path).digest('hex').slice(0, 16)}`;
}
