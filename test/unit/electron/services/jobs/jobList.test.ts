import { beforeEach, describe, expect, it } from 'vitest';
import type { StudioEvent } from '../../../../../electron/contract/events.ts';
import type { JobView } from '../../../../../electron/contract/jobs.ts';
import { EventBus } from '../../../../../electron/services/eventBus.ts';
import { type Job, JobList, newJobView } from '../../../../../electron/services/jobs/jobList.ts';
import { OpenProject } from '../../../../../electron/services/projects/openProject.ts';
import { ProjectStore } from '../../../../../electron/services/projects/store/projectStore.ts';
import { emptyProject } from '../../../../fixtures/projectRecords.ts';
import { temporaryFiles } from '../../../../fixtures/temporaryFiles.ts';

const root = temporaryFiles().folder;
let told: StudioEvent[];
let done: string[];
let list: JobList;
let project: OpenProject;
let other: OpenProject;
let number = 0;

async function openProject(bus: EventBus): Promise<OpenProject> {
  const folder = `${root}/project-${number++}`;
  await ProjectStore.create(folder, emptyProject);
  return new OpenProject(folder, await ProjectStore.open(folder), bus);
}

beforeEach(async () => {
  const bus = new EventBus();
  told = [];
  done = [];
  bus.subscribe(({ event }) => told.push(event));
  list = new JobList(bus);
  project = await openProject(bus);
  other = await openProject(bus);
});

function addJob(id: string, state: JobView['state'], live = false): Job {
  const view = newJobView({ id, projectId: project.id, kind: 'generate', label: '', createdAt: '', state, live });
  const job: Job = {
    project,
    view,
    cancel: () => done.push(`cancel ${id}`),
    retry: async () => void done.push(`retry ${id}`),
    clear: async () => void done.push(`clear ${id}`),
  };
  list.add(job);
  return job;
}

describe('the list of jobs', () => {
  it('holds a project’s jobs in their order, without live previews', () => {
    addJob('one', 'done');
    addJob('live', 'denoising', true);
    addJob('two', 'queued');
    expect(list.list(project.id).map((job) => job.id)).toEqual(['one', 'two']);
    expect(list.list(other.id)).toEqual([]);
  });

  it('retries and dismisses what is finished alone, and cancels what runs', async () => {
    addJob('running', 'denoising');
    addJob('failed', 'failed');
    list.cancel(project, 'running');
    await expect(list.retry(project, 'running')).rejects.toMatchObject({ code: 'conflict' });
    await expect(list.dismiss(project, 'running')).rejects.toMatchObject({ code: 'conflict' });
    await list.retry(project, 'failed');
    await list.dismiss(project, 'failed');
    expect(done).toEqual(['cancel running', 'retry failed', 'clear failed']);
    expect(told).toEqual([{ type: 'jobGone', projectId: project.id, jobId: 'failed' }]);
    expect(list.list(project.id).map((job) => job.id)).toEqual(['running']);
  });

  it('knows no jobs of another project, and none that is gone', async () => {
    const job = addJob('one', 'done');
    expect(() => list.cancel(other, 'one')).toThrow('no longer on the list');
    list.drop(job);
    await expect(list.dismiss(project, 'one')).rejects.toMatchObject({ code: 'job-unknown' });
    expect(told).toEqual([]);
  });
});
