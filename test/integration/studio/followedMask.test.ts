import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StudioEvent } from '../../../electron/contract/events.ts';
import type { DocumentRecord, SourceRecord } from '../../../electron/contract/records.ts';
import { EngineHost } from '../../../electron/engine/engineHost.ts';
import { studioMedia } from '../../../electron/services/media/studioMedia.ts';
import { followedDrawingOf } from '../../../electron/services/projects/maskFromRecords.ts';
import { rasterizeMask } from '../../../models/masks/rasterizeMask.ts';
import { encodeRuns } from '../../../models/masks/regionRuns.ts';
import { writeClip } from '../../fixtures/clipFile.ts';
import { drawnClip, overlap } from '../../fixtures/drawnClip.ts';
import { startTestStudio } from '../server/standIns.ts';

const drawn = drawnClip({ frameCount: 14 });
let bytes: Buffer;
let workspace: string;
let test: Awaited<ReturnType<typeof startTestStudio>>;
let host: EngineHost;
let events: StudioEvent[];

/** A studio over the real engine and media in the same workspace, as after a start. */
async function start(): Promise<void> {
  host = new EngineHost();
  test = await startTestStudio({ workspace, engine: host, media: studioMedia });
  events = [];
  test.studio.services.bus.subscribe(({ event }) => events.push(event));
}

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'magdiff-follow-'));
  await writeClip(join(folder, 'drawn.mp4'), drawn);
  bytes = await readFile(join(folder, 'drawn.mp4'));
  workspace = join(folder, 'workspace');
  await start();
});
afterAll(() => test.studio.close());

async function apply(projectId: string, added: readonly DocumentRecord[], removed: readonly DocumentRecord[] = []) {
  const diff = { added, updated: [], removed };
  const { status } = await test.call('document.apply', { projectId, windowId: 'w', diff });
  expect(status).toBe(200);
}

/** A key whose mask is the truth of its frame. */
function trueKey(frameIndex: number): DocumentRecord[] {
  const { width, height } = drawn;
  const operation = { kind: 'region', mode: 'paint', width, height, runs: encodeRuns(drawn.mask(frameIndex)) } as const;
  return [
    { kind: 'maskKey', id: `k${frameIndex}`, maskId: 'm', frameIndex, interpolation: 'hold' },
    { kind: 'stroke', id: `s${frameIndex}`, keyId: `k${frameIndex}`, order: 0, operation },
  ];
}

async function projectWithClip(name: string, content = bytes): Promise<{ projectId: string; source: SourceRecord }> {
  const projectId = String((await test.call('projects.create', { name })).body.projectId);
  await test.call('projects.open', { projectId, windowId: 'w' });
  const { body } = await test.call('sources.import', {
    projectId,
    uploadId: await test.upload(content),
    name: 'drawn.mp4',
  });
  const source = body.source as SourceRecord;
  const { width, height } = source;
  const edge = { growPixels: 0, featherPixels: 0, createdAt: '' };
  const mask: DocumentRecord = { kind: 'mask', id: 'm', sourceId: source.id, name: 'Subject', width, height, ...edge };
  await apply(projectId, [source, mask, ...trueKey(4)]);
  return { projectId, source };
}

const storeOf = async (projectId: string) => (await test.studio.services.library.opened(projectId)).store;

async function until(condition: () => Promise<boolean> | boolean, seconds = 120): Promise<void> {
  for (const end = Date.now() + seconds * 1000; !(await condition()); ) {
    if (Date.now() > end) throw new Error(`not in time; the last event was ${JSON.stringify(events.at(-1))}`);
    await new Promise((done) => setTimeout(done, 20));
  }
}

const follow = (projectId: string) => test.call('masks.follow', { projectId, request: { maskId: 'm' } });
const followedFrames = () => events.flatMap((event) => (event.type === 'followed' ? [event.frame] : []));
const isIdle = (projectId: string) => test.studio.services.jobs.list(projectId).length === 0;
const spans = async (projectId: string) =>
  (await storeOf(projectId))
    .all('followed')
    .map(({ firstFrame, endFrame }) => [firstFrame, endFrame])
    .sort();

describe('a mask that is followed through a clip', { timeout: 300_000 }, () => {
  let projectId: string;

  it('shows on every frame, is told as it comes, and lets the hand-made key be', async () => {
    ({ projectId } = await projectWithClip('Followed'));
    expect((await follow(projectId)).status).toBe(200);
    expect((await follow(projectId)).body).toMatchObject({ error: { code: 'conflict' } });
    await until(() => isIdle(projectId));
    expect(await spans(projectId)).toEqual([
      [0, 4],
      [5, 14],
    ]);
    expect(new Set(followedFrames()).size).toBe(14);
    const project = await test.studio.services.library.opened(projectId);
    const drawing = await followedDrawingOf(project, project.store.get('mask', 'm'));
    const { width, height } = drawn;
    for (let frameIndex = 0; frameIndex < 14; frameIndex++)
      expect(overlap(rasterizeMask(drawing, { width, height, frameIndex }), drawn.mask(frameIndex))).toBeGreaterThan(
        0.8,
      );
    expect(await readdir(join(project.store.folder, 'following'))).toEqual([]);
    const bytesOfMasks = (
      await Promise.all(
        project.store.all('followed').map(({ masksAssetId }) => project.store.assets.read(masksAssetId)),
      )
    ).map(({ length }) => length);
    expect(bytesOfMasks.reduce((sum, length) => sum + length, 0)).toBeLessThan(14 * 400);
  });

  it('is followed again from a correction to its neighbours alone', async () => {
    expect((await follow(projectId)).body).toMatchObject({ error: { code: 'conflict' } });
    const before = (await storeOf(projectId)).all('followed');
    await apply(projectId, trueKey(9));
    events.length = 0;
    await follow(projectId);
    await until(() => isIdle(projectId));
    expect(Math.min(...followedFrames())).toBeGreaterThanOrEqual(4);
    expect(await spans(projectId)).toEqual([
      [0, 4],
      [10, 14],
      [5, 9],
    ]);
    const untouched = before.find(({ firstFrame }) => firstFrame === 0);
    expect((await storeOf(projectId)).find('followed', untouched?.id ?? '')).toEqual(untouched);
  });

  it('is what a take is made from, with the frames of its range', async () => {
    const { store } = await test.studio.services.library.opened(projectId);
    const project = await test.studio.services.library.opened(projectId);
    const drawing = await followedDrawingOf(project, store.get('mask', 'm'), { first: 6, last: 7 });
    expect(drawing.keys.map(({ frameIndex }) => frameIndex).sort((a, b) => a - b)).toEqual(
      expect.arrayContaining([4, 5, 6, 7, 8, 9]),
    );
  });

  it('is as it was when the job is cancelled', async () => {
    const opened = await projectWithClip('Cancelled');
    const { body } = await follow(opened.projectId);
    events.length = 0;
    await until(() => followedFrames().length > 1);
    await test.call('jobs.cancel', { projectId: opened.projectId, jobId: body.jobId });
    await until(() => isIdle(opened.projectId));
    expect(await spans(opened.projectId)).toEqual([]);
    expect(await readdir(join((await storeOf(opened.projectId)).folder, 'following'))).toEqual([]);
  });

  it('survives its engine being killed, and the studio', async () => {
    const opened = await projectWithClip('Killed');
    await follow(opened.projectId);
    events.length = 0;
    await until(() => followedFrames().length > 1);
    process.kill(host.processId ?? 0, 'SIGKILL');
    events.length = 0;
    await until(() => followedFrames().length > 1);
    expect(await spans(opened.projectId)).toEqual([]);
    // Closing in the midst of it leaves what a kill leaves: the job's folder.
    await test.studio.close();
    await start();
    await test.call('projects.open', { projectId: opened.projectId, windowId: 'w' });
    await until(async () => (await spans(opened.projectId)).length === 2);
    await until(() => isIdle(opened.projectId));
    expect(await spans(opened.projectId)).toHaveLength(2);
  });

  it('stops where the clip cuts, marks nothing beyond, and goes on when it is told to', async () => {
    const other = async (index: number): Promise<Uint8Array> =>
      (await drawn.frame(index)).map((value, at) => (at % 4 === 3 ? 255 : 255 - ((value * 3) % 256)));
    const path = join(await mkdtemp(join(tmpdir(), 'magdiff-cut-')), 'cut.mp4');
    await writeClip(path, { ...drawn, frame: (index) => (index < 8 ? drawn.frame(index) : other(index)) });
    const { projectId: cut } = await projectWithClip('Cut', await readFile(path));
    await follow(cut);
    await until(() => isIdle(cut));
    const project = await test.studio.services.library.opened(cut);
    const runs = project.store.all('followed').map((run) => [run.firstFrame, run.endFrame, run.cut]);
    expect(runs.sort()).toEqual([
      [0, 4, null],
      [5, 8, 'end'],
    ]);
    const drawing = await followedDrawingOf(project, project.store.get('mask', 'm'));
    const { width, height } = drawn;
    expect(rasterizeMask(drawing, { width, height, frameIndex: 9 }).every((value) => value === 0)).toBe(true);
    expect((await follow(cut)).body).toMatchObject({ error: { code: 'conflict' } });
    await test.call('masks.follow', { projectId: cut, request: { maskId: 'm', acrossCuts: true } });
    await until(() => isIdle(cut));
    expect(await spans(cut)).toEqual([
      [0, 4],
      [5, 14],
    ]);
  });

  it('says what stands in the way', async () => {
    const opened = await projectWithClip('Refused');
    const project = await test.studio.services.library.opened(opened.projectId);
    const stroke = project.store.find('stroke', 's4');
    const key = project.store.find('maskKey', 'k4');
    if (!stroke || !key) throw new Error('no key');
    await apply(opened.projectId, [], [stroke, key]);
    expect((await follow(opened.projectId)).body).toMatchObject({ error: { code: 'mask-empty' } });
    const unknown = await test.call('masks.follow', { projectId: opened.projectId, request: { maskId: 'x' } });
    expect(unknown.body).toMatchObject({ error: { code: 'request-invalid' } });
  });
});
