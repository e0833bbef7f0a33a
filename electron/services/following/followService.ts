import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { StudioError } from '../../../models/errors/studioError.ts';
import { translateWriteError } from '../../../models/files/atomicFile.ts';
import { errorOnWire } from '../../contract/errorOnWire.ts';
import { type FollowRequest, isFinal, type JobView } from '../../contract/jobs.ts';
import { newId } from '../../contract/newId.ts';
import type { FollowEvent } from '../../engine/engineProtocol.ts';
import type { EventBus } from '../eventBus.ts';
import type { EnginePort } from '../jobs/enginePort.ts';
import { type Job, type JobList, newJobView } from '../jobs/jobList.ts';
import type { OpenProject } from '../projects/openProject.ts';
import { isKept, keepFollowed } from './followKeeper.ts';
import { planFollow } from './followPlan.ts';
import { type FollowFile, keepFollow, readKeptFollows } from './keptFollows.ts';

/** Folder of a project in which jobs that follow lie while they run. */
export const followingFolder = 'following';

/** A mask that is being followed. */
interface FollowingJob extends Job {
  readonly file: FollowFile;
  view: JobView;
}

/** What following works with. */
export interface FollowServiceOptions {
  engine: EnginePort;
  bus: EventBus;
  list: JobList;
  /** The checkpoint to follow with; null: the built-in follower. */
  checkpoint: () => Promise<string | null>;
  /** Where failures are written that no page can be told better. */
  log: (line: string) => void;
}

/**
 * Masks that are being followed: queued at the engine, told frame by frame, kept in the project's folder until the document has what they
 * found. A job that a kill cut off begins anew at the next start; until it is done the document is as it was.
 */
export class FollowService {
  readonly #options: FollowServiceOptions;
  readonly #jobs = new Map<string, FollowingJob>();
  readonly #resumed = new WeakMap<OpenProject, Promise<void>>();
  #closing = false;

  constructor(options: FollowServiceOptions) {
    this.#options = options;
  }

  /** Takes up, once, the jobs that a project still had when the studio ended. */
  resume(project: OpenProject): Promise<void> {
    const resuming = this.#resumed.get(project) ?? this.#resumeNow(project);
    this.#resumed.set(project, resuming);
    return resuming;
  }

  async #resumeNow(project: OpenProject): Promise<void> {
    const root = join(project.store.folder, followingFolder);
    for (const { name, file } of await readKeptFollows(root)) {
      if (file?.id !== name || file.state === 'done' || isKept(project, name)) {
        await rm(join(root, name), { recursive: true, force: true }).catch((error) => this.#note(name, error));
        continue;
      }
      const job = this.#remember(project, file);
      if (!isFinal(file.state)) void this.#hand(job).catch((error: unknown) => this.#failed(job, error));
    }
  }

  /** Starts following a mask; returns the job's id. @throws StudioError `conflict` where it is followed already */
  async start(project: OpenProject, request: FollowRequest): Promise<string> {
    const running = [...this.#jobs.values()].find(
      ({ file, view }) => file.request.maskId === request.maskId && !isFinal(view.state),
    );
    if (running)
      throw new StudioError('conflict', 'This mask is being followed.', { hint: 'Cancel that first, or wait for it.' });
    // What cannot be planned is refused before there is a job.
    planFollow(project, request);
    const createdAt = new Date().toISOString();
    const job = this.#remember(project, { id: newId('follow'), createdAt, state: 'queued', error: null, request });
    try {
      await this.#hand(job);
    } catch (error) {
      await job.clear().catch((cause) => this.#note(job.file.id, cause));
      this.#options.list.drop(job);
      throw error;
    }
    return job.file.id;
  }

  /** Tells no more; running jobs stay in their folders and begin anew at the next start. */
  close(): void {
    this.#closing = true;
  }

  #remember(project: OpenProject, file: FollowFile): FollowingJob {
    const { id, createdAt, state, error, request } = file;
    const mask = project.store.find('mask', request.maskId);
    const source = project.store.find('source', mask?.sourceId ?? null);
    const label = mask ? `${mask.name} · ${source?.name ?? ''}` : '';
    const common = { id, projectId: project.id, kind: 'follow' as const, label, createdAt, state, error };
    const job: FollowingJob = {
      ...{ project, file, view: newJobView({ ...common, maskId: request.maskId, sourceId: source?.id ?? null }) },
      cancel: () => this.#options.engine.cancel(id),
      retry: () => {
        this.#tell(job, { state: 'queued', error: null, step: 0, total: 0, secondsLeft: null, note: '' });
        return this.#hand(job).catch((cause: unknown) => this.#failed(job, cause));
      },
      clear: async () => {
        await rm(this.#folderOf(job), { recursive: true, force: true });
        this.#jobs.delete(id);
      },
    };
    this.#jobs.set(id, job);
    this.#options.list.add(job);
    return job;
  }

  #folderOf({ project, file }: FollowingJob): string {
    return join(project.store.folder, followingFolder, file.id);
  }

  async #hand(job: FollowingJob): Promise<void> {
    const { project, file } = job;
    const folder = this.#folderOf(job);
    await mkdir(folder, { recursive: true }).catch((error: unknown) => {
      throw translateWriteError(error, folder);
    });
    const { source, drawing, windows } = planFollow(project, file.request);
    const sourcePath = project.store.assets.pathOf(source.assetId);
    const checkpoint = await this.#options.checkpoint();
    await this.#save(job);
    this.#tell(job, { state: 'queued' });
    this.#options.engine.follow(
      { id: file.id, folder, sourcePath, drawing, windows, checkpoint, acrossCuts: file.request.acrossCuts },
      (event) => void this.#onEvent(job, event),
    );
  }

  async #save(job: FollowingJob): Promise<void> {
    job.file.state = job.view.state;
    job.file.error = job.view.error;
    await keepFollow(this.#folderOf(job), job.file);
  }

  #tell(job: FollowingJob, change: Partial<JobView>): void {
    job.view = { ...job.view, ...change };
    if (!this.#closing) this.#options.bus.publish({ type: 'job', job: job.view });
  }

  /** Never rejects: the engine does not wait for what comes of its events. */
  async #onEvent(job: FollowingJob, event: FollowEvent): Promise<void> {
    if (this.#closing) return;
    await this.#take(job, event).catch((error: unknown) => this.#failed(job, error));
  }

  async #failed(job: FollowingJob, error: unknown): Promise<void> {
    const failure = error instanceof StudioError ? error : new StudioError('internal', String(error), { cause: error });
    this.#tell(job, { state: 'failed', error: errorOnWire.parse(failure.toJSON()), secondsLeft: null });
    await this.#save(job).catch((cause: unknown) => this.#note(job.file.id, cause));
  }

  #note(jobId: string, error: unknown): void {
    this.#options.log(`${jobId}: ${error instanceof Error ? error.message : String(error)}`);
  }

  async #take(job: FollowingJob, event: FollowEvent): Promise<void> {
    const { project, file } = job;
    const { maskId } = file.request;
    switch (event.type) {
      case 'progress': {
        const { progress, followed } = event;
        if (followed)
          this.#options.bus.publish({ type: 'followed', projectId: project.id, jobId: file.id, maskId, ...followed });
        return this.#tell(job, { ...progress, note: progress.note || (progress.step > 0 ? job.view.note : '') });
      }
      case 'warning':
        return this.#tell(job, { note: event.message });
      case 'done':
        this.#tell(job, { state: 'writing', step: 0, total: 0, secondsLeft: null });
        await keepFollowed(project, file.id, maskId, event.result);
        this.#tell(job, { state: 'done' });
        // The document has it, whatever becomes of the job's folder; the next start removes it.
        return this.#options.list.forget(job).catch((error: unknown) => this.#note(file.id, error));
      case 'failed':
        this.#tell(job, { state: 'failed', error: event.error, secondsLeft: null });
        return this.#save(job);
      case 'canceled':
        this.#tell(job, { state: 'canceled', secondsLeft: null });
        // Nothing of it is in the document, and it can be started again where it was started.
        return this.#options.list.forget(job);
    }
  }
}
