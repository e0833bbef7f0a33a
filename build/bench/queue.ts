import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { takeSettings } from '../../electron/contract/takeSettings.ts';
import { EngineHost } from '../../electron/engine/engineHost.ts';
import type { EngineEvent, EngineJob } from '../../electron/engine/engineProtocol.ts';
import { queuePlaceOf } from '../../electron/queue/queueAddress.ts';
import { QueueEngine } from '../../electron/queue/queueEngine.ts';
import { runQueueWorker } from '../../electron/queue/queueWorker.ts';
import { modelHashOf } from '../../models/families/modelHashOf.ts';
import type { Measure } from './measure.ts';

/** Takes of a turn, made one after the other. */
const takes = 4;

interface Engine {
  submit(job: EngineJob, onEvent: (event: EngineEvent) => void): void;
}

/**
 * Takes of eight frames over a queue with one worker of this machine against the same without it, in turns: what the queue costs. `address` is a
 * Redis or Valkey server that is there.
 */
export async function benchQueue(modelFolder: string, address: string): Promise<Measure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'magdiff-bench-queue-'));
  const picture = join(folder, 'picture.png');
  await sharp({ create: { width: 96, height: 96, channels: 4, background: '#c83232' } })
    .extend({ top: 40, bottom: 40, left: 40, right: 40, background: '#00000000' })
    .png()
    .toFile(picture);
  const place = queuePlaceOf(address, join(folder, 'shared'));
  const hash = await modelHashOf(modelFolder);
  const [here, there] = [new EngineHost(), new EngineHost()];
  const queue = new QueueEngine({ place, hashOf: async () => hash });
  const stop = new AbortController();
  const models = [{ folder: resolve(modelFolder), title: 'bundled', hash }];
  const onNote = (): void => undefined;
  const working = runQueueWorker({ place, models, provider: 'cpu', engine: there, onNote }, stop.signal);
  let number = 0;
  const turn = async (engine: Engine): Promise<number> => {
    const began = performance.now();
    for (let take = 0; take < takes; take++) {
      const id = `bench-${process.pid}-${++number}`;
      const settings = takeSettings.parse({ task: 'generate', prompt: 'it jumps on a beach', seed: take, frames: 8 });
      await ended(engine, {
        ...{ id, folder: join(folder, id), modelFolder, provider: 'cpu', previews: true, settings },
        source: { path: picture, media: 'picture', frameIndex: 0, inFrame: 0, outFrame: 1 },
        mask: { kind: 'alpha' },
      });
    }
    return (performance.now() - began) / 1000;
  };
  try {
    await turn(here);
    await turn(queue);
    const seconds = { own: [] as number[], queued: [] as number[] };
    for (let round = 0; round < 3; round++) {
      seconds.own.push(await turn(here));
      seconds.queued.push(await turn(queue));
    }
    const [own, queued] = [Math.min(...seconds.own), Math.min(...seconds.queued)];
    return [
      {
        name: `${takes} takes over a queue (${queued.toFixed(2)} s) against as many without (${own.toFixed(2)} s)`,
        value: queued / own,
        unit: '×',
        bound: { atMost: 1.05 },
      },
    ];
  } finally {
    stop.abort();
    await working;
    await queue.close();
    await here.close();
    await there.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function ended(engine: Engine, job: EngineJob): Promise<void> {
  return new Promise((done, failed) =>
    engine.submit(job, (event) => {
      if (event.type === 'done') done();
      else if (event.type === 'failed' || event.type === 'canceled') failed(new Error(JSON.stringify(event)));
    }),
  );
}
