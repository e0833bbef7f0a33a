import { type QueuePlace, queueFrom } from '../../queue/queueAddress.ts';
import type { TakeOptionValues } from '../takes/takeOptions.ts';

/** The queue that options or the environment name; undefined where neither does. */
export function queueOfOptions({ queue, shared }: TakeOptionValues): QueuePlace | undefined {
  return queueFrom({
    address: typeof queue === 'string' ? queue : undefined,
    shared: typeof shared === 'string' ? shared : undefined,
  });
}
