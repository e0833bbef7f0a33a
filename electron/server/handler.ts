import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import { StudioError } from '../../models/errors/studioError.ts';
import { parseBoundedJson } from '../../models/files/boundedJson.ts';
import { assetId, recordId } from '../contract/identities.ts';
import { type MethodName, methods, uploadId } from '../contract/methods.ts';
import { firstIssue } from '../contract/projectFile.ts';
import { exportFolder } from '../services/jobs/exportService.ts';
import type { OpenProject } from '../services/projects/openProject.ts';
import type { Doorkeeper } from './doorkeeper.ts';
import { eventStream } from './eventStream.ts';
import type { MethodHandlers } from './methodHandler.ts';
import type { PageFiles } from './pageFiles.ts';
import { bytesResponse, errorResponse, fileResponse, jsonResponse, reportResponse, textResponse } from './responses.ts';
import type { StudioServices } from './studioServices.ts';

/** Largest body of a call. */
const rpcLimitBytes = 32 * 1024 * 1024;
/** How long it may take to arrive, and what it may make its reader build. */
const rpcLimitMilliseconds = 60_000;
const rpcJsonLimits = { depth: 32, containers: 1_000_000 };

/** What the handler serves with. */
export interface HandlerOptions {
  services: StudioServices;
  methodHandlers: MethodHandlers;
  page: PageFiles;
  doorkeeper: Doorkeeper;
  /** Where unexpected failures are written. */
  log: (line: string) => void;
}

/** A request handler as `fetch` would see it: a Request in, a Response out; errors become answers. */
export function createHandler(options: HandlerOptions): (request: Request) => Promise<Response> {
  return async (request) => {
    try {
      return await route(request, options);
    } catch (error) {
      return errorResponse(asStudioError(error, options.log));
    }
  };
}

/** A bug's report: the page sees a sentence and an id, the log the stack. */
function asStudioError(error: unknown, log: (line: string) => void): StudioError {
  if (error instanceof StudioError) return error;
  const reportId = randomBytes(4).toString('hex');
  log(`[${reportId}] ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return new StudioError('internal', 'Something went wrong inside the studio.', {
    hint: `Try again; if it happens again, report it with the number ${reportId}.`,
    details: { reportId },
  });
}

async function route(request: Request, options: HandlerOptions): Promise<Response> {
  const { doorkeeper, page } = options;
  const url = new URL(request.url);
  const { method, headers } = request;
  const foreign = doorkeeper.refuseOrigin(method, headers);
  if (foreign) return textResponse(foreign.message, foreign.status);
  const token = url.searchParams.get('token');
  const code = url.searchParams.get('code');
  if (url.pathname === '/' && method === 'GET' && (token !== null || code !== null)) {
    if (token !== null ? !doorkeeper.isToken(token) : !doorkeeper.takeCode(code ?? ''))
      return textResponse('This address is not valid any more. Use the one the studio printed last.', 401);
    return new Response(null, {
      status: 303,
      headers: { location: '/', 'set-cookie': doorkeeper.cookieHeader(), 'cache-control': 'no-store' },
    });
  }
  const stranger = doorkeeper.refuseStranger(headers);
  if (stranger) return textResponse(stranger.message, stranger.status);
  const [, area = '', ...rest] = url.pathname.split('/');
  if (area === 'rpc') return method === 'POST' ? callMethod(request, rest, options) : notAllowed('POST');
  if (area === 'assets' && method === 'PUT') return takeUpload(request, rest[0] ?? '', options);
  if (method !== 'GET' && method !== 'HEAD') return notAllowed('GET');
  if (area === 'events') return openEvents(url, headers, options);
  if (area === 'assets') return sendAsset(url, rest[0] ?? '', headers, options);
  if (area === 'previews') return sendPreview(rest, options);
  if (area === 'exports' || area === 'packs') return sendFile(area, rest, headers, options);
  return page.respond(url.pathname, headers) ?? textResponse('There is nothing at this address.', 404);
}

function notAllowed(allow: string): Response {
  return new Response('This address does not take such requests.\n', { status: 405, headers: { allow } });
}

function isMethodName(name: string): name is MethodName {
  return Object.hasOwn(methods, name);
}

async function callMethod(request: Request, rest: string[], options: HandlerOptions): Promise<Response> {
  const name = rest.join('/');
  if (!isMethodName(name))
    return errorResponse(new StudioError('request-invalid', `There is no method ${name.slice(0, 60)}.`), 404);
  if (!/^application\/json\b/.test(request.headers.get('content-type') ?? ''))
    return errorResponse(
      new StudioError('request-invalid', 'Calls are JSON: the content type must be application/json.'),
      415,
    );
  const body = await readJson(request);
  return jsonResponse(await invoke(name, body, options.methodHandlers));
}

/** Parses the input and calls the handler; generic so that input and handler belong together. */
async function invoke<M extends MethodName>(name: M, body: unknown, handlers: MethodHandlers): Promise<unknown> {
  const parsed = methods[name].input.safeParse(body);
  if (!parsed.success)
    throw new StudioError('request-invalid', `The call ${name} was not understood: ${firstIssue(parsed.error)}.`, {
      hint: 'Reload the page; it may be older than the studio.',
    });
  // The schema above is the one this handler's input type was inferred from.
  const handler = handlers[name] as (input: unknown) => Promise<unknown>;
  return handler(parsed.data);
}

async function readJson(request: Request): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const stream = streamOf(request);
  const tooSlow = new StudioError('request-invalid', 'The body of the call did not arrive in time.');
  const timer = setTimeout(() => stream.destroy(tooSlow), rpcLimitMilliseconds);
  try {
    for await (const chunk of stream) {
      size += chunk.length;
      if (size > rpcLimitBytes)
        throw new StudioError('request-invalid', `A call may hold up to ${rpcLimitBytes} bytes.`);
      chunks.push(chunk);
    }
  } finally {
    clearTimeout(timer);
  }
  try {
    return parseBoundedJson(Buffer.concat(chunks).toString('utf8'), 'The call', rpcJsonLimits);
  } catch (error) {
    if (error instanceof StudioError) throw error;
    throw new StudioError('request-invalid', 'The body of the call is not JSON.', { cause: error });
  }
}

function streamOf(request: Request): Readable {
  // Node's two declarations of the same web stream differ only in their typing.
  return request.body ? Readable.fromWeb(request.body as NodeReadableStream<Uint8Array>) : Readable.from([]);
}

async function takeUpload(request: Request, id: string, { services }: HandlerOptions): Promise<Response> {
  const { uploads } = services;
  if (!uploadId.safeParse(id).success)
    throw new StudioError('request-invalid', 'An upload’s address ends in upload- and 8 to 48 letters or digits.');
  const announced = Number(request.headers.get('content-length') ?? 0);
  if (announced > uploads.limitBytes)
    return errorResponse(
      new StudioError('request-invalid', `The file is larger than the ${uploads.limitBytes} bytes that are taken.`),
      413,
    );
  return jsonResponse(await uploads.receive(id, streamOf(request)));
}

function openEvents(url: URL, headers: Headers, { services }: HandlerOptions): Response {
  const windowId = url.searchParams.get('window') ?? '';
  const last = headers.get('last-event-id') ?? url.searchParams.get('after');
  if (windowId) services.library.noteConnection(windowId, 1);
  return eventStream(services.bus, last, () => {
    if (!windowId) return;
    services.library.noteConnection(windowId, -1);
    services.takes.stopLive(windowId);
  });
}

async function projectOf(id: string, { services }: HandlerOptions): Promise<OpenProject> {
  if (!recordId.safeParse(id).success) throw new StudioError('request-invalid', 'This is not a project’s name.');
  return services.library.opened(id);
}

async function sendAsset(url: URL, id: string, headers: Headers, options: HandlerOptions): Promise<Response> {
  if (!assetId.safeParse(id).success)
    throw new StudioError('request-invalid', 'An asset’s address ends in the 64 hexadecimal digits of its SHA-256.');
  const project = await projectOf(url.searchParams.get('project') ?? '', options);
  const source = project.store.all('source').find((record) => record.assetId === id);
  const type = source?.mimeType ?? (url.searchParams.get('type') === 'json' ? 'application/json' : 'image/png');
  return fileResponse(
    project.store.assets.pathOf(id),
    /^((image|video|audio)\/[\w.+-]+|application\/json)$/.test(type) ? type : 'application/octet-stream',
    headers,
  );
}

/** `/previews/<project>/<kind>/<id>/<name>.webp`: pictures made for the eye alone. */
async function sendPreview(rest: string[], options: HandlerOptions): Promise<Response> {
  const { services } = options;
  const [projectId = '', kind = '', rawId = '', rawName = ''] = rest;
  const id = rawId.replace(/\.(webp|bin|html)$/, '');
  if (kind === 'poster') return sendPoster(projectId, id, options);
  const project = await projectOf(projectId, options);
  const number = Number(/^(\d{1,8})\.webp$/.exec(rawName)?.[1] ?? Number.NaN);
  if (kind === 'job') {
    const bytes = services.takes.preview(id);
    if (!bytes) throw new StudioError('asset-missing', 'This preview is gone.');
    return bytesResponse(bytes, 'image/webp');
  }
  if (kind === 'attention')
    return bytesResponse(await services.attention.maps(project, id), 'application/octet-stream');
  if (kind === 'ablation') return reportResponse(services.ablations.page(project, id));
  if (kind === 'grid') return bytesResponse(await services.grids.sheet(project, id, number), 'image/webp');
  if (!assetId.safeParse(id).success) throw new StudioError('request-invalid', 'This is not an asset’s name.');
  if (kind === 'waveform') return bytesResponse(await services.cache.waveform(project, id), 'application/octet-stream');
  if (Number.isNaN(number)) throw new StudioError('request-invalid', 'A preview’s address ends in a number.');
  if (kind === 'thumbnail') return bytesResponse(await services.cache.thumbnail(project, id, number), 'image/webp');
  const source = project.sourceOf(id);
  if (kind === 'frame' && source)
    return bytesResponse(await services.cache.frame(project, source, number), 'image/webp');
  throw new StudioError('asset-missing', 'There is no such preview.');
}

/** The picture of a project in the list of recents, which need not be open. */
async function sendPoster(projectId: string, id: string, { services }: HandlerOptions): Promise<Response> {
  if (!recordId.safeParse(projectId).success || !assetId.safeParse(id).success)
    throw new StudioError('request-invalid', 'This is not a poster’s name.');
  const path = services.library.assetsOf(projectId).pathOf(id);
  return bytesResponse(await services.cache.poster(path), 'image/webp');
}

async function sendFile(area: string, rest: string[], headers: Headers, options: HandlerOptions): Promise<Response> {
  const name = decoded(rest.at(-1) ?? '');
  if (name === '' || name.startsWith('.') || /[/\\\0]/.test(name))
    throw new StudioError('request-invalid', 'This is not a file’s name.');
  const folder =
    area === 'packs' ? options.services.library.stagingFolder : exportFolder(await projectOf(rest[0] ?? '', options));
  return fileResponse(join(folder, name), 'application/octet-stream', headers, name);
}

/** A part of an address as it is meant; empty where it is no address's part. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // A lone percent sign: such a name is never handed out.
    return '';
  }
}
