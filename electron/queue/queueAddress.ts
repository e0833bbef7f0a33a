import { resolve } from 'node:path';
import { StudioError } from '../../models/errors/studioError.ts';

/** A queue that takes are made over: a Redis or Valkey server, the queue's name on it, and the folder that all machines see. */
export interface QueuePlace {
  /** `redis://` or `rediss://`, as given, without the name. */
  readonly url: string;
  readonly name: string;
  /** For people: the name and the server, without a password. */
  readonly label: string;
  /** Folder that studio and workers see, wherever each has it. */
  readonly sharedFolder: string;
}

/**
 * The queue that an address and a folder name, each absent where the environment says it (MAGDIFF_QUEUE, MAGDIFF_SHARED); undefined where no
 * address is given. @throws StudioError `usage` where half of it is missing
 */
export function queueFrom(
  given: { readonly address?: string | undefined; readonly shared?: string | undefined } = {},
): QueuePlace | undefined {
  const address = given.address ?? (process.env.MAGDIFF_QUEUE || undefined);
  const shared = given.shared ?? (process.env.MAGDIFF_SHARED || undefined);
  if (address === undefined) return undefined;
  if (shared === undefined)
    throw new StudioError('usage', 'A queue needs a folder that all its machines see.', {
      hint: 'Name it with --shared FOLDER, or in MAGDIFF_SHARED.',
    });
  return queuePlaceOf(address, resolve(shared));
}

const defaultName = 'magdiff';

/** Reads `redis://[:password@]host[:port][/NAME][?db=1]`. @throws StudioError `usage` naming what is wrong */
export function queuePlaceOf(address: string, sharedFolder: string): QueuePlace {
  const hint = 'A queue is given as redis://HOST:6379/NAME, and rediss:// for one over TLS.';
  if (!URL.canParse(address)) throw new StudioError('usage', `“${address}” is no address of a queue.`, { hint });
  const url = new URL(address);
  if (url.protocol !== 'redis:' && url.protocol !== 'rediss:')
    throw new StudioError('usage', `A queue is on Redis or Valkey, not on “${url.protocol}//”.`, { hint });
  const name = decodeURIComponent(url.pathname.slice(1)) || defaultName;
  if (!/^[\w-]{1,60}$/.test(name))
    throw new StudioError('usage', `A queue’s name has letters, digits, - and _ alone, not “${name}”.`, { hint });
  const label = `${name} on ${url.host}`;
  const database = url.searchParams.get('db') ?? '0';
  url.pathname = `/${database}`;
  url.search = '';
  return { url: url.href, name, label, sharedFolder };
}
