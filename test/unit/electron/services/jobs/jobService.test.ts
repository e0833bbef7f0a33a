import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StudioEvent } from '../../../../../electron/contract/events.ts';
import { EventBus } from '../../../../../electron/services/eventBus.ts';
import { JobList } from '../../../../../electron/services/jobs/jobList.ts';
import { JobService } from '../../../../../electron/services/jobs/jobService.ts';
import { ModelCatalogue } from '../../../../../electron/services/models/modelCatalogue.ts';
import { OpenProject } from '../../../../../electron/services/projects/openProject.ts';
import { ProjectStore } from '../../../../../electron/services/projects/store/projectStore.ts';
import { clipRecord, emptyProject, plainSettings } from '../../../../fixtures/projectRecords.ts';
import { temporaryFiles } from '../../../../fixtures/temporaryFiles.ts';
import { bareModels, HandEngine } from '../../../../integration/server/standIns.ts';

const root = temporaryFiles().folder;
let project: OpenProject;
let engine: HandEngine;
let service: JobService;
let bus: EventBus;
let told: StudioEvent[];
let logged: string[];
let models: string;

const request = {
  modelId: 'tiny',
  settings: plainSettings,
  sourceId: 'clip',
  maskId: null,
  frameIndex: 0,
  inFrame: 0,
  outFrame: 1,
};

function startService(): void {
  engine = new HandEngine();
  bus = new EventBus();
  told = [];
  logged = [];
  bus.subscribe(({ event }) => told.push(event));
  const list = new JobList(bus);
  const catalogue = new ModelCatalogue([models]);
  service = new JobService({ engine, bus, catalogue, list, studioVersion: '1', log: (line) => logged.push(line) });
}

beforeEach(async () => {
  models = await bareModels();
  const folder = join(await mkdtemp(join(root, 'jobs-')), 'project');
  await ProjectStore.create(folder, [...emptyProject, clipRecord('clip', { hasAlpha: true })]);
  startService();
  project = new OpenProject('project', await ProjectStore.open(folder), bus);
});
afterEach(() => project.store.close());

const states = (): string[] => told.flatMap((event) => (event.type === 'job' ? [event.job.state] : []));
const until = async (condition: () => boolean): Promise<void> => {
  for (let wait = 0; wait < 250 && !condition(); wait++) await new Promise((done) => setTimeout(done, 20));
  expect(condition()).toBe(true);
};
const jobsFolder = (): string => join(project.store.folder, 'jobs');

/** Puts a file where the folder of jobs is: nothing can be written there any more. */
async function blockJobs(): Promise<void> {
  await rm(jobsFolder(), { recursive: true });
  await writeFile(jobsFolder(), 'in the way');
}

describe('a take in the making', () => {
  it('that fails where nothing can be written down ends as failed, and the process lives', async () => {
    const id = await service.start(project, 'w', request, false);
    await blockJobs();
    engine.jobs.get(id)?.tell({ type: 'failed', error: { code: 'out-of-memory', message: 'No memory.' } });
    await until(() => logged.length > 0);
    expect(states().at(-1)).toBe('failed');
    await rm(jobsFolder());
  });

  it('whose frames are gone is failed with a sentence', { timeout: 20_000 }, async () => {
    const id = await service.start(project, 'w', request, false);
    await engine.finish(id, 0);
    await until(() => states().at(-1) === 'failed');
  });

  it('is kept once, whether its end is told twice or its folder outlives it', async () => {
    const id = await service.start(project, 'w', request, false);
    await engine.finish(id);
    await until(() => states().includes('done'));
    expect(project.store.all('take').map((take) => take.id)).toEqual([id.replace('job', 'take')]);
    // As if the studio had been killed after the take was kept and before its job was cleared.
    const second = await service.start(project, 'w', request, false);
    await writeFile(join(jobsFolder(), second, 'kept'), '');
    await project.add([{ ...project.store.get('take', id.replace('job', 'take')), id: second.replace('job', 'take') }]);
    startService();
    await service.resume(project);
    expect([await readdir(jobsFolder()), engine.jobs.size]).toEqual([[], 0]);
  });

  it('left by the last studio is handed to the engine once, however many pages open at once', async () => {
    const id = await service.start(project, 'w', request, false);
    startService();
    let submitted = 0;
    const submit = engine.submit.bind(engine);
    engine.submit = (job, tell) => {
      submitted++;
      submit(job, tell);
    };
    await Promise.all([service.resume(project), service.resume(project), service.resume(project)]);
    await until(() => engine.jobs.has(id));
    expect(submitted).toBe(1);
  });

  it('left by the last studio that cannot run any more stays, as failed', async () => {
    const id = await service.start(project, 'w', request, false);
    models = await mkdtemp(join(root, 'no-models-'));
    startService();
    await service.resume(project);
    await until(() => states().at(-1) === 'failed');
    expect(await readdir(jobsFolder())).toEqual([id]);
  });

  it('among thousands is listed quickly', { timeout: 60_000 }, async () => {
    const id = await service.start(project, 'w', request, false);
    const file = JSON.parse(await readFile(join(jobsFolder(), id, 'job.json'), 'utf8')) as { id: string };
    for (let number = 0; number < 2900; number++) {
      await mkdir(join(jobsFolder(), `job-${number}`));
      await writeFile(
        join(jobsFolder(), `job-${number}`, 'job.json'),
        JSON.stringify({ ...file, id: `job-${number}` }),
      );
    }
    startService();
    const begun = performance.now();
    await service.resume(project);
    expect(performance.now() - begun).toBeLessThan(10_000);
    service.close();
  });
});
