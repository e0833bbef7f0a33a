import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { takeSettings } from '../../electron/contract/takeSettings.ts';
import { EngineHost } from '../../electron/engine/engineHost.ts';
import type { EngineEvent, EngineJob, TakeResult } from '../../electron/engine/engineProtocol.ts';
import { queuePlaceOf } from '../../electron/queue/queueAddress.ts';
import { QueueEngine } from '../../electron/queue/queueEngine.ts';
import { runQueueWorker } from '../../electron/queue/queueWorker.ts';
import { modelHashOf } from '../../models/families/modelHashOf.ts';
import type { Measure } from './measure.ts';

/** Takes of a turn, asked for at once. */
const takes = 4;

/** Rounds of one turn of each kind. */
const rounds = 3;

/** A turn: until all its takes were made, and how much of that their engines say they took. */
interface Turn {
  readonly seconds: number;
  readonly engineSeconds: number;
}

interface Engine {
  submit(job: EngineJob, onEvent: (event: EngineEvent) => void): void;
}

/**
 * Takes of eight frames over a queue with one and with two workers of this machine against the same without it, in turns: what the queue
 * costs. `address` is a Redis or Valkey server that is there.
 */
export async function benchQueue(modelFolder: string, address: string): Promise<Measure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'magdiff-bench-queue-'));
  const picture = join(folder, 'picture.png');
  await sharp({ create: { width: 96, height: 96, channels: 4, background: '#c83232' } })
    .extend({ top: 40, bottom: 40, left: 40, right: 40, background: '#00000000' })
    .png()
    .toFile(picture);
  // A name of its own: workers that are there already must not help.
  const place = queuePlaceOf(`${new URL('/', address).href}bench-${process.pid}`, join(folder, 'shared'));
  const hash = await modelHashOf(modelFolder);
  const here = new EngineHost();
  const engines = [new EngineHost(), new EngineHost()];
  const queue = new QueueEngine({ place, hashOf: async () => hash });
  const models = [{ folder: resolve(modelFolder), title: 'bundled', hash }];
  let number = 0;
  const turn = async (engine: Engine): Promise<Turn> => {
    const began = performance.now();
    const jobs = Array.from({ length: takes }, (_, take): EngineJob => {
      const id = `bench-${process.pid}-${++number}`;
      const settings = takeSettings.parse({ task: 'generate', prompt: 'it jumps on a beach', seed: take, frames: 8 });
      return {
        ...{ id, folder: join(folder, id), modelFolder, provider: 'cpu', previews: true, settings },
        source: { path: picture, media: 'picture', frameIndex: 0, inFrame: 0, outFrame: 1 },
        mask: { kind: 'alpha' },
      };
    });
    const made = await Promise.all(jobs.map((job) => ended(engine, job)));
    const engineSeconds = made.reduce((sum, { seconds }) => sum + seconds, 0);
    return { seconds: (performance.now() - began) / 1000, engineSeconds };
  };
  /** The same with so many workers, which are there before the turn begins and gone after it. */
  const turnWith = async (count: number): Promise<Turn> => {
    const stop = new AbortController();
    const working = engines
      .slice(0, count)
      .map((engine) =>
        runQueueWorker({ place, models, provider: 'cpu', engine, onNote: () => undefined }, stop.signal),
      );
    try {
      while ((await queue.workers()).length < count) await new Promise((done) => setTimeout(done, 50));
      return await turn(queue);
    } finally {
      stop.abort();
      await Promise.all(working);
    }
  };
  const counts = engines.map((_, index) => index + 1);
  try {
    await turn(here);
    await turnWith(engines.length);
    const own: Turn[] = [];
    const queued = counts.map((): Turn[] => []);
    for (let round = 0; round < rounds; round++) {
      own.push(await turn(here));
      for (const [index, count] of counts.entries()) queued[index]?.push(await turnWith(count));
    }
    return counts.flatMap((count, index) => measuresOf(count, own, queued[index] ?? []));
  } finally {
    await queue.close();
    await here.close();
    for (const engine of engines) await engine.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * What a queue with so many workers costs: the whole time, by the quickest turns, and how much longer its takes are outside of engines than
 * without it. On a machine that does other work the second says more: both its sides are held up alike.
 */
function measuresOf(count: number, own: readonly Turn[], queued: readonly Turn[]): Measure[] {
  const workers = count === 1 ? 'one worker' : `${count} workers`;
  const quickest = (turns: readonly Turn[]): number => Math.min(...turns.map(({ seconds }) => seconds));
  const [without, over] = [quickest(own), quickest(queued)];
  const sum = (turns: readonly Turn[], of: keyof Turn): number => turns.reduce((all, turn) => all + turn[of], 0);
  /** Seconds in which an engine could have worked, against those in which one did. */
  const idle = (turns: readonly Turn[], engines: number): number =>
    (engines * sum(turns, 'seconds')) / sum(turns, 'engineSeconds');
  const bound = { atMost: 1.05 };
  return [
    {
      name: `${takes} takes over a queue with ${workers} of this machine (${over.toFixed(2)} s) against as many without (${without.toFixed(2)} s)`,
      ...{ value: over / without, unit: '×', bound },
    },
    {
      name: `the same by what engines wait (${idle(queued, count).toFixed(3)} against ${idle(own, 1).toFixed(3)} of the time they work)`,
      ...{ value: idle(queued, count) / idle(own, 1), unit: '×', bound },
    },
  ];
}

function ended(engine: Engine, job: EngineJob): Promise<TakeResult> {
  return new Promise((done, failed) =>
    engine.submit(job, (event) => {
      if (event.type === 'done') done(event.result);
      else if (event.type === 'failed' || event.type === 'canceled') failed(new Error(JSON.stringify(event)));
    }),
  );
}
