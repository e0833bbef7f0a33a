import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { projectWithSubject, until } from './projectsOfTests.ts';
import { startTestStudio } from './standIns.ts';

let test: Awaited<ReturnType<typeof startTestStudio>>;
beforeEach(async () => {
  test = await startTestStudio();
});
afterEach(() => test.studio.close());

describe('a job', () => {
  it('becomes a take with its recipe, assets and place on the timeline', async () => {
    const { projectId, request } = await projectWithSubject(test);
    const jobId = String((await test.call('jobs.start', { projectId, windowId: 'w1', request })).body.jobId);
    const engineJob = test.engine.jobs.get(jobId)?.request;
    expect(engineJob).toMatchObject({
      settings: { task: 'generate' },
      mask: { kind: 'drawing', drawing: { width: 32, keys: [{ frameIndex: 0 }] } },
    });
    await test.engine.finish(jobId);
    const project = await test.studio.services.library.opened(projectId);
    await until(() => project.store.all('take').length === 1);
    const [take] = project.store.all('take');
    expect(take).toMatchObject({
      name: 'Take 1',
      recipe: { settings: { prompt: 'a red ball' }, model: { id: 'tiny', hash: 'abc' }, provider: 'cpu' },
    });
    expect(project.store.all('item')).toMatchObject([{ trackId: 'track-take', targetId: take?.id, lengthFrames: 2 }]);
    await until(() => test.studio.services.jobs.list(projectId).length === 0);
    const started = await test.call('exports.start', {
      projectId,
      takeId: take?.id,
      options: {
        format: 'mp4-h264',
        quality: 'good',
        inFrame: 0,
        outFrame: 2,
        width: 16,
        height: 16,
        sound: false,
        alpha: false,
        fileName: 'out',
      },
    });
    await until(() => test.studio.services.jobs.list(projectId)[0]?.state === 'done');
    const file = test.studio.services.jobs.list(projectId)[0]?.file;
    expect(file).toMatchObject({ name: 'out.mp4', url: `/exports/${projectId}/out.mp4` });
    expect((await fetch(`${test.origin}${file?.url}`, { headers: test.own })).status).toBe(200);
    expect((await test.call('jobs.dismiss', { projectId, jobId: started.body.jobId })).status).toBe(200);
  });

  it('goes on after the studio was killed, and can be canceled and retried', async () => {
    const { projectId, request } = await projectWithSubject(test);
    const jobId = String((await test.call('jobs.start', { projectId, windowId: 'w1', request })).body.jobId);
    await test.studio.close();
    test = await startTestStudio({ workspace: test.workspace });
    const { body } = await test.call('projects.open', { projectId, windowId: 'w1' });
    expect(body.jobs).toMatchObject([{ id: jobId, state: 'queued' }]);
    await until(() => test.engine.jobs.has(jobId));
    await test.call('jobs.cancel', { projectId, jobId });
    await until(() => test.studio.services.jobs.list(projectId)[0]?.state === 'canceled');
    await test.call('jobs.retry', { projectId, jobId });
    expect(test.studio.services.jobs.list(projectId)[0]?.state).toBe('queued');
  });

  it('of a live preview takes the last one’s place and is never kept', async () => {
    const { projectId, request } = await projectWithSubject(test);
    const first = String(
      (await test.call('jobs.start', { projectId, windowId: 'w1', request, live: true })).body.jobId,
    );
    const states: string[] = [];
    test.studio.services.bus.subscribe(({ event }) => {
      if (event.type === 'job' && event.job.id === first) states.push(event.job.state);
    });
    await test.call('jobs.start', { projectId, windowId: 'w1', request, live: true });
    expect(states).toEqual(['canceled']);
    const { body } = await test.call('projects.open', { projectId, windowId: 'w1' });
    expect(body.jobs).toEqual([]);
  });

  it('without a subject says so before anything runs', async () => {
    const { projectId, request } = await projectWithSubject(test);
    const answer = await test.call('jobs.start', { projectId, windowId: 'w1', request: { ...request, maskId: null } });
    expect(answer.body.error).toMatchObject({ code: 'mask-empty', hint: expect.stringContaining('Brush') });
    expect(
      (await test.call('jobs.start', { projectId, windowId: 'w1', request: { ...request, modelId: 'gone' } })).body
        .error,
    ).toMatchObject({ code: 'model-missing' });
  });
});
