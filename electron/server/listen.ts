import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { StudioError } from '../../models/errors/studioError.ts';

/** Serves a fetch-shaped handler on 127.0.0.1; port 0 takes a free one. @throws StudioError `network-port` */
export function listen(
  handler: (request: Request) => Promise<Response>,
  port: number,
): Promise<{ server: Server; port: number }> {
  const server = createServer((incoming, outgoing) => {
    answer(handler, incoming, outgoing).catch(() => outgoing.destroy());
  });
  server.requestTimeout = 0;
  return new Promise((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        new StudioError('network-port', `The studio cannot listen on port ${port} of 127.0.0.1 (${error.message}).`, {
          hint: 'Give another port with --port, or leave it out and a free one is taken.',
          cause: error,
        }),
      ),
    );
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve({ server, port: typeof address === 'object' && address !== null ? address.port : port });
    });
  });
}

async function answer(
  handler: (request: Request) => Promise<Response>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const response = await handler(toRequest(incoming));
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  if (!incoming.readableEnded) incoming.resume();
  if (incoming.method === 'HEAD' || response.body === null) {
    await response.body?.cancel();
    outgoing.end();
    return;
  }
  const reader = response.body.getReader();
  outgoing.on('close', () => void reader.cancel().catch(() => undefined));
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (!outgoing.write(value)) await drained(outgoing);
    if (outgoing.destroyed) break;
  }
  outgoing.end();
}

/** Resolves when a response takes more, or its reader has gone. */
function drained(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      outgoing.off('drain', done);
      outgoing.off('close', done);
      resolve();
    };
    if (outgoing.destroyed) resolve();
    outgoing.once('drain', done);
    outgoing.once('close', done);
  });
}

function toRequest(incoming: IncomingMessage): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value === undefined || name.startsWith(':')) continue;
    headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  const method = incoming.method ?? 'GET';
  const withBody = method !== 'GET' && method !== 'HEAD';
  // A path such as //elsewhere must stay a path.
  const path = (incoming.url ?? '/').replace(/^\/+/, '/');
  return new Request(`http://127.0.0.1${path.startsWith('/') ? path : '/'}`, {
    method,
    headers,
    ...(withBody ? { body: toWebStream(incoming), duplex: 'half' } : {}),
  });
}

function toWebStream(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  // Node's two declarations of the same web stream differ only in their typing.
  return Readable.toWeb(incoming) as ReadableStream<Uint8Array>;
}
