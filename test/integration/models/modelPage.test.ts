import { copyFile, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type {
  FetchEntryView,
  FoundFileView,
  ModelLibraryView,
} from '../../../electron/contract/models/modelLibrary.ts';
import type { StudioOptions } from '../../../electron/server/startStudio.ts';
import { type MisbehavingServer, misbehavingServer } from '../../fixtures/misbehavingServer.ts';
import { writeTinySet } from '../../fixtures/models/tinySet.ts';
import { startTestStudio } from '../server/standIns.ts';

let folder: string;
let server: MisbehavingServer;
let lora: Buffer;
let home: string;
let studio: Awaited<ReturnType<typeof startTestStudio>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'magdiff-model-page-'));
  await writeTinySet(join(folder, 'meine Modelle'));
  lora = await readFile(join(folder, 'meine Modelle', 'style.safetensors'));
  const page = Buffer.from('<!doctype html><title>Not here any more</title>'.repeat(400));
  server = await misbehavingServer(
    new Map([
      ['style.safetensors', lora],
      ['gone.safetensors', page],
    ]),
  );
});
afterAll(async () => {
  await studio.studio.close();
  server.close();
  await rm(folder, { recursive: true, force: true });
});

const entry = (id: string, file: string) => ({
  ...{ id, name: id, licence: 'MIT', licenceUrl: 'https://example.org/licence', needs: 'nothing' },
  kind: 'part' as const,
  files: [{ file, role: 'lora', url: `${server.origin}/${file}`, aboutBytes: lora.length }],
});

async function begin(): Promise<void> {
  const fetching: StudioOptions['fetching'] = {
    catalogue: { hosts: [], models: [entry('style', 'style.safetensors'), entry('gone', 'gone.safetensors')] },
    allows: ({ hostname }) => hostname === '127.0.0.1',
  };
  studio = await startTestStudio({ home, fetching });
}

beforeEach(async () => {
  await studio?.studio.close();
  home = await mkdtemp(join(folder, 'home-'));
  server.cutAfter = Number.POSITIVE_INFINITY;
  server.pauseAfter = Number.POSITIVE_INFINITY;
  server.asked.length = 0;
  await begin();
});

async function library(): Promise<ModelLibraryView> {
  // The server's own answer, as its contract says it.
  return (await studio.call('models.library', { scan: false })).body as unknown as ModelLibraryView;
}

/** The page's content once it is as wanted. */
async function once(isSo: (view: ModelLibraryView) => boolean): Promise<ModelLibraryView> {
  for (let tries = 0; tries < 300; tries++) {
    const view = await library();
    if (isSo(view)) return view;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`It did not come to that: ${JSON.stringify(await library()).slice(0, 2000)}`);
}

const scanned = (view: ModelLibraryView): boolean => !view.scanning;
const named = (view: ModelLibraryView, name: string): FoundFileView => {
  const file = view.files.find((each) => each.name === name);
  if (!file) throw new Error(`${name} is not on the list`);
  return file;
};
const fetchOf = (view: ModelLibraryView, id: string): FetchEntryView | undefined =>
  view.entries.find((each) => each.id === id);

async function addFolder(path = join(folder, 'meine Modelle')): Promise<ModelLibraryView> {
  const answer = await studio.call('models.addFolder', { grant: studio.studio.services.grants.give(path) });
  expect(answer.status).toBe(200);
  return once((view) => scanned(view) && view.files.length >= 5);
}

test('an added folder is looked through, remembered over a restart, and taken away', async () => {
  expect((await once(scanned)).files).toEqual([]);
  const view = await addFolder();
  expect(named(view, 'style.safetensors')).toMatchObject({ role: 'lora', usable: true, removed: false, licence: null });
  expect(named(view, 'style.safetensors').what).toMatch(/LoRA for Stable Diffusion 1\.5/);
  await studio.studio.close();
  await begin();
  const again = await once((each) => scanned(each) && each.files.length >= 5);
  const [added] = again.folders.filter((each) => each.added);
  expect(added?.path).toBe(join(folder, 'meine Modelle'));
  await studio.call('models.removeFolder', { folderId: added?.id });
  expect((await once((each) => scanned(each) && each.files.length === 0)).folders.some((each) => each.added)).toBe(
    false,
  );
  expect((await stat(join(folder, 'meine Modelle', 'style.safetensors'))).size).toBe(lora.length);
});

test('a set is proposed with what it would gain by, kept as a model, and taken away without its files', async () => {
  const view = await addFolder();
  const [set] = view.sets;
  expect(set).toMatchObject({ modelId: null, lacks: [] });
  expect(set?.parts.map(({ role }) => role)).toEqual(['Base', 'Motion', 'Image adapter', 'Image encoder']);
  const kept = await studio.call('models.keepSet', { setId: set?.id });
  expect(kept.status).toBe(200);
  const { body } = await studio.call('studio.info', {});
  expect((body.models as { id: string }[]).map(({ id }) => id)).toContain(kept.body.modelId);
  const after = await once((each) => each.sets.some(({ modelId }) => modelId === kept.body.modelId));
  expect(after.sets.length).toBe(view.sets.length);
  await studio.call('models.dropSet', { modelId: kept.body.modelId });
  expect((await library()).sets.map(({ modelId }) => modelId)).toEqual([null]);
  expect((await studio.call('models.dropSet', { modelId: '../../etc' })).body).toMatchObject({
    error: { code: 'model-missing' },
  });
});

test('a set says which of its files is gone', async () => {
  const own = join(folder, 'moved');
  await writeTinySet(own);
  const view = await addFolder(own);
  await studio.call('models.keepSet', { setId: view.sets[0]?.id });
  await rm(join(own, 'ip-adapter.safetensors'));
  const parts = (await library()).sets.find(({ modelId }) => modelId !== null)?.parts;
  expect(parts?.filter(({ isThere }) => !isThere).map(({ name }) => name)).toEqual(['ip-adapter.safetensors']);
});

test('a set finds its files again where they were moved to', async () => {
  const own = join(folder, 'before');
  await writeTinySet(own);
  const view = await addFolder(own);
  const { modelId } = (await studio.call('models.keepSet', { setId: view.sets[0]?.id })).body;
  const after = join(folder, 'after the move');
  await mkdir(after);
  for (const name of ['ip-adapter.safetensors', 'base ü', 'motion'])
    await rename(join(own, name), join(after, `new ${name}`));
  await addFolder(after);
  const isWhole = ({ sets }: ModelLibraryView): boolean =>
    sets.find((set) => set.modelId === modelId)?.parts.every(({ isThere }) => isThere) ?? false;
  const found = await once((each) => scanned(each) && isWhole(each));
  expect(found.sets.find((set) => set.modelId === modelId)?.parts.map(({ name }) => name)).toEqual([
    ...['new base ü', 'new motion', 'new ip-adapter.safetensors', 'image_encoder'],
  ]);
});

test('a file is taken off the list and put on again, and is in no proposal meanwhile', async () => {
  const view = await addFolder();
  const motion = view.files.find(({ role }) => role === 'motion');
  await studio.call('models.listFile', { fileId: motion?.id, listed: false });
  const without = await library();
  expect(without.files.find(({ id }) => id === motion?.id)?.removed).toBe(true);
  expect(without.sets[0]?.parts.map(({ role }) => role)).not.toContain('Motion');
  expect(without.sets[0]?.wishes[0]?.link).toMatch(/^https:/);
  await studio.call('models.listFile', { fileId: motion?.id, listed: true });
  expect((await library()).sets[0]?.parts.map(({ role }) => role)).toContain('Motion');
});

test('a check reads a whole file: its hash, or what is wrong with it', async () => {
  const own = join(folder, 'checked');
  await mkdir(own, { recursive: true });
  for (const name of ['a', 'b', 'c', 'd'])
    await copyFile(join(folder, 'meine Modelle', 'style.safetensors'), join(own, `${name}.safetensors`));
  const bad = Buffer.from(lora);
  bad.writeFloatLE(Number.NaN, bad.length - 4);
  await writeFile(join(own, 'bad.safetensors'), bad);
  const view = await addFolder(own);
  for (const name of ['a', 'bad']) await studio.call('models.check', { fileId: named(view, `${name}.safetensors`).id });
  const isOver = ({ check }: FoundFileView): boolean => check !== null && check.state !== 'running';
  const after = await once((each) => each.files.filter(isOver).length === 2);
  expect(named(after, 'a.safetensors').check).toMatchObject({ state: 'whole', sha256: /^[0-9a-f]{64}$/ });
  expect(named(after, 'bad.safetensors').check).toMatchObject({
    state: 'broken',
    why: expect.stringContaining('not finite'),
  });
  expect((await studio.call('models.check', { fileId: '0'.repeat(16) })).status).toBe(400);
});

test('fetching is asked for, told, stopped, gone on with, and what came is on the list', async () => {
  expect(fetchOf(await once(scanned), 'style')).toMatchObject({ state: 'none', sizeBytes: lora.length });
  expect(server.asked).toEqual([]);
  server.pauseAfter = 1000;
  await studio.call('models.fetch', { entryId: 'style' });
  await once((view) => (fetchOf(view, 'style')?.doneBytes ?? 0) > 0);
  await studio.call('models.stopFetch', { entryId: 'style' });
  const stopped = await once((view) => fetchOf(view, 'style')?.state === 'partly');
  expect(fetchOf(stopped, 'style')).toMatchObject({ doneBytes: 1000, error: null });
  // Over a restart, and a server that cuts every connection short.
  await studio.studio.close();
  await begin();
  server.pauseAfter = Number.POSITIVE_INFINITY;
  server.cutAfter = Math.ceil(lora.length / 3);
  await studio.call('models.fetch', { entryId: 'style' });
  const done = await once((view) => fetchOf(view, 'style')?.state === 'here' && scanned(view) && view.files.length > 0);
  expect(await readFile(join(done.fetchedFolder, 'style.safetensors'))).toEqual(lora);
  expect(server.asked.slice(1)).toContain('bytes=1000-');
  expect(named(done, 'style.safetensors').role).toBe('lora');
});

test('what is not what the catalogue says is not kept, and the page says so', async () => {
  await studio.call('models.fetch', { entryId: 'gone' });
  const failed = await once((view) => fetchOf(view, 'gone')?.state === 'failed');
  expect(fetchOf(failed, 'gone')?.error).toMatchObject({ code: 'format-unknown' });
  expect(failed.files).toEqual([]);
  expect((await studio.call('models.fetch', { entryId: 'none' })).body).toMatchObject({
    error: { code: 'request-invalid' },
  });
});

test('folders are chosen by words that the studio gave, each once', async () => {
  await mkdir(join(home, 'Models', 'inside'), { recursive: true });
  const browse = async (grant: unknown) => (await studio.call('folders.browse', { grant })).body;
  const places = await browse(null);
  const [first] = places.folders as { name: string; grant: string }[];
  expect(first?.name).toBe(home);
  const inHome = await browse(first?.grant);
  expect((inHome.folders as { name: string }[]).map(({ name }) => name)).toEqual(['Models']);
  expect(await browse(first?.grant)).toMatchObject({ error: { code: 'not-allowed' } });
  expect(await browse('/etc')).toMatchObject({ error: { code: 'not-allowed' } });
  const models = await browse((inHome.folders as { grant: string }[])[0]?.grant);
  expect(models.path).toBe(join(home, 'Models'));
  expect((await studio.call('models.addFolder', { grant: models.grant })).status).toBe(200);
  expect((await library()).folders.some(({ path, added }) => added && path === join(home, 'Models'))).toBe(true);
});

test('the studio answers while five hundred files are looked through, and names come as they are found', async () => {
  const many = join(folder, 'many');
  await mkdir(many, { recursive: true });
  for (let number = 0; number < 500; number++) await writeFile(join(many, `style ${number}.safetensors`), lora);
  const counts = new Set<number>();
  let slowest = 0;
  await studio.call('models.addFolder', { grant: studio.studio.services.grants.give(many) });
  for (let isOver = false; !isOver; ) {
    const begun = performance.now();
    const view = await library();
    slowest = Math.max(slowest, performance.now() - begun);
    counts.add(view.files.length);
    isOver = scanned(view) && view.files.length === 500;
    await new Promise((done) => setTimeout(done, 20));
  }
  expect(counts.size).toBeGreaterThan(2);
  expect(slowest).toBeLessThan(2000);
});
