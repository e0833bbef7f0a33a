import { StudioError } from '../../models/errors/studioError.ts';
import { progressOf } from '../../models/progress/progress.ts';
import { childEntry } from '../children/childEntry.ts';
import { type ChildProgram, startChild } from '../children/childProgram.ts';
import type {
  EngineCommand,
  EngineDevice,
  EngineEvent,
  EngineJob,
  EngineMessage,
  FollowEvent,
  FollowJob,
  JobEstimate,
  ProviderName,
} from './engineProtocol.ts';

/** How the host treats its process. */
export interface EngineHostOptions {
  /** Where built graphs are kept; absent: nowhere. */
  cacheFolder?: string | undefined;
  /** How long a cancelled job may take to stop by itself before the process is killed. A step of a large model is long. */
  cancelPatienceMilliseconds?: number;
  /** How often a job is started again after the process died under it without finishing a step in between. */
  retries?: number;
}

interface Entry {
  /** What sets the process to work on it. */
  command: Extract<EngineCommand, { type: 'run' | 'follow' }>;
  onEvent: (event: EngineEvent | FollowEvent) => void;
  canceling: boolean;
  /** Deaths of the process since the job's last finished step. */
  deaths: number;
}

/**
 * Supervises the engine process: a queue with one job running at a time, cancellation that cancels, and a crash that costs the current
 * step alone, since the job starts again from its saved state. Every submitted job ends with exactly one of done, failed or
 * canceled.
 */
export class EngineHost {
  readonly #options: Required<Omit<EngineHostOptions, 'cacheFolder'>> & { cacheFolder: string | undefined };
  readonly #queue: Entry[] = [];
  readonly #answers = new Map<number, { resolve: (value: unknown) => void; reject: (cause: unknown) => void }>();
  #child: ChildProgram | undefined;
  #ended: Promise<void> = Promise.resolve();
  #active: Entry | undefined;
  #killTimer: NodeJS.Timeout | undefined;
  #nextRequest = 1;
  #closed = false;

  constructor(options: EngineHostOptions = {}) {
    this.#options = { cancelPatienceMilliseconds: 5000, retries: 2, ...options, cacheFolder: options.cacheFolder };
  }

  /** Process id of the running engine, if one runs (for tests that kill it and for the doctor). */
  get processId(): number | undefined {
    return this.#child?.processId;
  }

  /** Adds a job to the queue. `onEvent` hears that it is queued at once. */
  submit(job: EngineJob, onEvent: (event: EngineEvent) => void): void {
    // A job that is run answers with events of takes alone.
    this.#enqueue({ type: 'run', job }, (event) => onEvent(event as EngineEvent));
  }

  /** The same for a mask to be followed. */
  follow(job: FollowJob, onEvent: (event: FollowEvent) => void): void {
    // A job that follows answers with events of following alone.
    this.#enqueue({ type: 'follow', job }, (event) => onEvent(event as FollowEvent));
  }

  #enqueue(command: Entry['command'], onEvent: Entry['onEvent']): void {
    if (this.#closed) throw new StudioError('engine-crashed', 'The engine has been shut down.');
    this.#queue.push({ command, onEvent, canceling: false, deaths: 0 });
    onEvent({ type: 'progress', progress: progressOf('queued') });
    this.#startNext();
  }

  /** Cancels a job: at once when it waits, within one step when it runs, by killing the process when it does not listen. */
  cancel(id: string): void {
    const waiting = this.#queue.findIndex(({ command }) => command.job.id === id);
    if (waiting >= 0) {
      const [entry] = this.#queue.splice(waiting, 1);
      entry?.onEvent({ type: 'canceled' });
      return;
    }
    const active = this.#active;
    if (active?.command.job.id !== id || active.canceling) return;
    active.canceling = true;
    this.#send({ type: 'cancel', id });
    this.#killTimer = setTimeout(() => this.#child?.kill(), this.#options.cancelPatienceMilliseconds);
  }

  /** Memory and time a job would take, and what would fit when memory will not do. */
  async estimate(job: EngineJob): Promise<JobEstimate> {
    return (await this.#ask({ kind: 'estimate', job })) as JobEstimate;
  }

  /** The provider in use for a model, after its self-test, and what was said about it. */
  async device(modelFolder: string, provider?: ProviderName): Promise<EngineDevice> {
    return (await this.#ask({ kind: 'device', modelFolder, provider })) as EngineDevice;
  }

  /** Ends the process and every job; saved states stay, so that jobs can be resumed another day. */
  async close(): Promise<void> {
    this.#closed = true;
    const child = this.#child;
    this.#child = undefined;
    for (const { onEvent } of this.#queue.splice(0)) onEvent({ type: 'canceled' });
    const active = this.#active;
    this.#active = undefined;
    active?.onEvent({ type: 'canceled' });
    clearTimeout(this.#killTimer);
    child?.kill();
    await this.#ended;
  }

  #startNext(): void {
    if (this.#active || this.#closed) return;
    this.#active = this.#queue.shift();
    if (this.#active) this.#send(this.#active.command);
  }

  #ask(question: Extract<EngineCommand, { type: 'ask' }>['question']): Promise<unknown> {
    const requestId = this.#nextRequest++;
    return new Promise((resolve, reject) => {
      this.#answers.set(requestId, { resolve, reject });
      this.#send({ type: 'ask', requestId, question });
    });
  }

  #send(command: EngineCommand): void {
    this.#process().send(command);
  }

  #process(): ChildProgram {
    if (this.#child) return this.#child;
    const { cacheFolder } = this.#options;
    let hasEnded = (): void => undefined;
    this.#ended = new Promise((done) => {
      hasEnded = done;
    });
    const child = startChild<EngineMessage>(childEntry('engineProcess', import.meta.url), {
      title: 'MagDiff engine',
      environment: { ...process.env, ...(cacheFolder ? { MAGDIFF_CACHE: cacheFolder } : {}) },
      onMessage: (message) => this.#receive(message),
      onExit: () => {
        hasEnded();
        this.#died(child);
      },
    });
    this.#child = child;
    return child;
  }

  #receive(message: EngineMessage): void {
    if (message.type === 'answer') {
      const waiter = this.#answers.get(message.requestId);
      this.#answers.delete(message.requestId);
      if (message.answer.ok) waiter?.resolve(message.answer.value);
      else waiter?.reject(StudioError.fromJSON(message.answer.error));
    } else if (message.type === 'event') {
      const active = this.#active;
      if (active?.command.job.id !== message.id) return;
      const { event } = message;
      // What follows a mask begins anew in a new process: its steps are no steps ahead.
      if (event.type === 'progress' && event.progress.step > 0 && active.command.type === 'run') active.deaths = 0;
      if (event.type === 'done' || event.type === 'failed' || event.type === 'canceled') this.#finish(active, event);
      else if (!active.canceling) active.onEvent(event);
    }
  }

  #finish(entry: Entry, event: EngineEvent | FollowEvent): void {
    clearTimeout(this.#killTimer);
    this.#active = undefined;
    entry.onEvent(event);
    this.#startNext();
  }

  /** The process is gone: questions fail, the job goes on in a new process from its saved state, or gives up after too many deaths. */
  #died(child: ChildProgram): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    const active = this.#active;
    const crashed = new StudioError('engine-crashed', 'The engine stopped unexpectedly.', {
      hint:
        active?.command.type === 'follow'
          ? 'The mask can be followed again; with little memory free, shorten the range between in and out.'
          : 'The take can be tried again and goes on from its last step; with little memory free, choose fewer frames or a smaller size.',
    });
    for (const { reject } of this.#answers.values()) reject(crashed);
    this.#answers.clear();
    if (!active) return;
    if (active.canceling) {
      this.#finish(active, { type: 'canceled' });
      return;
    }
    active.deaths += 1;
    if (active.deaths > this.#options.retries) {
      this.#finish(active, { type: 'failed', error: crashed.toJSON() });
      return;
    }
    active.onEvent({
      type: 'warning',
      message:
        active.command.type === 'follow'
          ? 'The engine stopped unexpectedly and was started again; following begins anew.'
          : 'The engine stopped unexpectedly and was started again; the take goes on from its last step.',
    });
    this.#send(active.command);
  }
}
