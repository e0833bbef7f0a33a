import { randomBytes } from 'node:crypto';
import type { EventBus } from '../services/eventBus.ts';

/** What the last resort needs of the process it guards. */
export interface GuardedProcess {
  on(event: 'uncaughtException' | 'unhandledRejection', listener: (error: unknown) => void): unknown;
  off(event: 'uncaughtException' | 'unhandledRejection', listener: (error: unknown) => void): unknown;
}

/**
 * The last resort of a process that serves the studio: a failure that nothing else caught is a bug; it is logged with its stack, the pages
 * are told, and the serving goes on, since every acknowledged change is on disk. Returns what takes the guard off again.
 */
export function keepServing(bus: EventBus, log: (line: string) => void, guarded: GuardedProcess = process): () => void {
  const listener = (error: unknown): void => {
    const reportId = randomBytes(4).toString('hex');
    try {
      log(`[${reportId}] ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    } catch {
      // A log that cannot be written must not end what it tells of.
    }
    bus.publish({ type: 'trouble', reportId });
  };
  guarded.on('uncaughtException', listener);
  guarded.on('unhandledRejection', listener);
  return () => {
    guarded.off('uncaughtException', listener);
    guarded.off('unhandledRejection', listener);
  };
}
