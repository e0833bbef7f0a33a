import { cp, mkdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Queue, QueueEvents } from 'bullmq';
import type { Redis } from 'ioredis';
import { StudioError } from '../../models/errors/studioError.ts';
import { progressOf } from '../../models/progress/progress.ts';
import type { EngineEvent, EngineJob } from '../engine/engineProtocol.ts';
import { clearOver, noteSent } from './clearShared.ts';
import { connectionTo, requireReachable } from './connection.ts';
import { packJob } from './portableJob.ts';
import type { QueuePlace } from './queueAddress.ts';
import {
  cancelChannel,
  eventFromQueue,
  failedBy,
  type QueuedEvent,
  type QueuedJob,
  queueOfModel,
  type WorkerFacts,
  workerFacts,
  workerKey,
} from './queueProtocol.ts';
import { SharedFiles } from './sharedFiles.ts';

/** Ended jobs are known to the queue for a day, for a studio that was not there when they ended. */
const endedSeconds = 86_400;

/** Least time between two times of clearing the shared folder. */
const clearMilliseconds = 3_600_000;

/** A job that is with the queue. */
interface Sent {
  readonly job: EngineJob;
  readonly onEvent: (event: EngineEvent) => void;
  readonly queue: Queue<QueuedJob, QueuedEvent>;
}

/** A queue, and what is told of its jobs. */
interface OpenQueue {
  readonly queue: Queue<QueuedJob, QueuedEvent>;
  readonly events: QueueEvents;
}

/** What the studio's side of a queue works with. */
export interface QueueEngineOptions {
  readonly place: QueuePlace;
  /** The hash by which a model's queue goes. */
  readonly hashOf: (modelFolder: string) => Promise<string>;
}

/**
 * Has takes made by workers: hands jobs to the queue of their model, tells what workers tell, and brings what they made into the job's own
 * folder. Every submitted job ends with exactly one of done, failed or canceled, as with the engine of this machine.
 */
export class QueueEngine {
  readonly #options: QueueEngineOptions;
  readonly #shared: SharedFiles;
  readonly #sent = new Map<string, Sent>();
  readonly #queues = new Map<string, Promise<OpenQueue>>();
  #connection: Redis | undefined;
  #closed = false;
  #clearedAt = 0;

  constructor(options: QueueEngineOptions) {
    this.#options = options;
    this.#shared = new SharedFiles(options.place.sharedFolder);
  }

  get label(): string {
    return this.#options.place.label;
  }

  /** Hands a job to the queue. `onEvent` hears that it is queued at once. */
  submit(job: EngineJob, onEvent: (event: EngineEvent) => void): void {
    onEvent({ type: 'progress', progress: progressOf('queued') });
    this.#send(job, onEvent).catch((error: unknown) => {
      this.#sent.delete(job.id);
      onEvent(failedBy(error));
    });
  }

  /** Whether a job is with the queue. */
  has(jobId: string): boolean {
    return this.#sent.has(jobId);
  }

  /** Cancels a job: at once when it waits, within one step when a worker has it. */
  cancel(jobId: string): void {
    const sent = this.#sent.get(jobId);
    if (!sent) return;
    void this.#cancelNow(jobId, sent).catch(() => undefined);
  }

  /** The workers that are there. @throws StudioError `queue-unreachable` */
  async workers(): Promise<readonly WorkerFacts[]> {
    const { place } = this.#options;
    await requireReachable(place);
    const connection = this.#connected();
    const keys = await connection.keys(workerKey(place.name, '*'));
    const texts = keys.length > 0 ? await connection.mget(keys) : [];
    return texts.flatMap((text) => {
      const parsed = text === null ? undefined : workerFacts.safeParse(JSON.parse(text)).data;
      return parsed ? [parsed] : [];
    });
  }

  /** Leaves the queue; jobs stay with it, and are taken up when they are submitted again. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#sent.clear();
    for (const opening of this.#queues.values()) {
      const { queue, events } = await opening;
      await events.close().catch(() => undefined);
      await queue.close().catch(() => undefined);
    }
    this.#connection?.disconnect();
  }

  async #send(job: EngineJob, onEvent: Sent['onEvent']): Promise<void> {
    const { place, hashOf } = this.#options;
    await requireReachable(place);
    await this.#shared.open();
    const hash = await hashOf(job.modelFolder);
    const { queue } = await this.#queueOf(queueOfModel(place.name, hash));
    this.#sent.set(job.id, { job, onEvent, queue });
    const before = await queue.getJob(job.id);
    const state = await before?.getState();
    if (state === 'completed' && before) return this.#ended(job.id, before.returnvalue);
    if (state === 'failed') await before?.remove();
    await queue.add('take', await this.#packed(job, queue.name), {
      ...{ jobId: job.id, attempts: 1 },
      ...{ removeOnComplete: { age: endedSeconds }, removeOnFail: { age: endedSeconds } },
    });
    const able = (await this.workers()).filter(({ models }) => models.some((model) => model.hash === hash));
    if (able.length === 0)
      onEvent({ type: 'warning', message: `No worker of ${place.label} has this model now; the take waits for one.` });
  }

  /** A job's inputs in the shared folder, and written down there that it needs them. */
  async #packed(job: EngineJob, queue: string): Promise<QueuedJob> {
    const packed = await packJob(job, this.#shared);
    await noteSent(this.#shared, job.id, { place: this.label, queue, inputs: [...packed.inputs] });
    // What another studio was clearing away just then is put there again; from here on it is known to be needed.
    return (await this.#shared.hasAll(packed.inputs)) ? packed.queued : (await packJob(job, this.#shared)).queued;
  }

  async #cancelNow(jobId: string, { queue }: Sent): Promise<void> {
    const waiting = await queue.getJob(jobId);
    const state = await waiting?.getState();
    if (state === 'active') {
      await this.#connected().publish(cancelChannel(this.#options.place.name), jobId);
      return;
    }
    await waiting?.remove().catch(() => undefined);
    this.#tellLast(jobId, { type: 'canceled' });
  }

  #connected(): Redis {
    this.#connection ??= connectionTo(this.#options.place, () => {
      if (this.#closed) return;
      for (const { onEvent } of this.#sent.values())
        onEvent({ type: 'warning', message: `${this.label} cannot be reached; the take goes on there.` });
    });
    return this.#connection;
  }

  #queueOf(name: string): Promise<OpenQueue> {
    const opening = this.#queues.get(name) ?? this.#openQueue(name);
    this.#queues.set(name, opening);
    return opening;
  }

  async #openQueue(name: string): Promise<OpenQueue> {
    const { place } = this.#options;
    const queue = new Queue<QueuedJob, QueuedEvent>(name, { connection: this.#connected() });
    const events = new QueueEvents(name, { connection: connectionTo(place) });
    queue.on('error', () => undefined);
    events.on('error', () => undefined);
    events.on('progress', ({ jobId, data }) => this.#heard(jobId, data));
    events.on('completed', ({ jobId, returnvalue }) => void this.#ended(jobId, returnvalue));
    events.on('stalled', ({ jobId }) =>
      this.#sent.get(jobId)?.onEvent({
        type: 'warning',
        message: 'The worker was lost; the take goes on from its last step with the next one.',
      }),
    );
    events.on('failed', ({ jobId, failedReason }) => {
      const lost = new StudioError(
        'engine-crashed',
        'The take was given up after its workers were lost several times.',
        {
          hint: 'Try it again, with fewer frames or a smaller size where memory is short.',
          details: { failedReason },
        },
      );
      this.#tellLast(jobId, failedBy(lost));
    });
    await events.waitUntilReady();
    return { queue, events };
  }

  #heard(jobId: string, data: unknown): void {
    const sent = this.#sent.get(jobId);
    const event = sent && eventFromQueue(data, (place) => this.#shared.at(place));
    if (event?.type === 'progress' || event?.type === 'warning') sent?.onEvent(event);
  }

  async #ended(jobId: string, returned: unknown): Promise<void> {
    const sent = this.#sent.get(jobId);
    if (!sent) return;
    this.#sent.delete(jobId);
    try {
      const value: unknown = typeof returned === 'string' ? JSON.parse(returned) : returned;
      const event = eventFromQueue(value, (place) => this.#shared.at(place));
      if (!event || event.type === 'progress' || event.type === 'warning')
        throw new StudioError('format-damaged', 'The worker’s answer cannot be read.', {
          hint: 'Bring the studio and its workers to the same version.',
        });
      sent.onEvent(event.type === 'done' ? await this.#brought(sent.job, event) : event);
    } catch (error) {
      sent.onEvent(failedBy(error));
    }
  }

  /** What a worker made, copied from the shared folder into the job's own. */
  async #brought(
    { id, folder }: EngineJob,
    { result }: Extract<EngineEvent, { type: 'done' }>,
  ): Promise<Extract<EngineEvent, { type: 'done' }>> {
    const framesFolder = join(folder, basename(result.framesFolder));
    const latentsPath = join(folder, basename(result.latentsPath));
    await mkdir(folder, { recursive: true });
    await cp(result.framesFolder, framesFolder, { recursive: true });
    await cp(result.latentsPath, latentsPath);
    await rm(this.#shared.jobFolder(id), { recursive: true, force: true });
    this.#clear();
    return { type: 'done', result: { ...result, framesFolder, latentsPath } };
  }

  /** Clears the shared folder of what no job needs, now and then; what cannot be cleared stays for the next time. */
  #clear(): void {
    const now = Date.now();
    if (this.#closed || now - this.#clearedAt < clearMilliseconds) return;
    this.#clearedAt = now;
    void clearOver(this.#shared, this.#options.place, this.#connected()).catch(() => undefined);
  }

  #tellLast(jobId: string, event: EngineEvent): void {
    const sent = this.#sent.get(jobId);
    this.#sent.delete(jobId);
    sent?.onEvent(event);
  }
}
