import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { StudioError } from '../../../models/errors/studioError.ts';
import { translateWriteError, writeFileAtomic } from '../../../models/files/atomicFile.ts';
import { errorOnWire } from '../../contract/errorOnWire.ts';
import { isFinal, type JobView, type PreviewSheet, type TakeRequest } from '../../contract/jobs.ts';
import type { EngineEvent, EngineJob, EnginePreview } from '../../engine/engineProtocol.ts';
import type { EventBus } from '../eventBus.ts';
import type { ModelCatalogue } from '../models/modelCatalogue.ts';
import type { OpenProject } from '../projects/openProject.ts';
import type { EnginePort } from './enginePort.ts';
import { type Job, type JobList, newJobView } from './jobList.ts';
import { type JobFile, keepJob, newJob, readKeptJobs, takeIdOf } from './keptJobs.ts';
import { keepTake } from './takeKeeper.ts';
import { planJob, planRecipe } from './takePlan.ts';

/** Name under which the engine keeps a job's latents in its folder. */
const latentsName = 'latents.safetensors';

/** A take in the making. */
interface TakeJob extends Job {
  readonly file: JobFile;
  view: JobView;
  windowId: string;
  preview: Uint8Array | undefined;
  previewNumber: number;
}

/** What the job service works with. */
export interface JobServiceOptions {
  engine: EnginePort;
  bus: EventBus;
  catalogue: ModelCatalogue;
  list: JobList;
  studioVersion: string;
  /** Where failures are written that no page can be told better. */
  log: (line: string) => void;
}

/**
 * Takes in the making: queued at the engine, told step by step, kept in the project's `jobs` folder until they are takes. Live
 * previews are jobs that are never kept and of which each window has one: the latest.
 */
export class JobService {
  readonly #options: JobServiceOptions;
  readonly #jobs = new Map<string, TakeJob>();
  readonly #resumed = new WeakMap<OpenProject, Promise<void>>();
  #closing = false;

  constructor(options: JobServiceOptions) {
    this.#options = options;
  }

  /**
   * Takes up, once, the jobs that a project still had when the studio ended: unfinished ones go on, failed ones can be retried. They are on
   * the list when this resolves; the engine gets them one by one after that.
   */
  resume(project: OpenProject): Promise<void> {
    const resuming = this.#resumed.get(project) ?? this.#resumeNow(project);
    this.#resumed.set(project, resuming);
    return resuming;
  }

  async #resumeNow(project: OpenProject): Promise<void> {
    const root = join(project.store.folder, 'jobs');
    const unfinished: TakeJob[] = [];
    for (const { name, file } of await readKeptJobs(root)) {
      if (this.#jobs.has(name)) continue;
      if (file?.id !== name || file.state === 'done' || project.store.find('take', takeIdOf(name)))
        await rm(join(root, name), { recursive: true, force: true }).catch((error) => this.#note(name, error));
      else {
        const job = this.#remember(project, file, 'studio', false);
        if (!isFinal(file.state)) unfinished.push(job);
      }
    }
    void this.#submitAll(unfinished);
  }

  /** Hands kept jobs to the engine; one that cannot run any more stays on the list as failed. */
  async #submitAll(jobs: readonly TakeJob[]): Promise<void> {
    for (const job of jobs) {
      if (this.#closing) return;
      await this.#hand(job).catch((error: unknown) => this.#failed(job, error));
    }
  }

  /** Starts a take, or a live preview in place of the window's last one. Returns the job's id. */
  async start(project: OpenProject, windowId: string, request: TakeRequest, live: boolean): Promise<string> {
    if (live) this.stopLive(windowId);
    const { task, prompt } = request.settings;
    const file = newJob(task, prompt.slice(0, 80), await planRecipe(project, request, this.#options));
    const job = this.#remember(project, file, windowId, live);
    await this.#submit(job);
    return file.id;
  }

  /** Ends a window's live preview, if it has one. */
  stopLive(windowId: string): void {
    for (const job of this.#jobs.values())
      if (job.view.live && job.windowId === windowId && !isFinal(job.view.state))
        this.#options.engine.cancel(job.file.id);
  }

  /** Decodes a take's latents again into a new take. @throws StudioError `asset-missing` where they were not kept */
  async decodeAgain(project: OpenProject, takeId: string): Promise<string> {
    const take = project.store.get('take', takeId);
    if (!take.result.latentsAssetId)
      throw new StudioError('asset-missing', `${take.name} has no saved latents.`, {
        hint: 'Use its recipe again to make it anew.',
      });
    const bytes = await project.store.assets.read(take.result.latentsAssetId);
    const file = newJob('decode', take.name, take.recipe);
    // Written first: where that fails there is no job.
    await writeFileAtomic(join(project.store.folder, 'jobs', file.id, latentsName), bytes);
    const job = this.#remember(project, file, 'studio', false);
    await this.#submit(job);
    return file.id;
  }

  /** Memory and time a request would need, before it runs. */
  async estimate(
    project: OpenProject,
    request: TakeRequest,
  ): Promise<{ memoryBytes: number; seconds: number; advice: string | null }> {
    const recipe = await planRecipe(project, request, this.#options, true);
    const engineRequest = await planJob(
      project,
      { id: 'estimate', folder: join(project.store.folder, 'jobs', 'estimate') },
      recipe,
      this.#options.catalogue,
    );
    const { memoryBytes, seconds, advice } = await this.#options.engine.estimate(engineRequest);
    return { memoryBytes, seconds, advice: advice ?? null };
  }

  /** The bytes of a job's latest preview. */
  preview(jobId: string): Uint8Array | undefined {
    return this.#jobs.get(jobId)?.preview;
  }

  /** Tells no more; running jobs stay in their folders and go on at the next start. */
  close(): void {
    this.#closing = true;
  }

  #folderOf(job: TakeJob): string {
    return join(job.project.store.folder, job.view.live ? 'cache/live' : 'jobs', job.file.id);
  }

  #remember(project: OpenProject, file: JobFile, windowId: string, live: boolean): TakeJob {
    const { id, kind, label, createdAt, state, error } = file;
    const { sourceId } = file.recipe.source;
    const view = newJobView({ id, projectId: project.id, kind, live, label, createdAt, state, error, sourceId });
    const job: TakeJob = {
      ...{ project, file, view, windowId, preview: undefined, previewNumber: 0 },
      cancel: () => this.#options.engine.cancel(file.id),
      retry: () => {
        this.#tell(job, { state: 'queued', error: null, step: 0, total: 0, secondsLeft: null, note: '' });
        return this.#hand(job).catch((error: unknown) => this.#failed(job, error));
      },
      clear: async () => {
        await rm(this.#folderOf(job), { recursive: true, force: true });
        this.#jobs.delete(file.id);
      },
    };
    this.#jobs.set(file.id, job);
    this.#options.list.add(job);
    return job;
  }

  /** Hands a new job to the engine; one that cannot run leaves nothing behind. */
  async #submit(job: TakeJob): Promise<void> {
    try {
      await this.#hand(job);
    } catch (error) {
      await job.clear().catch((cause) => this.#note(job.file.id, cause));
      this.#options.list.drop(job);
      throw error;
    }
  }

  async #hand(job: TakeJob): Promise<void> {
    const folder = this.#folderOf(job);
    await makeFolder(folder);
    const request = await this.#requestFor(job, folder);
    await this.#save(job);
    this.#tell(job, { state: 'queued' });
    this.#options.engine.submit(request, (notice) => void this.#onNotice(job, notice));
  }

  async #requestFor(job: TakeJob, folder: string): Promise<EngineJob> {
    const { file, project } = job;
    const request = await planJob(project, { id: file.id, folder }, file.recipe, this.#options.catalogue);
    return file.kind === 'decode' ? { ...request, decodeOnly: true } : request;
  }

  async #save(job: TakeJob): Promise<void> {
    if (job.view.live) return;
    job.file.state = job.view.state;
    job.file.error = job.view.error;
    await keepJob(this.#folderOf(job), job.file);
  }

  #tell(job: TakeJob, change: Partial<JobView>): void {
    job.view = { ...job.view, ...change };
    if (!this.#closing) this.#options.bus.publish({ type: 'job', job: job.view });
  }

  /** Never rejects: the engine does not wait for what comes of its notices. */
  async #onNotice(job: TakeJob, notice: EngineEvent): Promise<void> {
    if (this.#closing) return;
    await this.#follow(job, notice).catch((error: unknown) => this.#failed(job, error));
  }

  /** Ends a job as failed. Where that cannot be written down either, as on a full disk, the page knows, and the next start runs it again. */
  async #failed(job: TakeJob, error: unknown): Promise<void> {
    const failure = error instanceof StudioError ? error : new StudioError('internal', String(error), { cause: error });
    this.#tell(job, { state: 'failed', error: errorOnWire.parse(failure.toJSON()), secondsLeft: null });
    await this.#save(job).catch((cause: unknown) => this.#note(job.file.id, cause));
  }

  #note(jobId: string, error: unknown): void {
    this.#options.log(`${jobId}: ${error instanceof Error ? error.message : String(error)}`);
  }

  async #follow(job: TakeJob, notice: EngineEvent): Promise<void> {
    switch (notice.type) {
      case 'progress': {
        const { preview, progress } = notice;
        if (preview) job.preview = preview.bytes;
        // A warning stays to be read while steps are counted.
        const note = progress.note || (progress.step > 0 ? job.view.note : '');
        return this.#tell(job, { ...progress, note, ...(preview ? { preview: this.#previewOf(job, preview) } : {}) });
      }
      case 'warning':
        return this.#tell(job, { note: notice.message });
      case 'done':
        return this.#finish(job, notice);
      case 'failed':
        this.#tell(job, { state: 'failed', error: notice.error, secondsLeft: null });
        return job.view.live ? this.#cleanLive(job) : this.#save(job);
      case 'canceled':
        this.#tell(job, { state: 'canceled', secondsLeft: null });
        return job.view.live ? this.#cleanLive(job) : this.#save(job);
    }
  }

  #previewOf(job: TakeJob, { frameCount, frameWidth, frameHeight, columns }: EnginePreview): PreviewSheet {
    const url = `/previews/${job.project.id}/job/${job.file.id}/${++job.previewNumber}.webp`;
    return { url, frameCount, frameWidth, frameHeight, columns };
  }

  async #finish(job: TakeJob, notice: Extract<EngineEvent, { type: 'done' }>): Promise<void> {
    if (job.view.live) {
      this.#tell(job, { state: 'done', secondsLeft: null });
      return this.#cleanLive(job);
    }
    this.#tell(job, { state: 'writing', step: 0, total: 0, secondsLeft: null });
    const takeId = takeIdOf(job.file.id);
    await keepTake(job.project, takeId, job.file, notice.result);
    this.#tell(job, { state: 'done', takeId });
    // The take is there, whatever becomes of the job's folder; the next start removes it.
    await this.#options.list.forget(job).catch((error: unknown) => this.#note(job.file.id, error));
  }

  async #cleanLive(job: TakeJob): Promise<void> {
    await rm(this.#folderOf(job), { recursive: true, force: true });
    // The page may still show the last preview for a while; older live jobs are dropped.
    const old = [...this.#jobs.values()].filter((other) => other.view.live && isFinal(other.view.state)).slice(0, -4);
    for (const other of old) {
      this.#jobs.delete(other.file.id);
      this.#options.list.drop(other);
    }
  }
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw translateWriteError(error, folder);
  }
}
