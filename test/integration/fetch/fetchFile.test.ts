import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { isAllowed, readCatalogue } from '../../../electron/services/models/fetch/catalogue.ts';
import { fetchFile, type WantedFile } from '../../../electron/services/models/fetch/fetchFile.ts';

const content = randomBytes(300_000);
const sha256 = createHash('sha256').update(content).digest('hex');

/** A server that answers as each test tells it, and remembers what it was asked. */
let server: Server;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
const asked: (string | undefined)[] = [];
let folder: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.headers.range);
    answer(request, response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'magdiff-fetch-'));
  asked.length = 0;
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const origin = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const path = () => join(folder, 'model.safetensors');
const wanted = (changes: Partial<WantedFile> = {}): WantedFile => ({
  url: `${origin()}/model.safetensors`,
  path: path(),
  sha256,
  ...changes,
});
const rules = (signal?: AbortSignal) => ({
  allows: (address: URL) => address.hostname === '127.0.0.1',
  patienceMilliseconds: 400,
  signal,
});

/** Answers rightly, range and all; `cut` ends the connection after so many bytes of each answer. */
function serve(
  request: IncomingMessage,
  response: ServerResponse,
  { cut = Number.POSITIVE_INFINITY, etag = '"one"' } = {},
) {
  const first = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const isSame = request.headers['if-range'] === undefined || request.headers['if-range'] === etag;
  const from = isSame ? first : 0;
  if (from >= content.length) {
    response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
    return;
  }
  const rest = content.subarray(from);
  const range = { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` };
  response.writeHead(from > 0 ? 206 : 200, { etag, 'content-length': rest.length, ...(from > 0 ? range : {}) });
  if (rest.length <= cut) response.end(rest);
  else response.write(rest.subarray(0, cut), () => response.destroy());
}

async function expectWhole(): Promise<void> {
  expect(await readFile(path())).toEqual(content);
  expect(await readdir(folder)).toEqual(['model.safetensors']);
}

describe('a server that means well', () => {
  test('gives the file, told byte by byte, and nothing is left beside it', async () => {
    answer = (request, response) => serve(request, response);
    const seen: number[] = [];
    expect(await fetchFile(wanted(), rules(), ({ doneBytes }) => void seen.push(doneBytes))).toBe(sha256);
    await expectWhole();
    expect(seen.at(-1)).toBe(content.length);
  });

  test('a connection that drops is taken up where it was, as often as it gets further', async () => {
    answer = (request, response) => serve(request, response, { cut: 70_000 });
    await fetchFile(wanted(), rules());
    await expectWhole();
    expect(asked.length).toBeGreaterThan(3);
    expect(asked[0]).toBeUndefined();
    expect(asked.slice(1).every((range) => /^bytes=[1-9]\d*-$/.test(range ?? ''))).toBe(true);
  });

  test('stopped at any byte, the next call goes on from there', async () => {
    for (const stop of [1, 100_000, 250_000]) {
      await rm(folder, { recursive: true, force: true });
      asked.length = 0;
      answer = (request, response) => serve(request, response);
      const controller = new AbortController();
      const fetching = fetchFile(wanted(), rules(controller.signal), ({ doneBytes }) => {
        if (doneBytes >= stop) controller.abort();
      });
      await expect(fetching).rejects.toMatchObject({ name: 'CancelledError' });
      const have = (await stat(`${path()}.part`)).size;
      expect(have).toBeGreaterThanOrEqual(Math.min(stop, content.length));
      await fetchFile(wanted(), rules());
      expect(asked.at(-1)).toBe(`bytes=${have}-`);
      await expectWhole();
    }
  });

  test('a part that is whole already is only checked and renamed', async () => {
    answer = (request, response) => serve(request, response);
    await writeFile(`${path()}.part`, content);
    await writeFile(`${path()}.part.json`, JSON.stringify({ url: wanted().url, validator: '"one"' }));
    await fetchFile(wanted(), rules());
    await expectWhole();
  });
});

describe('a server that misbehaves', () => {
  test('ignoring the range, it is read from its start again', async () => {
    let first = true;
    answer = (request, response) => {
      if (first) serve(request, response, { cut: 50_000 });
      else response.writeHead(200, { etag: '"one"', 'content-length': content.length }).end(content);
      first = false;
    };
    await fetchFile(wanted(), rules());
    await expectWhole();
  });

  test('with other content than before, the file is begun anew', async () => {
    let first = true;
    answer = (request, response) => {
      serve(request, response, first ? { cut: 50_000, etag: '"old"' } : { etag: '"new"' });
      first = false;
    };
    await fetchFile(wanted(), rules());
    await expectWhole();
  });

  test('refusing the rest of a part that is no longer the same size, it is asked for the whole', async () => {
    answer = (request, response) => serve(request, response);
    await writeFile(`${path()}.part`, Buffer.alloc(content.length + 10));
    await writeFile(`${path()}.part.json`, JSON.stringify({ url: wanted().url, validator: '"one"' }));
    await fetchFile(wanted(), rules());
    await expectWhole();
  });

  test.each([
    ['announcing more than it sends', content.length + 1000],
    ['announcing less than it has', content.length - 1000],
  ])('%s, it never gives a file', async (_what, length) => {
    answer = (_request, response) => {
      response.writeHead(200, { etag: '"one"', 'content-length': length });
      response.write(content, () => response.destroy());
    };
    await expect(fetchFile(wanted(), rules())).rejects.toMatchObject({ code: 'download-failed' });
    expect(await readdir(folder)).not.toContain('model.safetensors');
  });

  test('another file of the same name is refused by its hash and not kept', async () => {
    answer = (_request, response) => response.writeHead(200, { etag: '"one"' }).end(randomBytes(content.length));
    await expect(fetchFile(wanted(), rules())).rejects.toThrow(/SHA-256 differs/);
    expect(await readdir(folder)).toEqual([]);
  });

  test('a size that the catalogue knows better ends it before a byte is written', async () => {
    answer = (request, response) => serve(request, response);
    await expect(fetchFile(wanted({ sizeBytes: 5 }), rules())).rejects.toThrow(/300000 bytes long and should be 5/);
    expect(await readdir(folder)).toEqual([]);
  });

  test('silent, it is given up after its patience, a few times', async () => {
    answer = () => undefined;
    await expect(fetchFile(wanted(), rules())).rejects.toMatchObject({ code: 'download-failed' });
    expect(asked).toHaveLength(3);
  });

  test('a redirect is followed to an allowed address, refused to another, and not for ever', async () => {
    answer = (request, response) =>
      request.url === '/there' ? serve(request, response) : response.writeHead(302, { location: '/there' }).end();
    await fetchFile(wanted(), rules());
    await expectWhole();
    answer = (_request, response) => response.writeHead(302, { location: 'http://192.0.2.1/model' }).end();
    await expect(fetchFile(wanted(), rules())).rejects.toMatchObject({ code: 'not-allowed' });
    answer = (_request, response) => response.writeHead(302, { location: '/again' }).end();
    await expect(fetchFile(wanted(), rules())).rejects.toMatchObject({ code: 'download-failed' });
  });

  test.each([404, 403])('%i ends it at once, in a sentence', async (status) => {
    answer = (_request, response) => response.writeHead(status).end();
    await expect(fetchFile(wanted(), rules())).rejects.toThrow(new RegExp(`answered ${status}`));
    expect(asked).toHaveLength(1);
  });
});

describe('the catalogue', () => {
  test('every address is https, at a host that it names, and every file a plain name', async () => {
    const { hosts, models } = readCatalogue();
    const files = models.flatMap((model) => model.files);
    expect(files.length).toBeGreaterThan(5);
    for (const { url } of files) expect(isAllowed(hosts, new URL(url)), url).toBe(true);
    expect(new Set(files.map(({ file }) => file)).size).toBe(files.length);
  });

  test.each([
    'http://huggingface.co/x',
    'https://huggingface.co:8443/x',
    'https://user@huggingface.co/x',
    'https://evilhuggingface.co/x',
    'https://huggingface.co.evil.example/x',
    'https://127.0.0.1/x',
  ])('%s is not asked', async (address) => {
    const { hosts } = readCatalogue();
    expect(isAllowed(hosts, new URL(address))).toBe(false);
    expect(isAllowed(hosts, new URL('https://cdn-lfs.huggingface.co/x'))).toBe(true);
  });
});
