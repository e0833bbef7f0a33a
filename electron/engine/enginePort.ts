import type { EngineDevice, EngineEvent, EngineJob, FollowEvent, FollowJob, JobEstimate } from './engineProtocol.ts';

/** What runs jobs, as the services use it; the composition root hands it in: the engine host, alone or with a queue beside it. */
export interface EnginePort {
  submit(job: EngineJob, onEvent: (event: EngineEvent) => void): void;
  follow(job: FollowJob, onEvent: (event: FollowEvent) => void): void;
  cancel(jobId: string): void;
  estimate(job: EngineJob): Promise<JobEstimate>;
  device(modelFolder: string): Promise<EngineDevice>;
  close(): Promise<void>;
}
