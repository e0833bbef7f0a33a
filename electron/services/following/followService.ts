import { join } from 'node:path';
import { StudioError } from '../../../models/errors/studioError.ts';
import { type FollowRequest, isFinal } from '../../contract/jobs.ts';
import { newId } from '../../contract/newId.ts';
import type { FollowEvent } from '../../engine/engineProtocol.ts';
import { EngineJobs, type EngineJobsOptions, type JobFacts } from '../jobs/engineJobs.ts';
import { type Job, newJobView } from '../jobs/jobList.ts';
import type { OpenProject } from '../projects/openProject.ts';
import { type FollowFile, followFile } from './followFile.ts';
import { isKept, keepFollowed } from './followKeeper.ts';
import { planFollow } from './followPlan.ts';

/** Folder of a project in which jobs that follow lie while they run. */
const followingFolder = 'following';

/** A mask that is being followed. */
interface FollowingFacts extends JobFacts {
  readonly file: FollowFile;
}

type FollowingJob = FollowingFacts & Job;

/** What following works with. */
export interface FollowServiceOptions extends EngineJobsOptions {
  /** The checkpoint to follow with; null: the built-in follower. */
  readonly checkpoint: () => Promise<string | null>;
}

/**
 * Masks that are being followed, told frame by frame, kept in the project's folder until the document has what they found. A job that a kill
 * cut off begins anew at the next start; until it is done the document is as it was.
 */
export class FollowService {
  readonly #options: FollowServiceOptions;
  readonly #jobs: EngineJobs<FollowingFacts>;

  constructor(options: FollowServiceOptions) {
    this.#options = options;
    this.#jobs = new EngineJobs({
      options,
      folderOf: ({ project, file }) => join(project.store.folder, followingFolder, file.id),
      plan: (job, folder) => this.#plan(job, folder),
    });
  }

  /** Takes up, once, the jobs that a project still had when the studio ended. */
  resume(project: OpenProject): Promise<void> {
    return this.#jobs.resume(project, {
      folder: join(project.store.folder, followingFolder),
      schema: followFile,
      isMade: (jobId) => isKept(project, jobId),
      remember: (file) => this.#remember(project, file),
    });
  }

  /** Starts following a mask; returns the job's id. @throws StudioError `conflict` where it is followed already */
  async start(project: OpenProject, request: FollowRequest): Promise<string> {
    const running = this.#jobs.all.find(
      ({ file, view }) => file.request.maskId === request.maskId && !isFinal(view.state),
    );
    if (running)
      throw new StudioError('conflict', 'This mask is being followed.', { hint: 'Cancel that first, or wait for it.' });
    // What cannot be planned is refused before there is a job.
    planFollow(project, request);
    const createdAt = new Date().toISOString();
    const job = this.#remember(project, { id: newId('follow'), createdAt, state: 'queued', error: null, request });
    await this.#jobs.submit(job);
    return job.file.id;
  }

  /** Tells no more; running jobs stay in their folders and begin anew at the next start. */
  close(): void {
    this.#jobs.close();
  }

  #remember(project: OpenProject, file: FollowFile): FollowingJob {
    const { id, createdAt, state, error, request } = file;
    const mask = project.store.find('mask', request.maskId);
    const source = project.store.find('source', mask?.sourceId ?? null);
    const label = mask ? `${mask.name} · ${source?.name ?? ''}` : '';
    const common = { id, projectId: project.id, kind: 'follow' as const, label, createdAt, state, error };
    const view = newJobView({ ...common, maskId: request.maskId, sourceId: source?.id ?? null });
    return this.#jobs.add({ project, file, view });
  }

  async #plan(job: FollowingJob, folder: string): Promise<() => void> {
    const { project, file } = job;
    const { source, drawing, windows } = planFollow(project, file.request);
    const sourcePath = project.store.assets.pathOf(source.assetId);
    const checkpoint = await this.#options.checkpoint();
    const { acrossCuts } = file.request;
    const request = { id: file.id, folder, sourcePath, drawing, windows, checkpoint, acrossCuts };
    return () =>
      this.#options.engine.follow(request, (event) => void this.#jobs.hear(job, () => this.#take(job, event)));
  }

  async #take(job: FollowingJob, event: FollowEvent): Promise<void> {
    const { project, file } = job;
    const { maskId } = file.request;
    switch (event.type) {
      case 'progress': {
        const { progress, followed } = event;
        if (followed)
          this.#options.bus.publish({ type: 'followed', projectId: project.id, jobId: file.id, maskId, ...followed });
        return this.#jobs.progressed(job, progress);
      }
      case 'warning':
        return this.#jobs.tell(job, { note: event.message });
      case 'done':
        this.#jobs.tell(job, { state: 'writing', step: 0, total: 0, secondsLeft: null });
        await keepFollowed(project, file.id, maskId, event.result);
        this.#jobs.tell(job, { state: 'done' });
        return this.#jobs.made(job);
      case 'failed':
        this.#jobs.tell(job, { state: 'failed', error: event.error, secondsLeft: null });
        return this.#jobs.save(job);
      case 'canceled':
        this.#jobs.tell(job, { state: 'canceled', secondsLeft: null });
        // Nothing of it is in the document, and it can be started again where it was started.
        return this.#options.list.forget(job);
    }
  }
}
