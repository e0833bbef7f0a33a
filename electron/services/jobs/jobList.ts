import { StudioError } from '../../../models/errors/studioError.ts';
import { isFinal, type JobView } from '../../contract/jobs.ts';
import type { EventBus } from '../eventBus.ts';
import type { OpenProject } from '../projects/openProject.ts';

/** Something long under way in a project: a take in the making, or an export. */
export interface Job {
  readonly project: OpenProject;
  /** The job as the page sees it now. */
  readonly view: JobView;
  /** Asks it to stop; it ends as `canceled` a little later. */
  cancel(): void;
  /** Runs it again after it failed or was canceled, from where it was. */
  retry(): Promise<void>;
  /** Removes what it left in the making; what it made stays. */
  clear(): Promise<void>;
}

/** A job as the page sees it at its beginning. */
export function newJobView(
  job: Pick<JobView, 'id' | 'projectId' | 'kind' | 'label' | 'createdAt'> & Partial<JobView>,
): JobView {
  return {
    live: false,
    state: 'queued',
    step: 0,
    total: 0,
    secondsLeft: null,
    note: '',
    preview: null,
    takeId: null,
    sourceId: null,
    maskId: null,
    file: null,
    error: null,
    ...job,
  };
}

/** Every job of every open project, whatever it makes: what the page lists, cancels, retries and dismisses. */
export class JobList {
  readonly #bus: EventBus;
  readonly #jobs = new Map<string, Job>();

  constructor(bus: EventBus) {
    this.#bus = bus;
  }

  /** Puts a job on the list. */
  add(job: Job): void {
    this.#jobs.set(job.view.id, job);
  }

  /** A project's jobs, oldest first; live previews are not among them. */
  list(projectId: string): JobView[] {
    return [...this.#jobs.values()]
      .filter((job) => job.project.id === projectId && !job.view.live)
      .map((job) => job.view);
  }

  /** Asks a job to stop. @throws StudioError `job-unknown`, as the other two */
  cancel(project: OpenProject, jobId: string): void {
    this.#get(project, jobId).cancel();
  }

  /** Runs a failed or canceled job again. @throws StudioError `conflict` while it runs */
  async retry(project: OpenProject, jobId: string): Promise<void> {
    await this.#finished(project, jobId).retry();
  }

  /** Takes a finished job off the list. @throws StudioError `conflict` while it runs */
  async dismiss(project: OpenProject, jobId: string): Promise<void> {
    await this.forget(this.#finished(project, jobId));
  }

  /** Takes a job off the list and clears up after it; the pages are told. */
  async forget(job: Job): Promise<void> {
    await job.clear();
    this.drop(job);
    this.#bus.publish({ type: 'jobGone', projectId: job.project.id, jobId: job.view.id });
  }

  /** Takes a job off the list that no page was told of. */
  drop(job: Job): void {
    this.#jobs.delete(job.view.id);
  }

  #get(project: OpenProject, jobId: string): Job {
    const job = this.#jobs.get(jobId);
    if (job?.project !== project) throw new StudioError('job-unknown', 'This job is no longer on the list.');
    return job;
  }

  #finished(project: OpenProject, jobId: string): Job {
    const job = this.#get(project, jobId);
    if (!isFinal(job.view.state))
      throw new StudioError('conflict', 'This job is still running.', { hint: 'Cancel it first.' });
    return job;
  }
}
