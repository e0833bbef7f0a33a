import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { StudioError } from '../../../models/errors/studioError.ts';
import { writeFileAtomic } from '../../../models/files/atomicFile.ts';
import { isFinal, type PreviewSheet, type TakeRequest } from '../../contract/jobs.ts';
import type { MethodOutput } from '../../contract/methods.ts';
import type { RetakeRequest } from '../../contract/retake.ts';
import type { EngineEvent, EnginePreview } from '../../engine/engineProtocol.ts';
import type { ModelCatalogue } from '../models/modelCatalogue.ts';
import type { OpenProject } from '../projects/openProject.ts';
import { EngineJobs, type EngineJobsOptions, type JobFacts } from './engineJobs.ts';
import { type Job, newJobView } from './jobList.ts';
import { planRetake } from './retakePlan.ts';
import { newJob, type TakeJobFile, takeIdOf, takeJobFile } from './takeJobFile.ts';
import { keepTake } from './takeKeeper.ts';
import { planJob, planRecipe } from './takePlan.ts';

/** Name under which the engine keeps a job's latents in its folder. */
const latentsName = 'latents.safetensors';

/** A take in the making. */
interface TakeFacts extends JobFacts {
  readonly file: TakeJobFile;
  readonly windowId: string;
  previewNumber: number;
}

type TakeJob = TakeFacts & Job;

/** Jobs of which the latest preview is kept: a page may ask for one when its job has just become a take. */
const keptPreviews = 8;

/** What the job service works with. */
export interface JobServiceOptions extends EngineJobsOptions {
  readonly catalogue: ModelCatalogue;
  readonly studioVersion: string;
}

/**
 * Takes in the making, told step by step, kept in the project's `jobs` folder until they are takes. Live previews are jobs that are never
 * kept and of which each window has one: the latest.
 */
export class JobService {
  readonly #options: JobServiceOptions;
  readonly #jobs: EngineJobs<TakeFacts>;
  /** By job; the job whose preview is newest comes last. */
  readonly #previews = new Map<string, Uint8Array>();

  constructor(options: JobServiceOptions) {
    this.#options = options;
    this.#jobs = new EngineJobs({
      options,
      folderOf: (job) => this.#folderOf(job),
      plan: (job, folder) => this.#plan(job, folder),
    });
  }

  /** Takes up, once, the takes in the making that a project still had when the studio ended; they go on from where they were. */
  resume(project: OpenProject): Promise<void> {
    return this.#jobs.resume(project, {
      folder: join(project.store.folder, 'jobs'),
      schema: takeJobFile,
      isMade: (jobId) => project.store.find('take', takeIdOf(jobId)) !== undefined,
      remember: (file) => this.#remember(project, file, 'studio', false),
    });
  }

  /** Starts a take, or a live preview in place of the window's last one. Returns the job's id. */
  async start(project: OpenProject, windowId: string, request: TakeRequest, live: boolean): Promise<string> {
    if (live) this.stopLive(windowId);
    const { task, prompt } = request.settings;
    const recipe = await planRecipe(project, request, this.#options);
    const file = newJob(task, prompt.slice(0, 80), recipe, live ? 'here' : request.runOn);
    await this.#jobs.submit(this.#remember(project, file, windowId, live));
    return file.id;
  }

  /** Starts a take that makes a range or a region of another anew. Returns the job's id. */
  async retake(project: OpenProject, windowId: string, request: RetakeRequest): Promise<string> {
    const recipe = await planRetake(project, request, this.#options.studioVersion);
    const file = newJob('retake', request.prompt.slice(0, 80), recipe);
    await this.#jobs.submit(this.#remember(project, file, windowId, false));
    return file.id;
  }

  /** Ends a window's live preview, if it has one. */
  stopLive(windowId: string): void {
    for (const job of this.#jobs.all)
      if (job.view.live && job.windowId === windowId && !isFinal(job.view.state)) job.cancel();
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
    await this.#jobs.submit(this.#remember(project, file, 'studio', false));
    return file.id;
  }

  /** Memory and time a request would need, before it runs. */
  async estimate(project: OpenProject, request: TakeRequest): Promise<MethodOutput<'jobs.estimate'>> {
    const recipe = await planRecipe(project, request, this.#options, true);
    const engineRequest = await planJob(
      project,
      { id: 'estimate', folder: join(project.store.folder, 'jobs', 'estimate') },
      recipe,
      this.#options.catalogue,
    );
    const { memoryBytes, seconds, drawn, finished, advice } = await this.#options.engine.estimate(engineRequest);
    return { memoryBytes, seconds, drawn, finished, advice: advice ?? null };
  }

  /** The bytes of a job's latest preview, for a while after its end too. */
  preview(jobId: string): Uint8Array | undefined {
    return this.#previews.get(jobId);
  }

  #keepPreview(jobId: string, bytes: Uint8Array): void {
    this.#previews.delete(jobId);
    this.#previews.set(jobId, bytes);
    const [oldest] = this.#previews.keys();
    if (oldest !== undefined && this.#previews.size > keptPreviews) this.#previews.delete(oldest);
  }

  /** Tells no more; running jobs stay in their folders and go on at the next start. */
  close(): void {
    this.#jobs.close();
  }

  #folderOf({ project, view, file }: TakeFacts): string {
    return join(project.store.folder, view.live ? 'cache/live' : 'jobs', file.id);
  }

  #remember(project: OpenProject, file: TakeJobFile, windowId: string, live: boolean): TakeJob {
    const { id, kind, label, createdAt, state, error } = file;
    const { sourceId } = file.recipe.source;
    const view = newJobView({ id, projectId: project.id, kind, live, label, createdAt, state, error, sourceId });
    return this.#jobs.add({ project, file, view, windowId, previewNumber: 0 });
  }

  async #plan(job: TakeJob, folder: string): Promise<() => void> {
    const { file, project } = job;
    const planned = await planJob(project, { id: file.id, folder }, file.recipe, this.#options.catalogue);
    const request = {
      ...planned,
      runOn: file.runOn,
      live: job.view.live,
      ...(file.kind === 'decode' ? { decodeOnly: true } : {}),
    };
    return () =>
      this.#options.engine.submit(request, (event) => void this.#jobs.hear(job, () => this.#follow(job, event)));
  }

  async #follow(job: TakeJob, event: EngineEvent): Promise<void> {
    switch (event.type) {
      case 'progress': {
        const { preview, progress } = event;
        if (preview) this.#keepPreview(job.file.id, preview.bytes);
        return this.#jobs.progressed(job, progress, preview ? { preview: this.#previewOf(job, preview) } : {});
      }
      case 'warning':
        return this.#jobs.tell(job, { note: event.message });
      case 'done':
        return this.#finish(job, event);
      case 'failed':
        this.#jobs.tell(job, { state: 'failed', error: event.error, secondsLeft: null });
        return job.view.live ? this.#cleanLive(job) : this.#jobs.save(job);
      case 'canceled':
        this.#jobs.tell(job, { state: 'canceled', secondsLeft: null });
        return job.view.live ? this.#cleanLive(job) : this.#jobs.save(job);
    }
  }

  #previewOf(job: TakeJob, sheet: EnginePreview): PreviewSheet {
    const { frameCount, frameWidth, frameHeight, columns, reduced } = sheet;
    const url = `/previews/${job.project.id}/job/${job.file.id}/${++job.previewNumber}.webp`;
    return { url, frameCount, frameWidth, frameHeight, columns, ...(reduced ? { reduced } : {}) };
  }

  async #finish(job: TakeJob, event: Extract<EngineEvent, { type: 'done' }>): Promise<void> {
    if (job.view.live) {
      this.#jobs.tell(job, { state: 'done', secondsLeft: null });
      return this.#cleanLive(job);
    }
    this.#jobs.tell(job, { state: 'writing', step: 0, total: 0, secondsLeft: null });
    const takeId = takeIdOf(job.file.id);
    await keepTake(job.project, takeId, job.file, event.result);
    this.#jobs.tell(job, { state: 'done', takeId });
    await this.#jobs.made(job);
  }

  async #cleanLive(job: TakeJob): Promise<void> {
    await rm(this.#folderOf(job), { recursive: true, force: true });
    // The page may still show the last preview for a while; older live jobs are dropped.
    const old = this.#jobs.all.filter((other) => other.view.live && isFinal(other.view.state)).slice(0, -4);
    for (const other of old) this.#jobs.drop(other);
  }
}
