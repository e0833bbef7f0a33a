import { randomUUID } from 'node:crypto';
import { hostname, totalmem } from 'node:os';
import { type Job, Worker } from 'bullmq';
import type { EngineEvent, EngineJob } from '../engine/engineProtocol.ts';
import { clearOver } from './clearShared.ts';
import { connectionTo, requireReachable } from './connection.ts';
import { unpackJob } from './portableJob.ts';
import type { QueuePlace } from './queueAddress.ts';
import {
  cancelChannel,
  eventToQueue,
  failedBy,
  presenceHoldsMilliseconds,
  presenceMilliseconds,
  type QueuedEvent,
  type QueuedJob,
  queueOfModel,
  type WorkerFacts,
  workerKey,
} from './queueProtocol.ts';
import { SharedFiles } from './sharedFiles.ts';

/** How long a job stays a worker's that says nothing; then it goes back and another goes on from its last saved step. */
const lockMilliseconds = 10_000;

/** Pause between looks into empty queues. */
const idleMilliseconds = 200;

/** Most workers that a job may take down with it before it is given up. */
const mostLosses = 3;

/** A model that a worker has. */
export interface WorkerModel {
  readonly folder: string;
  readonly title: string;
  readonly hash: string;
}

/** What a worker works with. */
export interface QueueWorkerOptions {
  readonly place: QueuePlace;
  readonly models: readonly WorkerModel[];
  readonly provider: string;
  /** Runs jobs one at a time and takes them up from their folders. */
  readonly engine: {
    submit(job: EngineJob, onEvent: (event: EngineEvent) => void): void;
    cancel(jobId: string): void;
  };
  /** Told what it does, a sentence each. */
  readonly onNote: (note: string) => void;
  readonly lockMilliseconds?: number;
}

/**
 * Takes jobs from the queues of the models it has, one at a time, until it is stopped. A job's state lies in the shared folder, so that one whose
 * worker is lost goes on elsewhere. @throws StudioError `queue-unreachable`, `file-unwritable`
 */
export async function runQueueWorker(options: QueueWorkerOptions, signal: AbortSignal): Promise<void> {
  const { place, models, engine, provider, onNote } = options;
  await requireReachable(place);
  const shared = new SharedFiles(place.sharedFolder);
  await shared.open();
  const id = `${hostname()}-${randomUUID().slice(0, 8)}`;
  const lock = options.lockMilliseconds ?? lockMilliseconds;
  const connection = connectionTo(place, () => onNote('The queue was lost; waiting for it.'));
  const listening = connectionTo(place);
  let running: string | undefined;
  listening.on('message', (_channel, jobId) => {
    if (jobId === running) engine.cancel(jobId);
  });
  await listening.subscribe(cancelChannel(place.name));
  const facts: WorkerFacts = {
    ...{ id, host: hostname(), provider, memoryBytes: totalmem() },
    models: models.map(({ title, hash }) => ({ title, hash })),
  };
  const sayPresent = (): void => {
    const text = JSON.stringify(facts);
    connection.set(workerKey(place.name, id), text, 'PX', presenceHoldsMilliseconds).catch(() => undefined);
  };
  // What cannot be cleared now stays for the next time.
  void clearOver(shared, place, connection).catch(() => undefined);
  sayPresent();
  const presence = setInterval(sayPresent, presenceMilliseconds);
  const queues = models.map((model) => {
    const taker = new Worker(queueOfModel(place.name, model.hash), null, {
      ...{ connection, lockDuration: lock, stalledInterval: lock / 2, maxStalledCount: mostLosses },
    });
    taker.on('error', () => undefined);
    void taker.startStalledCheckTimer();
    return { model, taker };
  });

  /** Runs one job to its end, or until it is somebody else's. */
  const work = async (job: Job<QueuedJob, QueuedEvent>, folder: string, token: string): Promise<void> => {
    const jobId = job.data.job.id;
    running = jobId;
    onNote(`${jobId}: begun.`);
    let mine = true;
    const keep = setInterval(() => {
      job.extendLock(token, lock).catch(() => {
        // Another worker has it, or will have: what is done here would be done twice.
        mine = false;
        engine.cancel(jobId);
      });
    }, lock / 3);
    let telling: Promise<unknown> = Promise.resolve();
    const tell = (event: EngineEvent): void => {
      const queued = eventToQueue(event, (path) => shared.placeOf(path));
      telling = telling.then(() => job.updateProgress(queued)).catch(() => undefined);
    };
    try {
      const last = await new Promise<EngineEvent>((resolve) => {
        unpackJob(job.data, shared, folder).then(
          (unpacked) =>
            engine.submit(unpacked, (event) => {
              const isLast = event.type === 'done' || event.type === 'failed' || event.type === 'canceled';
              if (isLast) resolve(event);
              else tell(event);
            }),
          (error: unknown) => resolve(failedBy(error)),
        );
      });
      await telling;
      if (mine && !(signal.aborted && last.type === 'canceled'))
        await job.moveToCompleted(
          eventToQueue(last, (path) => shared.placeOf(path)),
          token,
          false,
        );
      else if (mine) await job.moveToDelayed(Date.now(), token);
      onNote(`${jobId}: ${mine ? last.type : 'left to another worker'}.`);
    } finally {
      clearInterval(keep);
      running = undefined;
    }
  };

  signal.addEventListener('abort', () => {
    if (running) engine.cancel(running);
  });
  onNote(`Waiting for takes from ${place.label} with ${models.map(({ title }) => title).join(', ')}.`);
  try {
    while (!signal.aborted) {
      let isIdle = true;
      for (const { model, taker } of queues) {
        if (signal.aborted) break;
        const token = randomUUID();
        const job = await taker.getNextJob(token, { block: false }).catch(() => undefined);
        if (!job) continue;
        isIdle = false;
        await work(job, model.folder, token).catch((error: unknown) => onNote(`${job.id}: ${String(error)}`));
      }
      if (isIdle) await new Promise((resolve) => setTimeout(resolve, idleMilliseconds));
    }
  } finally {
    clearInterval(presence);
    await connection.del(workerKey(place.name, id)).catch(() => undefined);
    for (const { taker } of queues) await taker.close(true).catch(() => undefined);
    listening.disconnect();
    connection.disconnect();
  }
}
