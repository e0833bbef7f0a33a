import { EngineHost, type EngineHostOptions } from '../engine/engineHost.ts';
import type { EnginePort } from './enginePort.ts';

/**
 * The engine host in the form the services use: it knows which model the studio offers first, so that the device can be told before
 * any job is started.
 */
export function studioEngine(
  options: EngineHostOptions,
  firstModelFolder: () => Promise<string | undefined>,
): EnginePort {
  const host = new EngineHost(options);
  return {
    submit: (job, onNotice) => host.submit(job, onNotice),
    cancel: (jobId) => host.cancel(jobId),
    estimate: (job) => host.estimate(job),
    async device() {
      const folder = await firstModelFolder();
      if (folder === undefined) return { provider: 'none', name: '', warnings: ['No model is installed.'] };
      return host.device(folder);
    },
    close: () => host.close(),
  };
}
