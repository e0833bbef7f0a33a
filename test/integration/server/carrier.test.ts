import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plainPicture, startTestStudio } from './standIns.ts';

let test: Awaited<ReturnType<typeof startTestStudio>>;
beforeAll(async () => {
  test = await startTestStudio({ uploadLimitBytes: 100_000 });
});
afterAll(() => test.studio.close());

/** A request with any Host header, which fetch would not send. */
function raw(path: string, headers: Record<string, string>, method = 'GET'): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port: test.studio.port, path, method, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.on('error', reject);
    request.end();
  });
}

describe('who may talk to the studio', () => {
  it('turns the first address into a strict cookie and shows the page', async () => {
    expect(test.first.status).toBe(303);
    expect(test.first.headers.get('set-cookie')).toMatch(/; HttpOnly; SameSite=Strict; Path=\/$/);
    const page = await fetch(`${test.origin}/`, { headers: { cookie: test.cookie } });
    expect(page.status).toBe(200);
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    const nonce = /'nonce-([^']+)'/.exec(policy)?.[1] ?? '?';
    expect(await page.text()).toContain(nonce);
  });

  it('opens once by a code that is of no use afterwards', async () => {
    const address = test.studio.openingUrl();
    expect(address).not.toContain('token');
    expect((await fetch(address, { redirect: 'manual' })).headers.get('set-cookie')).toContain('HttpOnly');
    expect((await fetch(address, { redirect: 'manual' })).status).toBe(401);
  });

  it('refuses a wrong token, a missing cookie and a foreign cookie', async () => {
    expect((await fetch(`${test.origin}/?token=wrong`, { redirect: 'manual' })).status).toBe(401);
    expect((await fetch(`${test.origin}/`)).status).toBe(401);
    expect((await fetch(`${test.origin}/`, { headers: { cookie: `${test.cookie}x` } })).status).toBe(401);
    expect((await fetch(`${test.origin}/events`)).status).toBe(401);
  });

  it('refuses a wrong Host, as a rebound name would send', async () => {
    expect(await raw('/', { host: `evil.example:${test.studio.port}`, cookie: test.cookie })).toBe(403);
    expect(await raw('/', { host: `localhost:${test.studio.port}`, cookie: test.cookie })).toBe(200);
  });

  it('refuses a wrong or missing Origin on calls and uploads', async () => {
    const headers = { cookie: test.cookie, 'content-type': 'application/json' };
    const body = '{}';
    expect((await fetch(`${test.origin}/rpc/studio.info`, { method: 'POST', headers, body })).status).toBe(403);
    const foreign = { ...headers, origin: 'http://evil.example' };
    expect((await fetch(`${test.origin}/rpc/studio.info`, { method: 'POST', headers: foreign, body })).status).toBe(
      403,
    );
    expect(
      (await fetch(`${test.origin}/assets/upload-12345678`, { method: 'PUT', headers: foreign, body })).status,
    ).toBe(403);
    expect((await fetch(`${test.origin}/`, { headers: { ...test.own, 'sec-fetch-site': 'cross-site' } })).status).toBe(
      403,
    );
  });
});

describe('calls', () => {
  it('answers a method and refuses unknown ones, wrong methods, types and bodies', async () => {
    const info = await test.call('studio.info', {});
    expect(info.status).toBe(200);
    expect(info.body).toMatchObject({ version: '0.1.0', desktop: false, models: [{ id: 'tiny', studentSteps: 2 }] });
    expect((await test.call('studio.nothing', {})).status).toBe(404);
    expect((await test.call('constructor', {})).status).toBe(404);
    expect((await test.call('projects.create', { name: 7 })).status).toBe(400);
    expect((await test.call('projects.create', { name: 'x', extra: 1 })).status).toBe(400);
    const headers = { ...test.own, 'content-type': 'application/json' };
    const bad = await fetch(`${test.origin}/rpc/studio.info`, { method: 'POST', headers, body: '{' });
    expect([bad.status, ((await bad.json()) as { error: { code: string } }).error.code]).toEqual([
      400,
      'request-invalid',
    ]);
    expect((await fetch(`${test.origin}/rpc/studio.info`, { headers: test.own })).status).toBe(405);
    expect(
      (await fetch(`${test.origin}/rpc/studio.info`, { method: 'POST', headers: test.own, body: '{}' })).status,
    ).toBe(415);
    expect((await fetch(`${test.origin}/`, { method: 'DELETE', headers: test.own })).status).toBe(405);
  });

  it('says what went wrong in a sentence, with a way out', async () => {
    const answer = await test.call('projects.open', { projectId: 'nowhere', windowId: 'w' });
    expect(answer.status).toBe(404);
    expect(answer.body.error).toMatchObject({ code: 'file-missing', hint: expect.stringContaining('project.json') });
  });

  it('serves no path but the page’s own files', async () => {
    for (const path of ['/../package.json', '/%2e%2e/package.json', '/..%2fpackage.json', '//etc/passwd'])
      expect(await raw(path, { host: `127.0.0.1:${test.studio.port}`, cookie: test.cookie })).toBe(404);
    for (const path of ['/packs/%', '/packs/..%2fproject.json', '/packs/.studio', '/exports/p/%00'])
      expect(await raw(path, { host: `127.0.0.1:${test.studio.port}`, cookie: test.cookie })).toBe(400);
    const script = await fetch(`${test.origin}/app.js`, { headers: { ...test.own, 'accept-encoding': 'gzip' } });
    expect(script.headers.get('content-encoding')).toBe('gzip');
    expect(await script.text()).toContain('export const page');
  });
});

describe('files', () => {
  it('takes uploads up to the limit and under their own names only', async () => {
    const put = (path: string, size: number) =>
      fetch(`${test.origin}${path}`, { method: 'PUT', headers: test.own, body: new Uint8Array(size) });
    expect((await put('/assets/upload-aaaaaaaa1', 100_000)).status).toBe(200);
    expect((await put('/assets/upload-aaaaaaaa2', 100_001)).status).toBe(413);
    expect((await put('/assets/..%2f..%2fx', 5)).status).toBe(400);
    expect((await put('/assets/notanupload', 5)).status).toBe(400);
  });

  it('sends an asset whole, in ranges, and refuses impossible ones', async () => {
    const created = await test.call('projects.create', { name: 'Ranges' });
    const projectId = String(created.body.projectId);
    await test.call('projects.open', { projectId, windowId: 'w1' });
    const picture = await plainPicture(64, 48, [10, 20, 30]);
    const uploadId = await test.upload(picture);
    const { body } = await test.call('sources.import', { projectId, uploadId, name: 'a.png' });
    const source = body.source as { assetId: string };
    const at = `${test.origin}/assets/${source.assetId}?project=${projectId}`;
    const get = (range?: string) => fetch(at, { headers: { ...test.own, ...(range ? { range } : {}) } });
    const whole = await get();
    expect(whole.status).toBe(200);
    expect(Buffer.from(await whole.arrayBuffer()).equals(picture)).toBe(true);
    const head = await fetch(at, { method: 'HEAD', headers: test.own });
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([
      200,
      String(picture.length),
      '',
    ]);
    const part = await get('bytes=4-9');
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 4-9/${picture.length}`]);
    expect(Buffer.from(await part.arrayBuffer()).equals(picture.subarray(4, 10))).toBe(true);
    const tail = await get('bytes=-5');
    expect(Buffer.from(await tail.arrayBuffer()).equals(picture.subarray(-5))).toBe(true);
    expect((await get(`bytes=${picture.length}-`)).status).toBe(416);
    expect((await get('bytes=9-4')).status).toBe(416);
    expect((await get('lines=1-2')).status).toBe(200);
    expect(
      (await fetch(`${test.origin}/assets/${'0'.repeat(64)}?project=${projectId}`, { headers: test.own })).status,
    ).toBe(404);
    expect((await fetch(`${test.origin}/assets/${source.assetId}?project=other`, { headers: test.own })).status).toBe(
      422,
    );
    expect(
      (await fetch(`${test.origin}/assets/..%2fproject.json?project=${projectId}`, { headers: test.own })).status,
    ).toBe(400);
    await test.call('document.apply', {
      projectId,
      windowId: 'w1',
      diff: { added: [source], updated: [], removed: [] },
    });
    const frame = await fetch(`${test.origin}/previews/${projectId}/frame/${source.assetId}/0.webp`, {
      headers: test.own,
    });
    expect([frame.status, frame.headers.get('content-type')]).toEqual([200, 'image/webp']);
  });
});

/** Reads server-sent events until `count` have come. */
async function readEvents(
  count: number,
  headers: Record<string, string>,
  query = '',
): Promise<{ id: string; data: { type: string } }[]> {
  const abort = new AbortController();
  const response = await fetch(`${test.origin}/events${query}`, {
    headers: { ...test.own, ...headers },
    signal: abort.signal,
  });
  const events: { id: string; data: { type: string } }[] = [];
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const id = /^id: (.*)$/m.exec(block)?.[1] ?? '';
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (data !== undefined) events.push({ id, data: JSON.parse(data) });
      else if (count === 0) events.push({ id, data: { type: 'welcome' } });
    }
    if (events.length >= count) break;
  }
  abort.abort();
  return events;
}

describe('events', () => {
  const tell = (jobId: string) => test.studio.services.bus.publish({ type: 'jobGone', projectId: 'p', jobId });

  it('replays what a reader missed, by number, and goes on', async () => {
    const [welcome] = await readEvents(0, {});
    tell('one');
    tell('two');
    const reading = readEvents(3, { 'last-event-id': welcome?.id ?? '' });
    setTimeout(() => tell('three'), 100);
    expect((await reading).map((event) => event.data)).toMatchObject([
      { jobId: 'one' },
      { jobId: 'two' },
      { jobId: 'three' },
    ]);
  });

  it('tells of a gap when the number is from another run or forgotten', async () => {
    expect((await readEvents(1, { 'last-event-id': '5' }))[0]?.data.type).toBe('gap');
    expect((await readEvents(1, { 'last-event-id': 'nonsense' }))[0]?.data.type).toBe('gap');
    const start = test.studio.services.bus.last;
    for (let index = 0; index < 2100; index++) tell(`job-${index}`);
    expect((await readEvents(1, { 'last-event-id': String(start) }))[0]?.data.type).toBe('gap');
  });
});

describe('a call made to cost time', () => {
  it('is refused at once, be it nested, endless or cut short', async () => {
    const headers = { ...test.own, 'content-type': 'application/json' };
    const send = (body: string) => fetch(`${test.origin}/rpc/projects.create`, { method: 'POST', headers, body });
    const begun = performance.now();
    for (const body of ['['.repeat(30_000_000), `[${'{},'.repeat(3_000_000)}{}]`, '{"name":'])
      expect([400, 422]).toContain((await send(body)).status);
    expect(performance.now() - begun).toBeLessThan(10_000);
  });

  it('from a page of another port of this machine is not answered', async () => {
    for (const site of ['same-site', 'cross-site'])
      expect((await fetch(`${test.origin}/`, { headers: { ...test.own, 'sec-fetch-site': site } })).status).toBe(403);
    for (const site of ['same-origin', 'none'])
      expect((await fetch(`${test.origin}/`, { headers: { ...test.own, 'sec-fetch-site': site } })).status).toBe(200);
  });
});
