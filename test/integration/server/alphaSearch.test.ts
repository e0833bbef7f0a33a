import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { AlphaSearchView } from '../../../electron/contract/grid/alphaSearches.ts';
import type { TakeSettings } from '../../../electron/contract/takeSettings.ts';
import type { MeasurePort } from '../../../electron/services/measures/measureProgram.ts';
import { projectWithSubject, until } from './projectsOfTests.ts';
import { startTestStudio } from './standIns.ts';

/** What was measured, in order: a hill over both α, the same for every seed. */
let measured: string[] = [];
const measures: MeasurePort = {
  measure: async ({ job: { settings } }) => {
    const { alpha, seed, steps } = settings;
    measured.push(JSON.stringify([alpha.text, alpha.image, alpha.layers, seed, steps ?? null]));
    const textAlignment = 1 - (alpha.text - 2) ** 2 / 10 - (alpha.image - 0.5) ** 2 / 10;
    return {
      measured: {
        scores: {
          ...{ textAlignment, subjectFidelity: null, frameConsistency: null, keptPsnr: null, keptExact: null },
          ...{ flicker: 1, borderRatio: null, drift: 2 },
        },
        readers: { textAlignment: { title: 'a stand-in', comparable: false } },
      },
    };
  },
  attention: async () => ({ error: 'not asked' }),
  close: () => undefined,
};

let test: Awaited<ReturnType<typeof startTestStudio>>;
beforeEach(async () => {
  measured = [];
  test = await startTestStudio({ measures });
});
afterEach(() => test.studio.close());

const weights = { textAlignment: 1, subjectFidelity: 0, frameConsistency: 0, flicker: 0, drift: 0 };

const searchOf = async (projectId: string): Promise<AlphaSearchView> => {
  const { search } = (await test.call('alpha.read', { projectId })).body;
  return search as AlphaSearchView;
};

/** Ends the takes that are asked for, one after the other, until that many are measured or the search is over. */
async function makeTakes(projectId: string, count: number): Promise<void> {
  const { engine } = test;
  let last: TakeSettings | undefined;
  while (measured.length < count && !['done', 'canceled', 'failed'].includes((await searchOf(projectId)).state)) {
    for (const [id, { request }] of engine.jobs)
      if (request.settings !== last) {
        last = request.settings;
        await engine.finish(id);
      }
    await new Promise((done) => setTimeout(done, 10));
  }
}

const lookedAt = async (projectId: string, points: number): Promise<void> => {
  while ((await searchOf(projectId)).path.length < points) await new Promise((done) => setTimeout(done, 10));
};

it('goes on after the studio was stopped, along the way it went, and makes no take twice', async () => {
  const { projectId, request } = await projectWithSubject(test);
  const searchId = String((await test.call('alpha.start', { projectId, request, weights })).body.searchId);
  await makeTakes(projectId, 5);
  await lookedAt(projectId, 5);
  const before = await searchOf(projectId);
  await test.studio.close();

  test = await startTestStudio({ measures, workspace: test.workspace });
  const { body } = await test.call('projects.open', { projectId, windowId: 'w1' });
  expect(body.jobs).toMatchObject([{ id: searchId, kind: 'alpha', step: 5 }]);
  expect(await searchOf(projectId)).toMatchObject({ id: searchId, state: 'denoising', path: before.path });
  await makeTakes(projectId, Number.POSITIVE_INFINITY);
  const { state, path, best, verdict } = await searchOf(projectId);
  expect(state).toBe('done');
  expect(path.slice(0, 5)).toEqual(before.path);
  expect(best?.text).toBeGreaterThan(1.4);
  expect(verdict).toMatchObject({ isBetter: true, seeds: 3 });
  expect(new Set(measured).size).toBe(measured.length);
  expect(measured).toHaveLength(path.length + 6);
  await until(() => test.studio.services.jobs.list(projectId).length === 0);

  await test.studio.close();
  test = await startTestStudio({ measures, workspace: test.workspace });
  await test.call('projects.open', { projectId, windowId: 'w1' });
  expect(await searchOf(projectId)).toMatchObject({ id: searchId, state: 'done', path, best, verdict });
  expect(test.engine.jobs.size).toBe(0);
});

it('that was stopped is kept, goes on when it is asked to, and gives way to another', async () => {
  const { projectId, request } = await projectWithSubject(test);
  expect((await test.call('alpha.goOn', { projectId })).status).not.toBe(200);
  const searchId = String((await test.call('alpha.start', { projectId, request, weights })).body.searchId);
  await makeTakes(projectId, 3);
  await lookedAt(projectId, 3);
  expect((await test.call('alpha.goOn', { projectId })).status).not.toBe(200);
  await test.call('jobs.cancel', { projectId, jobId: searchId });
  while ((await searchOf(projectId)).state !== 'canceled') await new Promise((done) => setTimeout(done, 10));
  await test.studio.close();

  test = await startTestStudio({ measures, workspace: test.workspace });
  await test.call('projects.open', { projectId, windowId: 'w1' });
  const stopped = await searchOf(projectId);
  expect(stopped).toMatchObject({ state: 'canceled', path: [{}, {}, {}] });
  expect(test.studio.services.jobs.list(projectId)).toEqual([]);
  expect((await test.call('alpha.goOn', { projectId })).status).toBe(200);
  await makeTakes(projectId, Number.POSITIVE_INFINITY);
  expect(await searchOf(projectId)).toMatchObject({ id: searchId, state: 'done' });
  expect(new Set(measured).size).toBe(measured.length);
  const next = String((await test.call('alpha.start', { projectId, request, weights })).body.searchId);
  expect(await searchOf(projectId)).toMatchObject({ id: next, state: 'denoising', path: [] });
});

it('whose file is torn is no search', async () => {
  const { projectId, request } = await projectWithSubject(test);
  await test.call('alpha.start', { projectId, request, weights });
  await makeTakes(projectId, 2);
  await lookedAt(projectId, 2);
  const { store } = await test.studio.services.library.opened(projectId);
  const path = join(store.folder, 'alpha', 'search.json');
  await test.studio.close();
  const whole = await readFile(path, 'utf8');
  await writeFile(path, whole.slice(0, whole.length / 2));
  test = await startTestStudio({ measures, workspace: test.workspace });
  await test.call('projects.open', { projectId, windowId: 'w1' });
  expect(await searchOf(projectId)).toBeNull();
});
