import { createServer, type Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { StudioError } from '../../models/errors/studioError.ts';

/** Serves a fetch-shaped handler on 127.0.0.1; port 0 takes a free one. @throws StudioError `network-port` */
export function listen(
  handler: (request: Request) => Promise<Response>,
  port: number,
): Promise<{ server: Server; port: number }> {
  const server = createServer(
    getRequestListener((request) => answer(handler, request), { hostname: '127.0.0.1', overrideGlobalObjects: false }),
  );
  // An upload of many gigabytes takes as long as it takes.
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

/** The handler's answer; to HEAD without its body, which would be read for nobody. */
async function answer(handler: (request: Request) => Promise<Response>, request: Request): Promise<Response> {
  const response = await handler(request);
  if (request.method !== 'HEAD' || response.body === null) return response;
  await response.body.cancel();
  return new Response(null, response);
}
