import { StudioError } from '../../../../models/errors/studioError.ts';

/** Whom a fetch may ask, how patient it is, and how it is stopped. */
export interface FetchRules {
  /** Whether an address may be asked; redirects are held to it too. */
  readonly allows: (address: URL) => boolean;
  /** How long nothing may come before the connection is given up, in milliseconds. */
  readonly patienceMilliseconds?: number;
  readonly signal?: AbortSignal | undefined;
}

/** A server's answer. Sizes in bytes. */
export interface FetchAnswer {
  readonly status: number;
  /** Size of the whole file, where the server says it. */
  readonly totalBytes: number | null;
  /** Of a partial answer: where it begins. */
  readonly firstByte: number | null;
  /** What tells this content from another one: a strong ETag, else the date of the last change. */
  readonly validator: string | null;
  body(): AsyncIterable<Uint8Array>;
  /** Lets go of the connection. */
  close(): void;
}

const mostRedirects = 6;

/** Asks for a file, or for its rest from a byte on as long as the content is still the same. Follows redirects to allowed addresses alone. */
export async function request(
  url: string,
  rules: FetchRules,
  range?: { readonly from: number; readonly validator: string },
): Promise<FetchAnswer> {
  const { allows, patienceMilliseconds = 30_000, signal } = rules;
  const controller = new AbortController();
  // A body that was all but read does not hear of an abort by itself.
  const stopped = new Promise<never>((_, reject) => {
    controller.signal.addEventListener('abort', () => reject(new Error('nothing came any more')), { once: true });
  });
  stopped.catch(() => undefined);
  const stop = (): void => controller.abort();
  signal?.addEventListener('abort', stop, { once: true });
  let timer = setTimeout(stop, patienceMilliseconds);
  const heard = (): void => {
    clearTimeout(timer);
    timer = setTimeout(stop, patienceMilliseconds);
  };
  const close = (): void => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
    stop();
  };
  try {
    // Sent as it lies: a packed answer has another length than the file.
    const headers: Record<string, string> = { 'accept-encoding': 'identity' };
    if (range) Object.assign(headers, { range: `bytes=${range.from}-`, 'if-range': range.validator });
    let address = new URL(url);
    for (let redirects = 0; ; redirects++) {
      requireAllowed(address, allows);
      const response = await fetch(address, { headers, redirect: 'manual', signal: controller.signal });
      heard();
      const location = response.status >= 300 && response.status < 400 ? response.headers.get('location') : null;
      if (location === null) return answerOf(response, stopped, heard, close);
      response.body?.cancel().catch(() => undefined);
      if (redirects === mostRedirects)
        throw new StudioError('download-failed', `${url} leads from one address to the next without an end.`);
      address = new URL(location, address);
    }
  } catch (error) {
    close();
    throw error;
  }
}

function requireAllowed(address: URL, allows: FetchRules['allows']): void {
  if (allows(address)) return;
  throw new StudioError('not-allowed', `The address ${address.origin} is not one that models are fetched from.`, {
    hint: 'Fetch the file with a browser and add its folder.',
  });
}

function answerOf(response: Response, stopped: Promise<never>, heard: () => void, close: () => void): FetchAnswer {
  const { headers, status } = response;
  const [, first, total] = /^bytes (?:(\d+)-\d+|\*)\/(\d+)$/.exec(headers.get('content-range') ?? '') ?? [];
  const length = headers.get('content-length');
  const whole = status === 200 && length !== null ? Number(length) : null;
  const tag = headers.get('etag');
  return {
    status,
    totalBytes: total === undefined ? whole : Number(total),
    firstByte: first === undefined ? null : Number(first),
    validator: tag !== null && !tag.startsWith('W/') ? tag : headers.get('last-modified'),
    close,
    async *body() {
      const reader = response.body?.getReader();
      if (!reader) return;
      try {
        for (;;) {
          const { value, done } = await Promise.race([reader.read(), stopped]);
          if (done) return;
          heard();
          yield value;
        }
      } finally {
        // Not waited for: a connection that was just given up never answers to it.
        reader.cancel().catch(() => undefined);
      }
    },
  };
}
