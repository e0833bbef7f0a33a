import { CancelledError, StudioError } from '../../models/errors/studioError.ts';
import type { EnginePort } from './enginePort.ts';
import type { EngineEvent, EngineJob, TakeResult } from './engineProtocol.ts';

/** What a job says on its way. */
type JobNews = Extract<EngineEvent, { type: 'progress' | 'warning' }>;

/** Runs a job to its end; aborting the signal cancels it within one step. @throws StudioError, CancelledError */
export function jobResult(
  engine: EnginePort,
  job: EngineJob,
  signal: AbortSignal,
  onNews: (news: JobNews) => void,
): Promise<TakeResult> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(new CancelledError());
      return;
    }
    const cancel = (): void => engine.cancel(job.id);
    signal.addEventListener('abort', cancel, { once: true });
    engine.submit(job, (event) => {
      if (event.type !== 'progress' && event.type !== 'warning') signal.removeEventListener('abort', cancel);
      if (event.type === 'done') resolve(event.result);
      else if (event.type === 'failed') reject(StudioError.fromJSON(event.error));
      else if (event.type === 'canceled') reject(new CancelledError());
      else onNews(event);
    });
  });
}
