import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { translateWriteError } from '../../../models/files/atomicFile.ts';
import type { Progress } from '../../../models/progress/progress.ts';
import { wireErrorOf } from '../../contract/errorOnWire.ts';
import { isFinal, type JobView } from '../../contract/jobs.ts';
import type { EnginePort } from '../../engine/enginePort.ts';
import type { EventBus } from '../eventBus.ts';
import type { OpenProject } from '../projects/openProject.ts';
import type { Job, JobList } from './jobList.ts';
import { type KeptJob, keepJob, readKeptJobs } from './keptJobs.ts';

/** What a kind of jobs says of one: its project, what is kept of it, and the job as the page sees it. */
export interface JobFacts {
  readonly project: OpenProject;
  readonly file: KeptJob;
  view: JobView;
}

/** What jobs of the engine work with. */
export interface EngineJobsOptions {
  readonly engine: EnginePort;
  readonly bus: EventBus;
  readonly list: JobList;
  /** Where failures are written that no page can be told better. */
  readonly log: (line: string) => void;
}

/** How jobs of a kind are run. */
export interface JobKind<Facts extends JobFacts> {
  readonly options: EngineJobsOptions;
  readonly folderOf: (job: Facts) => string;
  /** Puts together what the engine is asked, once the job's folder is there; what comes back asks it. */
  readonly plan: (job: Facts & Job, folder: string) => Promise<() => void>;
}

/** What is there of a kind's jobs when a project is opened. */
export interface KeptJobs<File extends KeptJob> {
  /** The project's folder of them. */
  readonly folder: string;
  readonly schema: z.ZodType<File>;
  /** Whether the document has what a job makes. */
  readonly isMade: (jobId: string) => boolean;
  readonly remember: (file: File) => void;
}

/**
 * Jobs of one kind that the engine runs one by one: each is on the list, told as it changes, and written down in a folder of its project
 * until the document has what it makes. Live previews are never written down.
 */
export class EngineJobs<Facts extends JobFacts> {
  readonly #kind: JobKind<Facts>;
  readonly #jobs = new Map<string, Facts & Job>();
  readonly #resumed = new WeakMap<OpenProject, Promise<void>>();
  #closing = false;

  constructor(kind: JobKind<Facts>) {
    this.#kind = kind;
  }

  /** All of them, in the order in which they were added. */
  get all(): readonly (Facts & Job)[] {
    return [...this.#jobs.values()];
  }

  get(jobId: string): (Facts & Job) | undefined {
    return this.#jobs.get(jobId);
  }

  /** Tells no more; running jobs stay in their folders and are taken up at the next start. */
  close(): void {
    this.#closing = true;
  }

  /**
   * Takes up, once, the jobs that a project still had when the studio ended: unfinished ones go on, failed ones can be retried. They are on
   * the list when this resolves; the engine gets them one by one after that.
   */
  resume<File extends KeptJob>(project: OpenProject, kept: KeptJobs<File>): Promise<void> {
    const resuming = this.#resumed.get(project) ?? this.#resumeNow(kept);
    this.#resumed.set(project, resuming);
    return resuming;
  }

  async #resumeNow<File extends KeptJob>({ folder, schema, isMade, remember }: KeptJobs<File>): Promise<void> {
    const unfinished: (Facts & Job)[] = [];
    for (const { name, file } of await readKeptJobs(folder, schema)) {
      if (this.#jobs.has(name)) continue;
      if (file?.id !== name || file.state === 'done' || isMade(name)) {
        await rm(join(folder, name), { recursive: true, force: true }).catch((error) => this.#note(name, error));
        continue;
      }
      remember(file);
      const job = this.#jobs.get(name);
      if (job && !isFinal(file.state)) unfinished.push(job);
    }
    void this.#handAll(unfinished);
  }

  /** Hands kept jobs to the engine; one that cannot run any more stays on the list as failed. */
  async #handAll(jobs: readonly (Facts & Job)[]): Promise<void> {
    for (const job of jobs) {
      if (this.#closing) return;
      await this.#hand(job).catch((error: unknown) => this.#failed(job, error));
    }
  }

  /** Puts a job on the list. */
  add(facts: Facts): Facts & Job {
    const { id } = facts.file;
    const { engine, list } = this.#kind.options;
    const job: Facts & Job = Object.assign(facts, {
      cancel: () => engine.cancel(id),
      retry: () => {
        this.tell(job, { state: 'queued', error: null, step: 0, total: 0, secondsLeft: null, note: '' });
        return this.#hand(job).catch((error: unknown) => this.#failed(job, error));
      },
      clear: async () => {
        await rm(this.#kind.folderOf(job), { recursive: true, force: true });
        this.#jobs.delete(id);
      },
    });
    this.#jobs.set(id, job);
    list.add(job);
    return job;
  }

  /** Hands a new job to the engine; one that cannot run leaves nothing behind. */
  async submit(job: Facts & Job): Promise<void> {
    try {
      await this.#hand(job);
    } catch (error) {
      await job.clear().catch((cause) => this.#note(job.file.id, cause));
      this.#kind.options.list.drop(job);
      throw error;
    }
  }

  async #hand(job: Facts & Job): Promise<void> {
    const folder = this.#kind.folderOf(job);
    await mkdir(folder, { recursive: true }).catch((error: unknown) => {
      throw translateWriteError(error, folder);
    });
    const ask = await this.#kind.plan(job, folder);
    await this.save(job);
    this.tell(job, { state: 'queued' });
    ask();
  }

  /** Writes the job down as it is. */
  async save(job: Facts & Job): Promise<void> {
    if (job.view.live) return;
    job.file.state = job.view.state;
    job.file.error = job.view.error;
    await keepJob(this.#kind.folderOf(job), job.file);
  }

  /** Changes the job as the page sees it, and tells it. */
  tell(job: Facts & Job, change: Partial<JobView>): void {
    job.view = { ...job.view, ...change };
    if (!this.#closing) this.#kind.options.bus.publish({ type: 'job', job: job.view });
  }

  /** Tells how far it is, and what else there is; a warning stays to be read while steps are counted. */
  progressed(job: Facts & Job, progress: Progress, change: Partial<JobView> = {}): void {
    this.tell(job, { ...progress, note: progress.note || (progress.step > 0 ? job.view.note : ''), ...change });
  }

  /** Does what an event of the engine calls for. Never rejects: the engine does not wait for what comes of its events. */
  async hear(job: Facts & Job, work: () => Promise<void> | void): Promise<void> {
    if (this.#closing) return;
    try {
      await work();
    } catch (error) {
      await this.#failed(job, error);
    }
  }

  /** Takes a job away whose making the document has, whatever becomes of its folder; the next start removes that. */
  async made(job: Facts & Job): Promise<void> {
    await this.#kind.options.list.forget(job).catch((error: unknown) => this.#note(job.file.id, error));
  }

  /** Takes a job away that no page was told of. */
  drop(job: Facts & Job): void {
    this.#jobs.delete(job.file.id);
    this.#kind.options.list.drop(job);
  }

  /** Ends a job as failed. Where that cannot be written down either, as on a full disk, the page knows, and the next start runs it again. */
  async #failed(job: Facts & Job, error: unknown): Promise<void> {
    this.tell(job, { state: 'failed', error: wireErrorOf(error), secondsLeft: null });
    await this.save(job).catch((cause: unknown) => this.#note(job.file.id, cause));
  }

  #note(jobId: string, error: unknown): void {
    this.#kind.options.log(`${jobId}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
