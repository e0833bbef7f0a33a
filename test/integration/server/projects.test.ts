import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DocumentRecord } from '../../../electron/contract/records.ts';
import { writePack } from '../../../electron/services/projects/store/packFile.ts';
import { newProject, projectWithSubject } from './projectsOfTests.ts';
import { plainPicture, startTestStudio } from './standIns.ts';

let test: Awaited<ReturnType<typeof startTestStudio>>;
beforeEach(async () => {
  test = await startTestStudio();
});
afterEach(() => test.studio.close());

const marker = (id: string): DocumentRecord => ({ kind: 'marker', id, frameIndex: 3, label: id, colour: 'red' });
const add = (...records: DocumentRecord[]) => ({ added: records, updated: [], removed: [] });
const ids = (body: Record<string, unknown>): string[] =>
  (body.records as DocumentRecord[]).map((record) => record.id).sort();

describe('a project', () => {
  it('keeps every answered change through a kill, and cuts a torn tail', async () => {
    const projectId = await newProject(test);
    await test.call('document.apply', { projectId, windowId: 'w1', diff: add(marker('one')) });
    await test.call('document.apply', { projectId, windowId: 'w1', diff: add(marker('two')) });
    const folder = join(test.workspace, projectId);
    const before = await readFile(join(folder, 'project.json'), 'utf8');
    const journal = await readFile(join(folder, 'journal.ndjson'), 'utf8');
    await test.studio.close();
    // What a kill leaves: the old project.json, the journal with half a line at its end, a stale lock.
    await writeFile(join(folder, 'project.json'), before);
    await writeFile(join(folder, 'journal.ndjson'), `${journal}{"sequence":3,"diff":{"added":[{"ki`);
    await writeFile(join(folder, 'project.lock'), JSON.stringify({ pid: 2 ** 30 }));
    test = await startTestStudio({ workspace: test.workspace });
    const { body } = await test.call('projects.open', { projectId, windowId: 'w1' });
    expect(ids(body)).toEqual(['one', 'project', 'setup', 'track-source', 'track-take', 'two', 'view']);
    await test.call('document.apply', { projectId, windowId: 'w1', diff: add(marker('three')) });
    expect((await readFile(join(folder, 'journal.ndjson'), 'utf8')).trim().split('\n')).toHaveLength(3);
  });

  it('and its uploads are nobody else’s: not other users’, and not another studio’s on the same workspace', async () => {
    const projectId = await newProject(test);
    const uploadId = await test.upload(await plainPicture(32, 32, [200, 50, 50]));
    const second = await startTestStudio({ workspace: test.workspace });
    const { status } = await test.call('sources.import', { projectId, uploadId, name: 'subject.png' });
    expect(status).toBe(200);
    await second.studio.close();
    if (process.platform === 'win32') return;
    for (const entry of await readdir(join(test.workspace, projectId), { recursive: true, withFileTypes: true })) {
      const { mode } = await stat(join(entry.parentPath, entry.name));
      expect(mode & 0o077, entry.name).toBe(0);
    }
  });

  it('is freed of what cut-off writes left in it, the young excepted', async () => {
    const projectId = await newProject(test);
    await test.studio.close();
    const folder = join(test.workspace, projectId);
    const old = ['summary.json.0123456789ab.new', 'assets/0123456789abcdef.part', 'exports/.out.mp4.part.mp4'];
    await mkdir(join(folder, 'exports'));
    for (const name of old) {
      await writeFile(join(folder, name), 'x');
      await utimes(join(folder, name), 1, 1);
    }
    await writeFile(join(folder, 'project.json.0123456789ab.new'), 'x');
    test = await startTestStudio({ workspace: test.workspace });
    await test.call('projects.open', { projectId, windowId: 'w1' });
    const left = await readdir(folder, { recursive: true });
    expect(left.filter((name) => /\.(new|part)/.test(name))).toEqual(['project.json.0123456789ab.new']);
  });

  it('tells a second window that it may only look, and the first when that one takes over', async () => {
    const projectId = await newProject(test);
    test.studio.services.library.noteConnection('w1', 1);
    const second = await test.call('projects.open', { projectId, windowId: 'w2' });
    expect(second.body.writer).toBe(false);
    const refused = await test.call('document.apply', { projectId, windowId: 'w2', diff: add(marker('x')) });
    expect([refused.status, (refused.body.error as { hint: string }).hint]).toEqual([
      403,
      expect.stringContaining('Edit here'),
    ]);
    const told: unknown[] = [];
    test.studio.services.bus.subscribe(({ event }) => told.push(event));
    expect((await test.call('projects.open', { projectId, windowId: 'w2', takeOver: true })).body.writer).toBe(true);
    expect(told).toContainEqual({ type: 'writer', projectId, windowId: 'w2' });
    expect((await test.call('document.apply', { projectId, windowId: 'w1', diff: add(marker('y')) })).status).toBe(403);
  });

  it('is copied, packed to one file and unpacked with all its assets', async () => {
    const { projectId, source } = await projectWithSubject(test);
    const copy = await test.call('projects.saveAs', { projectId, name: 'Trial copy' });
    expect(copy.body.projectId).toBe('Trial-copy');
    const packed = await test.call('projects.pack', { projectId });
    const file = await fetch(`${test.origin}${packed.body.url}`, { headers: test.own });
    const bytes = new Uint8Array(await file.arrayBuffer());
    expect(bytes.length).toBe(packed.body.sizeBytes);
    const unpacked = await test.call('projects.unpack', { uploadId: await test.upload(bytes) });
    const again = String(unpacked.body.projectId);
    expect(again).toBe('Trial-2');
    const opened = await test.call('projects.open', { projectId: again, windowId: 'w9' });
    expect(ids(opened.body)).toContain(source.id);
    expect(opened.body.missingSourceIds).toEqual([]);
    const listed = (await test.call('projects.list', {})).body.projects as { projectId: string }[];
    expect(listed.map((entry) => entry.projectId).sort()).toEqual(['Trial', 'Trial-2', 'Trial-copy']);
  });

  it('refuses hostile and damaged packs and leaves nothing behind', async () => {
    const work = join(test.workspace, '.studio');
    const path = join(work, 'evil.tar');
    const inner = join(work, 'inner');
    await writeFile(inner, 'x');
    const before = (await readdir(test.workspace)).sort();
    const attempt = async (bytes: Uint8Array) =>
      (await test.call('projects.unpack', { uploadId: await test.upload(bytes) })).body.error;
    await writePack(path, [{ name: '../../escape', path: inner }]);
    expect(await attempt(await readFile(path))).toMatchObject({ code: 'format-hostile' });
    await writePack(path, [{ name: `assets/${'a'.repeat(64)}`, path: inner }]);
    expect(await attempt(await readFile(path))).toMatchObject({ code: 'format-damaged' });
    expect(await attempt(new Uint8Array(2048).fill(7))).toMatchObject({ code: 'format-unknown' });
    await writePack(path, [{ name: 'project.json', path: inner }]);
    expect(await attempt(await readFile(path))).toMatchObject({ code: 'project-damaged' });
    await writeFile(inner, '['.repeat(20_000_000));
    await writePack(path, [{ name: 'project.json', path: inner }]);
    expect(await attempt(await readFile(path))).toMatchObject({ code: 'format-hostile' });
    await writeFile(inner, 'x');
    await writePack(path, [{ name: 'project.json', path: inner }]);
    const long = await readFile(path);
    long.write('77777777777', 124, 'ascii');
    expect(await attempt(long)).toMatchObject({ code: 'format-unknown' });
    expect((await readdir(test.workspace)).sort()).toEqual(before);
    const left = await readdir(test.studio.services.staging.path);
    expect(left).toEqual(['project.lock']);
  });

  it('finds missing media again', async () => {
    const { projectId, source } = await projectWithSubject(test);
    await rm(join(test.workspace, projectId, 'assets', source.assetId.slice(0, 2), source.assetId));
    const opened = await test.call('projects.open', { projectId, windowId: 'w1' });
    expect(opened.body.missingSourceIds).toEqual([source.id]);
    const same = await test.upload(await plainPicture(32, 32, [200, 50, 50]));
    const relinked = await test.call('sources.relink', { projectId, sourceId: source.id, uploadId: same });
    expect(relinked.body).toMatchObject({ identical: true, source: { id: source.id, assetId: source.assetId } });
    const other = await test.upload(await plainPicture(40, 40, [1, 2, 3]));
    expect((await test.call('sources.relink', { projectId, sourceId: source.id, uploadId: other })).body).toMatchObject(
      { identical: false },
    );
  });

  it('is listed with the takes that it has now', async () => {
    const { projectId, request } = await projectWithSubject(test);
    const { body } = await test.call('jobs.start', { projectId, windowId: 'w1', request });
    await test.engine.finish(String(body.jobId));
    const counts = async () =>
      ((await test.call('projects.list', {})).body.projects as { takeCount: number }[]).map(
        ({ takeCount }) => takeCount,
      );
    await expect.poll(counts).toEqual([1]);
  });

  it('of the first format opens as it was', async () => {
    const projectId = await newProject(test);
    await test.call('document.apply', { projectId, windowId: 'w1', diff: add(marker('one')) });
    const path = join(test.workspace, projectId, 'project.json');
    await test.studio.close();
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace(/"schemaVersion":\d+/, '"schemaVersion":1'));
    test = await startTestStudio({ workspace: test.workspace });
    const { body } = await test.call('projects.open', { projectId, windowId: 'w' });
    expect(ids(body)).toEqual(['one', 'project', 'setup', 'track-source', 'track-take', 'view']);
    await test.call('document.apply', { projectId, windowId: 'w', diff: add(marker('two')) });
    await test.call('projects.close', { projectId, windowId: 'w' });
    expect(await readFile(path, 'utf8')).not.toContain('"schemaVersion":1,');
  });

  it('says that a newer or damaged project cannot be opened', async () => {
    const projectId = await newProject(test);
    const path = join(test.workspace, projectId, 'project.json');
    await test.studio.close();
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace(/"schemaVersion":\d+/, '"schemaVersion":99'));
    test = await startTestStudio({ workspace: test.workspace });
    expect((await test.call('projects.open', { projectId, windowId: 'w' })).body.error).toMatchObject({
      code: 'project-newer',
    });
    await writeFile(path, text.slice(0, 40));
    expect((await test.call('projects.open', { projectId, windowId: 'w' })).body.error).toMatchObject({
      code: 'project-damaged',
    });
  });
});
