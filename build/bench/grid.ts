import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TakeRequest } from '../../electron/contract/jobs.ts';
import { type RunningStudio, startStudio } from '../../electron/server/startStudio.ts';
import type { OpenProject } from '../../electron/services/projects/openProject.ts';
import { createSampleProject } from '../../electron/services/projects/sampleProject.ts';
import type { Measure } from './measure.ts';

const alphas = [0, 0.5, 1, 2] as const;

/** What one way of making sixteen takes cost. */
interface Cost {
  readonly seconds: number;
  /** Most that the engine's process had resident; 0 where the system does not tell. */
  readonly engineBytes: number;
}

/**
 * A 4 × 4 grid over both α in the studio against sixteen single takes of the same settings, one after the other, and the engine's memory
 * against that of one take. Bundled model, the sample's subject, engine fresh each time.
 */
export async function benchGrid(): Promise<Measure[]> {
  const grid = await inStudio(async (studio, project, request) => {
    const axis = (setting: 'text-alpha' | 'image-alpha') => ({ setting, lora: '', values: [...alphas] });
    const id = await studio.services.grids.start(project, request, axis('image-alpha'), axis('text-alpha'));
    await until(async () => {
      const [found] = (await studio.services.grids.list(project)).filter((each) => each.id === id);
      if (found?.state === 'failed') throw new Error(found.error?.message);
      return found?.state === 'done';
    });
  });
  const singles = await inStudio(async (studio, project, request) => {
    for (const text of alphas)
      for (const image of alphas) await oneTake(studio, project, withAlpha(request, text, image));
  });
  const one = await inStudio((studio, project, request) => oneTake(studio, project, request));
  return [
    {
      name: `4 × 4 grid (${grid.seconds.toFixed(1)} s) against 16 single takes (${singles.seconds.toFixed(1)} s)`,
      value: grid.seconds / singles.seconds,
      unit: '×',
      bound: { atMost: 0.85 },
    },
    ...(one.engineBytes > 0
      ? [
          {
            name: `its engine’s memory against one take’s (${(one.engineBytes / 2 ** 20).toFixed(0)} MiB)`,
            value: grid.engineBytes / one.engineBytes,
            unit: '×',
            bound: { atMost: 1.2 },
          },
        ]
      : []),
  ];
}

const withAlpha = (request: TakeRequest, text: number, image: number): TakeRequest => ({
  ...request,
  settings: { ...request.settings, alpha: { ...request.settings.alpha, text, image } },
});

/** Does the work in a fresh studio with the sample project, and says what it cost; opening the studio does not count. */
async function inStudio(
  work: (studio: RunningStudio, project: OpenProject, request: TakeRequest) => Promise<void>,
): Promise<Cost> {
  const folder = await mkdtemp(join(tmpdir(), 'magdiff-bench-'));
  const studio = await startStudio({
    ...{ workspace: join(folder, 'workspace'), home: folder, cacheFolder: join(tmpdir(), 'magdiff-bench-cache') },
    // What measures is no part of what is compared.
    measures: {
      measure: async () => ({ error: 'not measured' }),
      attention: async () => ({ error: 'not read' }),
      close: () => undefined,
    },
    log: () => undefined,
  });
  try {
    const { library, media } = studio.services;
    const project = await library.opened(await createSampleProject(library, media));
    const { store } = project;
    const source = store.all('source')[0];
    const setup = store.find('setup', 'setup');
    if (!source || !setup) throw new Error('the sample has no source');
    const request: TakeRequest = {
      ...{ modelId: setup.modelId, settings: setup.settings, sourceId: source.id },
      ...{ maskId: store.all('mask')[0]?.id ?? null, frameIndex: 0, inFrame: 0, outFrame: 1 },
    };
    const began = performance.now();
    await work(studio, project, request);
    return { seconds: (performance.now() - began) / 1000, engineBytes: engineBytes() };
  } finally {
    await studio.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function oneTake({ services }: RunningStudio, project: OpenProject, request: TakeRequest): Promise<void> {
  const before = project.store.all('take').length;
  await services.takes.start(project, 'bench', request, false);
  await until(async () => {
    const failed = services.jobs.list(project.id).find(({ state }) => state === 'failed');
    if (failed) throw new Error(failed.error?.message);
    return project.store.all('take').length > before;
  });
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((done) => setTimeout(done, 20));
}

/** The most that this program's engine process has had resident; Linux alone tells. */
function engineBytes(): number {
  if (process.platform !== 'linux') return 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      if (!command.includes('engineProcess') || Number(/PPid:\s+(\d+)/.exec(status)?.[1]) !== process.pid) continue;
      return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024;
    } catch {
      // It ended between two reads.
    }
  return 0;
}
