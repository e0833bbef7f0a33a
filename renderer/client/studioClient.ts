import { type ErrorOnWire, errorFromWire } from '../../electron/contract/errorOnWire.ts';
import type { MethodInput, MethodName, MethodOutput } from '../../electron/contract/methods.ts';
import { StudioError } from '../../models/errors/studioError.ts';

/** The studio as the page sees it: typed calls, and uploads with progress. */
export interface StudioClient {
  call<M extends MethodName>(method: M, input: MethodInput<M>): Promise<MethodOutput<M>>;
  /** Sends a file; returns the name under which it waits for the call that uses it. `onProgress`: share sent, 0..1. */
  upload(file: Blob, onProgress?: (share: number) => void): Promise<string>;
}

/** Talks to the server this page came from. Failures are StudioErrors with a sentence. */
export const studioClient: StudioClient = {
  async call(method, input) {
    let response: Response;
    try {
      response = await fetch(`/rpc/${method}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(input),
      });
    } catch (error) {
      throw unreachable(error);
    }
    const body: unknown = await response.json().catch(() => undefined);
    if (!response.ok) throw errorOf(body, response.status);
    // The server answers with the output its contract names; both sides are built from one source.
    return body as MethodOutput<typeof method>;
  },

  upload(file, onProgress) {
    const id = `upload-${crypto.randomUUID().replaceAll('-', '')}`;
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open('PUT', `/assets/${id}`);
      request.upload.onprogress = (event) => onProgress?.(event.total > 0 ? event.loaded / event.total : 0);
      request.onload = () => {
        if (request.status === 200) resolve(id);
        else reject(errorOf(parseJson(request.responseText), request.status));
      };
      request.onerror = () => reject(unreachable());
      request.send(file);
    });
  },
};

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not one of the studio's answers; the status alone tells.
    return undefined;
  }
}

function errorOf(body: unknown, status: number): StudioError {
  if (typeof body === 'object' && body !== null && 'error' in body && isWireError(body.error))
    return errorFromWire(body.error);
  return new StudioError('internal', `The studio answered with status ${status}.`, {
    hint: 'Reload the page; if the address is old, open the one the studio printed last.',
  });
}

function isWireError(value: unknown): value is ErrorOnWire {
  return typeof value === 'object' && value !== null && 'code' in value && 'message' in value;
}

function unreachable(cause?: unknown): StudioError {
  return new StudioError('studio-silent', 'The studio does not answer.', {
    hint: 'Start it again with the same workspace; this page finds it, and what you did meanwhile is kept and sent.',
    cause,
  });
}
