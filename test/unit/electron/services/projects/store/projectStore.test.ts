import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { DocumentDiff } from '../../../../../../electron/contract/documentDiff.ts';
import { readDocument } from '../../../../../../electron/services/projects/store/projectDocument.ts';
import { ProjectStore } from '../../../../../../electron/services/projects/store/projectStore.ts';
import { emptyProject } from '../../../../../fixtures/projectRecords.ts';
import { temporaryFiles } from '../../../../../fixtures/temporaryFiles.ts';

const root = temporaryFiles().folder;
let folder: string;

const add = (id: string, label = id): DocumentDiff => ({
  added: [{ kind: 'marker', id, frameIndex: 1, label, colour: 'red' }],
  updated: [],
  removed: [],
});

beforeEach(async () => {
  folder = join(await mkdtemp(join(root, 'store-')), 'project');
  await ProjectStore.create(folder, emptyProject);
});

const markersIn = (store: ProjectStore): string[] =>
  store
    .all('marker')
    .map(({ id }) => id)
    .sort();

/** A project with the changes a, b, c, each folded in a sitting of its own, and d in the journal. */
async function fourChanges(): Promise<void> {
  for (const id of ['a', 'b', 'c']) {
    const store = await ProjectStore.open(folder);
    await store.apply(add(id));
    await store.close();
  }
  const store = await ProjectStore.open(folder);
  await store.apply(add('d'));
  await killed(store);
}

/** Leaves the folder as a kill would, and lets this process open it again. */
async function killed(store: ProjectStore): Promise<void> {
  const journal = await readFile(join(folder, 'journal.ndjson'));
  const file = await readFile(join(folder, 'project.json'));
  const backups = join(folder, 'backups');
  await rename(backups, `${backups}.kept`).catch(() => undefined);
  await store.close();
  await writeFile(join(folder, 'journal.ndjson'), journal);
  await writeFile(join(folder, 'project.json'), file);
  await rm(backups, { recursive: true, force: true });
  await rename(`${backups}.kept`, backups).catch(() => undefined);
}

describe('a project’s store', () => {
  it('puts an earlier state and the journals since then in the place of a damaged project.json', async () => {
    await fourChanges();
    await writeFile(join(folder, 'project.json'), '{"format":"magd');
    expect((await readDocument(folder)).recovery).toContain('Nothing is lost');
    const store = await ProjectStore.open(folder);
    expect(markersIn(store)).toEqual(['a', 'b', 'c', 'd']);
    expect(store.recovery).toContain('Nothing is lost');
    expect(await readFile(join(folder, 'project.json.damaged'), 'utf8')).toBe('{"format":"magd');
    await store.close();
    const again = await ProjectStore.open(folder);
    expect([again.recovery, markersIn(again)]).toEqual([undefined, ['a', 'b', 'c', 'd']]);
    await again.close();
  });

  it('opens a project of the second format with its journal, and writes it down in its own', async () => {
    const old = (id: string, track: string, startFrame: number) => ({
      ...{ kind: 'item', id, track, targetId: `of-${id}`, startFrame, lengthFrames: 10, inFrame: 0 },
    });
    const records = [
      ...emptyProject.filter(({ kind }) => kind !== 'track'),
      old('a', 'source', 0),
      old('b', 'take', 2),
    ];
    const file = { format: 'magdiff-project', schemaVersion: 2, sequence: 0, records };
    await writeFile(join(folder, 'project.json'), JSON.stringify(file));
    const added = { sequence: 1, diff: { added: [old('c', 'source', 5)], updated: [], removed: [] } };
    const moved = {
      sequence: 2,
      diff: { added: [], updated: [[old('b', 'take', 2), old('b', 'take', 3)]], removed: [] },
    };
    await writeFile(join(folder, 'journal.ndjson'), `${JSON.stringify(added)}\n${JSON.stringify(moved)}\n`);
    const placesIn = (store: ProjectStore): string[] =>
      store
        .all('item')
        .map(({ id, trackId, startFrame }) => `${id} ${trackId} ${startFrame}`)
        .sort();
    const wanted = ['a track-source 0', 'b track-take 3', 'c track-source-over 5'];
    const store = await ProjectStore.open(folder);
    expect(placesIn(store)).toEqual(wanted);
    expect(store.all('track').map(({ id }) => id)).toEqual(['track-source', 'track-take', 'track-source-over']);
    await store.apply(add('m'));
    await store.close();
    expect(await readFile(join(folder, 'project.json'), 'utf8')).toContain('"schemaVersion":3');
    const again = await ProjectStore.open(folder);
    expect(placesIn(again)).toEqual(wanted);
    await again.close();
  });

  it('goes back by two states where the latest is damaged as well', async () => {
    await fourChanges();
    await rm(join(folder, 'project.json'));
    await writeFile(join(folder, 'backups', '1', 'project.json'), 'no');
    const store = await ProjectStore.open(folder);
    expect(markersIn(store)).toEqual(['a', 'b', 'c', 'd']);
    await store.close();
  });

  it('says how much a damaged journal cost, and writes down what it kept', async () => {
    const store = await ProjectStore.open(folder);
    for (const id of ['a', 'b', 'c']) await store.apply(add(id));
    await killed(store);
    const path = join(folder, 'journal.ndjson');
    const damaged = (await readFile(path, 'utf8')).replace('"label":"b"', '"label":"x"');
    await writeFile(path, damaged);
    const opened = await ProjectStore.open(folder);
    expect([markersIn(opened), opened.recovery]).toEqual([['a', 'c'], expect.stringContaining('One change is lost')]);
    expect(await readFile(`${path}.damaged`, 'utf8')).toBe(damaged);
    expect((await readFile(path)).length).toBe(0);
    await opened.close();
  });

  it('has what it recovered also where project.json is damaged again before the next fold', async () => {
    await fourChanges();
    const path = join(folder, 'project.json');
    await writeFile(path, '{"format":"magd');
    const store = await ProjectStore.open(folder);
    await store.apply(add('e'));
    await killed(store);
    await writeFile(path, '');
    const again = await ProjectStore.open(folder);
    expect([markersIn(again), again.recovery]).toEqual([
      ['a', 'b', 'c', 'd', 'e'],
      expect.stringContaining('Nothing is lost'),
    ]);
    await again.close();
  });

  it('opens however often it was damaged before', async () => {
    await fourChanges();
    const path = join(folder, 'project.json');
    await writeFile(path, 'torn');
    await writeFile(`${path}.damaged`, '1');
    for (let number = 2; number <= 100; number++) await writeFile(`${path}.${number}.damaged`, String(number));
    const store = await ProjectStore.open(folder);
    expect(markersIn(store)).toEqual(['a', 'b', 'c', 'd']);
    expect(await readFile(`${path}.damaged`, 'utf8')).toBe('1');
    expect(await readFile(`${path}.100.damaged`, 'utf8')).toBe('torn');
    await store.close();
  });

  it('folds under a stream of changes without losing one', async () => {
    const store = await ProjectStore.open(folder);
    await store.apply(add('m0'));
    await store.fold();
    const changes: Promise<unknown>[] = [];
    for (let number = 1; number < 300; number++) {
      changes.push(store.apply(add(`m${number}`)));
      if (number % 10 === 0) changes.push(store.fold());
      if (number % 3 === 0) await new Promise((done) => setImmediate(done));
    }
    await Promise.all(changes);
    await killed(store);
    const opened = await ProjectStore.open(folder);
    expect([opened.all('marker').length, opened.sequence]).toEqual([300, 300]);
    await killed(opened);
    // What came while an earlier state was being kept is in that state's journal as well.
    await writeFile(join(folder, 'project.json'), '{"format":"magd');
    const recovered = await ProjectStore.open(folder);
    expect([recovered.all('marker').length, recovered.recovery]).toEqual([
      300,
      expect.stringContaining('Nothing is lost'),
    ]);
    await recovered.close();
  });

  it('acknowledges a change whose fold does not succeed, and gives the folder free all the same', async () => {
    const store = await ProjectStore.open(folder);
    // A file where the folder of earlier states would be: no fold can succeed.
    await writeFile(join(folder, 'backups'), 'in the way');
    const long = 'x'.repeat(200);
    for (let number = 0; number < 4; number++)
      await store.apply({
        added: Array.from({ length: 6000 }, (_, at) => add(`m${number}-${at}`, long).added).flat(),
        updated: [],
        removed: [],
      });
    await expect(store.close()).rejects.toMatchObject({ name: 'StudioError' });
    const opened = await ProjectStore.open(folder);
    expect(opened.all('marker').length).toBe(24_000);
    await rm(join(folder, 'backups'));
    await opened.close();
  });
});
