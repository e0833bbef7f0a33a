import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { StudioError } from '../../../models/errors/studioError.ts';
import { writeFileAtomic } from '../../../models/files/atomicFile.ts';
import { errorOnWire } from '../../contract/errorOnWire.ts';
import { recordId } from '../../contract/identities.ts';
import { isFinal, type JobView, jobStates, type PreviewSheet, type TakeRequest } from '../../contract/jobs.ts';
import { newId } from '../../contract/newId.ts';
import { type TakeRecipe, takeRecipe } from '../../contract/takeRecipe.ts';
import type { EngineEvent, EngineJob, EnginePreview } from '../../engine/engineProtocol.ts';
import type { EventBus } from '../eventBus.ts';
import type { ModelCatalogue } from '../models/modelCatalogue.ts';
import type { OpenProject } from '../projects/openProject.ts';
import type { EnginePort } from './enginePort.ts';
import { type Job, type JobList, newJobView } from './jobList.ts';
import { keepTake } from './takeKeeper.ts';
import { planJob, planRecipe } from './takePlan.ts';

/** What is kept of a job in its folder, so that it outlives the studio. */
const jobFile = z.object({
  id: recordId,
  kind: z.enum(['generate', 'edit', 'decode']),
  label: z.string(),
  createdAt: z.string(),
  state: z.enum(jobStates),
  error: errorOnWire.nullable(),
  recipe: takeRecipe,
});

type JobFile = z.output<typeof jobFile>;

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
}

/**
 * Takes in the making: queued at the engine, told step by step, kept in the project's `jobs` folder until they are takes. Live
 * previews are jobs that are never kept and of which each window has one: the latest.
 */
export class JobService {
  readonly #options: JobServiceOptions;
  readonly #jobs = new Map<string, TakeJob>();
  #closing = false;

  constructor(options: JobServiceOptions) {
    this.#options = options;
  }

  /** Takes up the jobs that a project still had when the studio ended: unfinished ones go on, failed ones can be retried. */
  async resume(project: OpenProject): Promise<void> {
    const root = join(project.store.folder, 'jobs');
    for (const id of await readdir(root).catch(() => [])) {
      if (this.#jobs.has(id)) continue;
      const text = await readFile(join(root, id, 'job.json'), 'utf8').catch(() => undefined);
      const file = text === undefined ? undefined : jobFile.safeParse(parseOrUndefined(text)).data;
      if (!file || file.state === 'done') {
        await rm(join(root, id), { recursive: true, force: true });
        continue;
      }
      const job = this.#remember(project, file, 'studio', false);
      if (!isFinal(file.state)) await this.#submit(job);
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
    const job = this.#remember(project, file, 'studio', false);
    await mkdir(this.#folderOf(job), { recursive: true });
    await writeFileAtomic(join(this.#folderOf(job), latentsName), bytes);
    await this.#submit(job);
    return file.id;
  }

  /** Memory and time a request would need, before it runs. */
  async estimate(
    project: OpenProject,
    request: TakeRequest,
  ): Promise<{ memoryBytes: number; seconds: number; advice: string | null }> {
    const recipe = await planRecipe(project, request, this.#options);
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
    const view = newJobView({ id, projectId: project.id, kind, live, label, createdAt, state, error });
    const job: TakeJob = {
      ...{ project, file, view, windowId, preview: undefined, previewNumber: 0 },
      cancel: () => this.#options.engine.cancel(file.id),
      retry: () => {
        this.#tell(job, { state: 'queued', error: null, step: 0, total: 0, secondsLeft: null, note: '' });
        return this.#submit(job);
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

  async #submit(job: TakeJob): Promise<void> {
    const folder = this.#folderOf(job);
    await mkdir(folder, { recursive: true });
    try {
      const request = await this.#requestFor(job, folder);
      await this.#save(job);
      this.#tell(job, { state: 'queued' });
      this.#options.engine.submit(request, (notice) => void this.#onNotice(job, notice));
    } catch (error) {
      await job.clear();
      this.#options.list.drop(job);
      throw error;
    }
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
    await writeFileAtomic(join(this.#folderOf(job), 'job.json'), JSON.stringify(job.file));
  }

  #tell(job: TakeJob, change: Partial<JobView>): void {
    job.view = { ...job.view, ...change };
    if (!this.#closing) this.#options.bus.publish({ type: 'job', job: job.view });
  }

  async #onNotice(job: TakeJob, notice: EngineEvent): Promise<void> {
    if (this.#closing) return;
    try {
      await this.#follow(job, notice);
    } catch (error) {
      const failure =
        error instanceof StudioError ? error : new StudioError('internal', String(error), { cause: error });
      this.#tell(job, { state: 'failed', error: errorOnWire.parse(failure.toJSON()) });
      await this.#save(job);
    }
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
    const takeId = await keepTake(job.project, job.file.recipe, notice.result, job.file.createdAt);
    this.#tell(job, { state: 'done', takeId });
    await this.#options.list.forget(job);
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

function newJob(kind: JobFile['kind'], label: string, recipe: TakeRecipe): JobFile {
  return { id: newId('job'), kind, label, createdAt: new Date().toISOString(), state: 'queued', error: null, recipe };
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A torn job file means the job never properly began.
    return undefined;
  }
}
