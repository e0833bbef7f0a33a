import { CancelledError, StudioError } from '../../../models/errors/studioError.ts';
import type { EngineHost } from '../../engine/engineHost.ts';
import type { EngineEvent, EngineJob, TakeResult } from '../../engine/engineProtocol.ts';

/** What a job says on its way. */
type JobNews = Extract<EngineEvent, { type: 'progress' | 'warning' }>;

/** Runs a job to its end; aborting the signal cancels it within one step. @throws StudioError, CancelledError */
export function jobResult(
  host: EngineHost,
  job: EngineJob,
  signal: AbortSignal,
  onNews: (news: JobNews) => void,
): Promise<TakeResult> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(new CancelledError());
      return;
    }
    const cancel = (): void => host.cancel(job.id);
    signal.addEventListener('abort', cancel, { once: true });
    host.submit(job, (event) => {
      if (event.type !== 'progress' && event.type !== 'warning') signal.removeEventListener('abort', cancel);
      if (event.type === 'done') resolve(event.result);
      else if (event.type === 'failed') reject(StudioError.fromJSON(event.error));
      else if (event.type === 'canceled') reject(new CancelledError());
      else onNews(event);
    });
  });
}

/** Does work that interrupting the program (Ctrl-C) aborts. */
export async function interruptible<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const controller = new AbortController();
  const interrupt = (): void => controller.abort();
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  try {
    return await work(controller.signal);
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}
