import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { takeSettings } from '../../electron/contract/takeSettings.ts';
import { EngineHost } from '../../electron/engine/engineHost.ts';
import type { EngineEvent } from '../../electron/engine/engineProtocol.ts';

/** What many jobs in one engine left behind (Linux only). */
export interface ManyJobsReport {
  jobs: number;
  failed: number;
  /** Engines that ran: 1 where none died. */
  engines: number;
  /** Resident memory of the engine after the tenth job, and its mean over the last ten. */
  afterTenthMiB: number;
  atEndMiB: number;
  /** The latter over the former. */
  growth: number;
}

const prompts = ['it jumps on a beach', 'it flies over the sea', 'a snowy forest', 'it turns slowly', 'it rolls away'];

/** Runs short takes of one model in one engine, each with a prompt, a seed and a mask of its own, and looks at the engine's memory. */
export async function runManyJobs(
  modelFolder: string,
  count: number,
  onJob: (done: number, memoryMiB: number) => void = () => undefined,
): Promise<ManyJobsReport> {
  const root = await mkdtemp(join(tmpdir(), 'magdiff-many-'));
  const engine = new EngineHost({ cacheFolder: join(root, 'cache') });
  const memory: number[] = [];
  const processes = new Set<number | undefined>();
  let failed = 0;
  try {
    const picture = join(root, 'picture.png');
    const background = { r: 90, g: 140, b: 200 };
    await sharp({ create: { width: 64, height: 64, channels: 3, background } })
      .png()
      .toFile(picture);
    for (let index = 0; index < count; index++) {
      const folder = join(root, `job-${index}`);
      const ending = await new Promise<EngineEvent>((done) =>
        engine.submit(jobOf(index, { folder, picture, modelFolder }), (event) => {
          if (event.type === 'done' || event.type === 'failed' || event.type === 'canceled') done(event);
        }),
      );
      if (ending.type !== 'done') failed++;
      processes.add(engine.processId);
      memory.push(await residentMiB(engine.processId ?? 0));
      await rm(folder, { recursive: true, force: true });
      onJob(index + 1, memory.at(-1) ?? 0);
    }
  } finally {
    await engine.close();
    await rm(root, { recursive: true, force: true });
  }
  const afterTenthMiB = memory[9] ?? memory.at(-1) ?? 0;
  const last = memory.slice(-10);
  const atEndMiB = Math.round(last.reduce((sum, value) => sum + value, 0) / Math.max(1, last.length));
  const growth = Number((atEndMiB / afterTenthMiB).toFixed(3));
  return { jobs: count, failed, engines: processes.size, afterTenthMiB, atEndMiB, growth };
}

function jobOf(index: number, { folder, picture, modelFolder }: Record<'folder' | 'picture' | 'modelFolder', string>) {
  const side = 16 + (index % 24);
  const operation = { kind: 'rectangle' as const, mode: 'paint' as const, x: 8, y: 8, width: side, height: side };
  const keys = [{ frameIndex: 0, interpolation: 'hold' as const, operations: [operation] }];
  const prompt = `${prompts[index % prompts.length]} ${'again '.repeat(index % 7)}`;
  return {
    id: `job-${index}`,
    folder,
    modelFolder,
    settings: takeSettings.parse({ task: 'generate', prompt, seed: index, frames: 2, steps: 2 }),
    source: { path: picture, media: 'picture' as const, frameIndex: 0, inFrame: 0, outFrame: 1 },
    mask: { kind: 'drawing' as const, drawing: { width: 64, height: 64, growPixels: 0, featherPixels: 0, keys } },
    previews: true,
  };
}

async function residentMiB(processId: number): Promise<number> {
  const status = await readFile(`/proc/${processId}/status`, 'utf8').catch(() => '');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}
