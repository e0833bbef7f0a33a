import type { EnginePort } from '../engine/enginePort.ts';
import type {
  EngineDevice,
  EngineEvent,
  EngineJob,
  FollowEvent,
  FollowJob,
  JobEstimate,
} from '../engine/engineProtocol.ts';
import type { QueueEngine } from './queueEngine.ts';

/** Hands each job to where it is to run: the engine of this machine, or a queue's workers. Everything else is asked of this machine. */
export class RoutedEngine implements EnginePort {
  readonly #own: EnginePort;
  readonly #queue: QueueEngine;

  constructor(own: EnginePort, queue: QueueEngine) {
    this.#own = own;
    this.#queue = queue;
  }

  submit(job: EngineJob, onEvent: (event: EngineEvent) => void): void {
    (job.runOn === 'queue' ? this.#queue : this.#own).submit(job, onEvent);
  }

  cancel(jobId: string): void {
    (this.#queue.has(jobId) ? this.#queue : this.#own).cancel(jobId);
  }

  follow(job: FollowJob, onEvent: (event: FollowEvent) => void): void {
    this.#own.follow(job, onEvent);
  }

  estimate(job: EngineJob): Promise<JobEstimate> {
    return this.#own.estimate(job);
  }

  device(modelFolder: string): Promise<EngineDevice> {
    return this.#own.device(modelFolder);
  }

  async close(): Promise<void> {
    await this.#queue.close();
    await this.#own.close();
  }
}
