import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { StudioError } from '../../models/errors/studioError.ts';
import { statusOf } from '../contract/errorOnWire.ts';

const always = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
};

/** JSON, never cached. */
export function jsonResponse(value: unknown, status = 200): Response {
  return new Response(JSON.stringify(value), {
    status,
    headers: { ...always, 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
  });
}

/** An error in its wire form, with the status that goes with its code. */
export function errorResponse(error: StudioError, status = statusOf(error.code)): Response {
  return jsonResponse({ error: error.toJSON() }, status);
}

/** One plain sentence. */
export function textResponse(text: string, status: number): Response {
  return new Response(`${text}\n`, { status, headers: { ...always, 'content-type': 'text/plain; charset=utf-8' } });
}

/** Bytes whose address never changes its content. */
export function bytesResponse(bytes: Uint8Array, type: string): Response {
  return new Response(new Uint8Array(bytes), {
    headers: { ...always, 'content-type': type, 'cache-control': 'private, max-age=31536000, immutable' },
  });
}

/** A page that the studio wrote for the eye: it holds what it shows, runs nothing, and stands in the studio's own page alone. */
export async function reportResponse(path: string): Promise<Response> {
  const policy = [
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    'media-src data:',
    'sandbox allow-downloads',
    "frame-ancestors 'self'",
  ];
  return new Response(streamOf(await openedStream(path)), {
    headers: {
      ...always,
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': policy.join('; '),
    },
  });
}

/** A file that is there, to be read. @throws StudioError `asset-missing` */
async function openedStream(path: string): Promise<Readable> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) throw new StudioError('asset-missing', 'This report is gone.', { hint: 'Make it anew.' });
  return createReadStream(path);
}

/** A file, whole or the one range asked for; 416 for a range outside it. */
export async function fileResponse(path: string, type: string, headers: Headers, download?: string): Promise<Response> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile())
    throw new StudioError('asset-missing', 'This file is not in the project.', {
      hint: 'Open the project again, or find the missing media.',
    });
  const common = {
    ...always,
    'content-type': type,
    'accept-ranges': 'bytes',
    'cache-control': download === undefined ? 'private, max-age=31536000, immutable' : 'no-store',
    // Whatever a file claims to be, it is shown, never run.
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    ...(download === undefined
      ? {}
      : { 'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(download)}` }),
  };
  const range = parseRange(headers.get('range'), found.size);
  if (range === 'outside')
    return new Response(null, { status: 416, headers: { ...always, 'content-range': `bytes */${found.size}` } });
  const { from, to } = range ?? { from: 0, to: found.size - 1 };
  const body = found.size === 0 ? null : streamOf(createReadStream(path, { start: from, end: to }));
  return new Response(body, {
    status: range ? 206 : 200,
    headers: {
      ...common,
      'content-length': String(to - from + 1),
      ...(range ? { 'content-range': `bytes ${from}-${to}/${found.size}` } : {}),
    },
  });
}

/** One byte range, both ends inclusive; undefined where none (or several, or another unit) is asked for: then the whole is sent. */
export function parseRange(header: string | null, size: number): { from: number; to: number } | 'outside' | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  if (match[1] === '') {
    const last = Number(match[2]);
    return last === 0 || size === 0 ? 'outside' : { from: Math.max(0, size - last), to: size - 1 };
  }
  const from = Number(match[1]);
  const to = match[2] === '' ? size - 1 : Math.min(size - 1, Number(match[2]));
  return from >= size || to < from ? 'outside' : { from, to };
}

function streamOf(stream: Readable): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      stream.on('data', (chunk: Buffer) => {
        controller.enqueue(new Uint8Array(chunk));
        if ((controller.desiredSize ?? 1) <= 0) stream.pause();
      });
      stream.on('end', () => controller.close());
      stream.on('error', (error) => controller.error(error));
    },
    pull() {
      stream.resume();
    },
    cancel() {
      stream.destroy();
    },
  });
}
