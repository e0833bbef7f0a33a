import { Redis } from 'ioredis';
import { StudioError } from '../../models/errors/studioError.ts';
import type { QueuePlace } from './queueAddress.ts';

/** How long a server may take to answer at first. */
const patienceMilliseconds = 4000;

/** How long it is waited before the next try to come back, at most. */
const longestPauseMilliseconds = 3000;

/** A connection that comes back by itself when it was lost; commands wait meanwhile. It says nothing of errors but to `onLost`. */
export function connectionTo({ url }: QueuePlace, onLost: () => void = () => undefined): Redis {
  const connection = new Redis(url, {
    maxRetriesPerRequest: null,
    connectTimeout: patienceMilliseconds,
    retryStrategy: (times) => Math.min(longestPauseMilliseconds, 100 * 2 ** times),
  });
  // Without a listener an error would end the process.
  connection.on('error', () => undefined);
  connection.on('close', onLost);
  return connection;
}

/** Asks the server whether it is there. @throws StudioError `queue-unreachable` */
export async function requireReachable(place: QueuePlace): Promise<void> {
  const connection = new Redis(place.url, {
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    connectTimeout: patienceMilliseconds,
    retryStrategy: () => null,
  });
  connection.on('error', () => undefined);
  try {
    await connection.connect();
    await connection.ping();
  } catch (cause) {
    throw new StudioError('queue-unreachable', `The queue ${place.label} cannot be reached.`, {
      hint: 'Start its server, or run the take on this machine.',
      cause,
    });
  } finally {
    connection.disconnect();
  }
}
