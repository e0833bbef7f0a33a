import { afterEach, beforeEach, expect, it } from 'vitest';
import type { AblationView } from '../../../electron/contract/grid/ablations.ts';
import type { MeasurePort } from '../../../electron/services/measures/measureProgram.ts';
import { projectWithSubject, until } from './projectsOfTests.ts';
import { startTestStudio } from './standIns.ts';

let measured = 0;
const measures: MeasurePort = {
  measure: async ({ job }) => {
    measured += 1;
    const textAlignment = job.settings.sda ? 0.5 : 0.25;
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
  measured = 0;
  test = await startTestStudio({ measures });
});
afterEach(() => test.studio.close());

const takesOfOne = 21;

/** Ends takes as they are asked for until `count` are made. */
async function makeTakes(projectId: string, count: number): Promise<void> {
  const project = await test.studio.services.library.opened(projectId);
  const finished = new Set<string>();
  const made = async () => (await test.studio.services.ablations.list(project))[0]?.made ?? 0;
  while ((await made()) < count) {
    for (const id of test.engine.jobs.keys())
      if (!finished.has(id)) {
        finished.add(id);
        await test.engine.finish(id);
      }
    await new Promise((done) => setTimeout(done, 10));
  }
}

it('makes the paper’s table as one job, goes on after the studio was stopped, and gives one page that holds everything', async () => {
  const { projectId, source, request } = await projectWithSubject(test);
  const subjects = [{ sourceId: source.id, maskId: 'm', frameIndex: 0 }];
  const asked = { projectId, request, subjects, prompts: ['it <jumps>'] };
  const ablationId = String((await test.call('ablations.start', asked)).body.ablationId);
  await makeTakes(projectId, 3);
  await test.studio.close();

  const before = measured;
  test = await startTestStudio({ measures, workspace: test.workspace });
  const { body } = await test.call('projects.open', { projectId, windowId: 'w1' });
  expect(body.jobs).toMatchObject([{ id: ablationId, kind: 'ablation', step: 3, total: takesOfOne }]);
  const project = await test.studio.services.library.opened(projectId);
  const view = async (): Promise<AblationView | undefined> => (await test.studio.services.ablations.list(project))[0];
  await until(() => test.engine.jobs.size === 1);
  await test.call('jobs.cancel', { projectId, jobId: ablationId });
  while ((await view())?.state !== 'canceled') await new Promise((done) => setTimeout(done, 20));
  expect((await view())?.page).toBeNull();
  expect((await test.call('jobs.retry', { projectId, jobId: ablationId })).status).toBe(200);
  test.engine.jobs.clear();
  await makeTakes(projectId, takesOfOne);
  while ((await view())?.state !== 'done') await new Promise((done) => setTimeout(done, 50));
  expect(measured).toBe(before + takesOfOne - 3);
  await until(() => test.studio.services.jobs.list(projectId).length === 0);

  const { url, name } = (await view())?.page ?? { url: '', name: '' };
  expect(name).toBe('Ablation of Tiny.html');
  const answer = await fetch(`${test.origin}${url}`, { headers: test.own });
  expect(answer.headers.get('content-security-policy')).toMatch(/default-src 'none'.*sandbox/);
  const page = await answer.text();
  expect(page.match(/<video src="data:video\/mp4;base64,/g)).toHaveLength(2 + 7);
  expect(page).toContain('it &lt;jumps&gt;');
  expect(page).not.toMatch(/src="(?!data:)|<script/);
  expect(page).toContain('<td class="best">50.0</td>');

  await test.call('ablations.remove', { projectId, ablationId });
  expect((await fetch(`${test.origin}${url}`, { headers: test.own })).status).toBe(404);
  expect(await view()).toBeUndefined();
}, 60_000);

it('says what is wrong before anything is made', async () => {
  const { projectId, source, request } = await projectWithSubject(test);
  const subjects = [{ sourceId: source.id, maskId: null, frameIndex: 0 }];
  const { status, body } = await test.call('ablations.start', { projectId, request, subjects, prompts: ['it jumps'] });
  expect([status, body.error]).toMatchObject([422, { code: 'mask-empty' }]);
  expect(await test.studio.services.ablations.list(await test.studio.services.library.opened(projectId))).toEqual([]);
});
