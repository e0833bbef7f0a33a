import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { StudioError } from '../../../models/errors/studioError.ts';
import { writeFileAtomic } from '../../../models/files/atomicFile.ts';
import { errorOnWire } from '../../contract/errorOnWire.ts';
import {
  isFinal,
  type JobView,
  jobStates,
  type PreviewSheet,
  type TakeRequest,
  takeRequest,
} from '../../contract/jobs.ts';
import { newId } from '../../contract/newId.ts';
import { recordId, takeRecipe } from '../../contract/records.ts';
import type { EngineEvent, EngineJob, EnginePreview } from '../../engine/engineProtocol.ts';
import type { EventBus } from '../eventBus.ts';
import type { ModelCatalogue } from '../models/modelCatalogue.ts';
import type { OpenProject } from '../projects/openProject.ts';
import type { EnginePort } from './enginePort.ts';
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
  request: takeRequest,
  recipe: takeRecipe,
  /** Decode: name of the latents file in the job's folder. */
  latentsName: z.string().nullable(),
});

type JobFile = z.output<typeof jobFile>;

/** Name under which the engine keeps a job's latents in its folder. */
const latentsName = 'latents.safetensors';

interface Job {
  project: OpenProject;
  file: JobFile;
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
  studioVersion: string;
}

/**
 * Takes in the making: queued at the engine, told step by step, kept in the project's `jobs` folder until they are takes. Live
 * previews are jobs that are never kept and of which each window has one: the latest.
 */
export class JobService {
  readonly #options: JobServiceOptions;
  readonly #jobs = new Map<string, Job>();
  #closing = false;

  constructor(options: JobServiceOptions) {
    this.#options = options;
  }

  /** The jobs of a project, oldest first. */
  list(projectId: string): JobView[] {
    return [...this.#jobs.values()]
      .filter((job) => job.project.id === projectId && !job.view.live)
      .map((job) => job.view);
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
    const file: JobFile = {
      id: newId('job'),
      kind: request.settings.task,
      label: request.settings.prompt.slice(0, 80),
      createdAt: new Date().toISOString(),
      state: 'queued',
      error: null,
      request,
      recipe: await planRecipe(project, request, this.#options),
      latentsName: null,
    };
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
    const request: TakeRequest = {
      modelId: take.recipe.model.id,
      settings: take.recipe.settings,
      sourceId: take.recipe.source.sourceId,
      maskId: take.recipe.maskId,
      frameIndex: take.recipe.source.frameIndex,
      inFrame: take.recipe.source.inFrame,
      outFrame: take.recipe.source.outFrame,
    };
    const file: JobFile = {
      id: newId('job'),
      kind: 'decode',
      label: take.name,
      createdAt: new Date().toISOString(),
      state: 'queued',
      error: null,
      request,
      recipe: take.recipe,
      latentsName,
    };
    const job = this.#remember(project, file, 'studio', false);
    await mkdir(this.#folderOf(job), { recursive: true });
    await writeFileAtomic(join(this.#folderOf(job), latentsName), bytes);
    await this.#submit(job);
    return file.id;
  }

  /** Asks the engine to stop a job. */
  cancel(project: OpenProject, jobId: string): void {
    this.#get(project, jobId);
    this.#options.engine.cancel(jobId);
  }

  /** Runs a failed or canceled job again, from where its folder says it was. */
  async retry(project: OpenProject, jobId: string): Promise<void> {
    const job = this.#get(project, jobId);
    if (!isFinal(job.view.state)) throw new StudioError('conflict', 'This job is still running.');
    this.#tell(job, { state: 'queued', error: null, step: 0, total: 0, secondsLeft: null, note: '' });
    await this.#submit(job);
  }

  /** Takes a finished job off the list and its folder off the disk. */
  async dismiss(project: OpenProject, jobId: string): Promise<void> {
    const job = this.#get(project, jobId);
    if (!isFinal(job.view.state)) throw new StudioError('conflict', 'This job is still running; cancel it first.');
    await this.#forget(job);
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

  #get(project: OpenProject, jobId: string): Job {
    const job = this.#jobs.get(jobId);
    if (!job || job.project !== project) throw new StudioError('job-unknown', 'This job is no longer on the list.');
    return job;
  }

  #folderOf(job: Job): string {
    return join(job.project.store.folder, job.view.live ? 'cache/live' : 'jobs', job.file.id);
  }

  #remember(project: OpenProject, file: JobFile, windowId: string, live: boolean): Job {
    const view: JobView = {
      id: file.id,
      projectId: project.id,
      kind: file.kind,
      live,
      label: file.label,
      createdAt: file.createdAt,
      state: file.state,
      step: 0,
      total: 0,
      secondsLeft: null,
      note: '',
      preview: null,
      takeId: null,
      file: null,
      error: file.error,
    };
    const job: Job = { project, file, view, windowId, preview: undefined, previewNumber: 0 };
    this.#jobs.set(file.id, job);
    return job;
  }

  async #submit(job: Job): Promise<void> {
    const folder = this.#folderOf(job);
    await mkdir(folder, { recursive: true });
    try {
      const request = await this.#requestFor(job, folder);
      await this.#save(job);
      this.#tell(job, { state: 'queued' });
      this.#options.engine.submit(request, (notice) => void this.#onNotice(job, notice));
    } catch (error) {
      this.#jobs.delete(job.file.id);
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  async #requestFor(job: Job, folder: string): Promise<EngineJob> {
    const { file, project } = job;
    const request = await planJob(project, { id: file.id, folder }, file.recipe, this.#options.catalogue);
    return file.kind === 'decode' ? { ...request, decodeOnly: true } : request;
  }

  async #save(job: Job): Promise<void> {
    if (job.view.live) return;
    job.file.state = job.view.state;
    job.file.error = job.view.error;
    await writeFileAtomic(join(this.#folderOf(job), 'job.json'), JSON.stringify(job.file));
  }

  #tell(job: Job, change: Partial<JobView>): void {
    job.view = { ...job.view, ...change };
    if (!this.#closing) this.#options.bus.publish({ type: 'job', job: job.view });
  }

  async #onNotice(job: Job, notice: EngineEvent): Promise<void> {
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

  async #follow(job: Job, notice: EngineEvent): Promise<void> {
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

  #previewOf(job: Job, { frameCount, frameWidth, frameHeight, columns }: EnginePreview): PreviewSheet {
    const url = `/previews/${job.project.id}/job/${job.file.id}/${++job.previewNumber}.webp`;
    return { url, frameCount, frameWidth, frameHeight, columns };
  }

  async #finish(job: Job, notice: Extract<EngineEvent, { type: 'done' }>): Promise<void> {
    if (job.view.live) {
      this.#tell(job, { state: 'done', secondsLeft: null });
      return this.#cleanLive(job);
    }
    this.#tell(job, { state: 'writing', step: 0, total: 0, secondsLeft: null });
    const takeId = await keepTake(job.project, job.file.recipe, notice.result, job.file.createdAt);
    this.#tell(job, { state: 'done', takeId });
    await this.#forget(job);
  }

  async #cleanLive(job: Job): Promise<void> {
    await rm(this.#folderOf(job), { recursive: true, force: true });
    // The page may still show the last preview for a while; older live jobs are dropped.
    const old = [...this.#jobs.values()].filter((other) => other.view.live && isFinal(other.view.state)).slice(0, -4);
    for (const other of old) this.#jobs.delete(other.file.id);
  }

  async #forget(job: Job): Promise<void> {
    await rm(this.#folderOf(job), { recursive: true, force: true });
    this.#jobs.delete(job.file.id);
    this.#options.bus.publish({ type: 'jobGone', projectId: job.project.id, jobId: job.file.id });
  }
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A torn job file means the job never properly began.
    return undefined;
  }
}
