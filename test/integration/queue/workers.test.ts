import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { takeSettings } from '../../../electron/contract/takeSettings.ts';
import { EngineHost } from '../../../electron/engine/engineHost.ts';
import type { EngineEvent, EngineJob } from '../../../electron/engine/engineProtocol.ts';
import { clearOver, keptMilliseconds } from '../../../electron/queue/clearShared.ts';
import { connectionTo } from '../../../electron/queue/connection.ts';
import { queuePlaceOf } from '../../../electron/queue/queueAddress.ts';
import { QueueEngine } from '../../../electron/queue/queueEngine.ts';
import { SharedFiles } from '../../../electron/queue/sharedFiles.ts';
import { modelHashOf } from '../../../models/families/modelHashOf.ts';
import { writeTinyModel } from '../../fixtures/models/tinyModel.ts';
import { type RedisServer, startRedis } from '../../fixtures/redisServer.ts';

const root = resolve(import.meta.dirname, '../../..');
const side = 32;
let folder: string;
let redis: RedisServer;
let model: string;
let picture: string;
const workers: ChildProcess[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'magdiff-queue-'));
  model = await writeTinyModel(join(folder, 'models', 'tiny'));
  picture = join(folder, 'picture.png');
  const data = new Uint8Array(side * side * 4);
  for (let i = 0; i < side * side; i++)
    data.set([220, (i * 7) % 255, 60, ((i % side) - 16) ** 2 + (Math.floor(i / side) - 16) ** 2 < 90 ? 255 : 0], i * 4);
  await sharp(data, { raw: { width: side, height: side, channels: 4 } })
    .png()
    .toFile(picture);
  redis = await startRedis();
});
afterEach(async () => {
  for (const worker of workers.splice(0)) await killed(worker);
});
afterAll(async () => {
  await redis?.stop();
  await rm(folder, { recursive: true, force: true });
});

const killed = (child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> =>
  new Promise((done) => {
    if (child.exitCode !== null || child.signalCode !== null) return done();
    child.once('exit', () => done());
    child.kill(signal);
  });

const address = (name: string): string => `redis://127.0.0.1:${redis.port}/${name}`;

/** A worker in a process of its own, with the tiny model; resolves once it waits for takes. */
async function startWorker(name: string): Promise<ChildProcess> {
  const args = ['--import', 'tsx', join(root, 'electron/cli/magdiff.ts'), 'worker'];
  const child = spawn(process.execPath, [...args, '--queue', address(name), '--shared', join(folder, name)], {
    cwd: root,
    env: { ...process.env, MAGDIFF_MODELS: join(folder, 'models'), HOME: folder, MAGDIFF_CACHE: join(folder, 'cache') },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  workers.push(child);
  await new Promise<void>((ready, failed) => {
    let said = '';
    child.stderr?.on('data', (chunk) => {
      said += chunk;
      if (said.includes('Waiting for takes')) ready();
    });
    child.once('exit', () => failed(new Error(said)));
  });
  return child;
}

const queueOf = (name: string): QueueEngine =>
  new QueueEngine({ place: queuePlaceOf(address(name), join(folder, name)), hashOf: (at) => modelHashOf(at) });

const jobOf = (id: string, changes: Record<string, unknown> = {}): EngineJob => ({
  ...{ id, folder: join(folder, 'studio', id), modelFolder: model, provider: 'cpu', previews: true },
  settings: takeSettings.parse({ task: 'generate', prompt: 'it jumps', seed: 5, frames: 4, steps: 4, ...changes }),
  source: { path: picture, media: 'picture', frameIndex: 0, inFrame: 0, outFrame: 1 },
  mask: { kind: 'alpha' },
});

/** Runs a job to its end and answers what was told; `onEvent` may interfere. */
function run(
  engine: { submit(job: EngineJob, onEvent: (event: EngineEvent) => void): void },
  job: EngineJob,
  onEvent: (event: EngineEvent) => void = () => undefined,
): Promise<EngineEvent[]> {
  const events: EngineEvent[] = [];
  return new Promise((done) =>
    engine.submit(job, (event) => {
      events.push(event);
      onEvent(event);
      if (event.type === 'done' || event.type === 'failed' || event.type === 'canceled') done(events);
    }),
  );
}

const resultOf = (events: readonly EngineEvent[]) => {
  const last = events.at(-1);
  if (last?.type !== 'done') throw new Error(JSON.stringify(last));
  return last.result;
};

test('takes are spread over two workers, told step by step, and are bit for bit those of this machine', async () => {
  await startWorker('spread');
  await startWorker('spread');
  const queue = queueOf('spread');
  const here = new EngineHost();
  try {
    expect((await queue.workers()).map(({ models }) => models.map(({ title }) => title).includes('tiny'))).toEqual([
      true,
      true,
    ]);
    const seeds = [1, 2, 3, 4];
    const made = await Promise.all(seeds.map((seed) => run(queue, jobOf(`spread-${seed}`, { seed }))));
    for (const [index, events] of made.entries()) {
      const own = resultOf(await run(here, { ...jobOf(`own-${index}`, { seed: seeds[index] }), previews: false }));
      const { framesSha256, framesFolder, frameCount } = resultOf(events);
      expect(framesSha256).toBe(own.framesSha256);
      expect((await readdir(framesFolder)).filter((name) => name.endsWith('.png'))).toHaveLength(frameCount);
      expect(framesFolder.startsWith(join(folder, 'studio'))).toBe(true);
      const steps = events.flatMap((event) => (event.type === 'progress' && event.preview ? [event.preview] : []));
      expect(steps.some(({ bytes }) => bytes.length > 0)).toBe(true);
    }
  } finally {
    await queue.close();
    await here.close();
  }
}, 120_000);

test('a take goes on from its last step where its worker is killed, and comes out the same', async () => {
  const first = await startWorker('killed');
  const queue = queueOf('killed');
  const here = new EngineHost();
  try {
    const many = { steps: 60, frames: 8 };
    let second: Promise<ChildProcess> | undefined;
    const events = await run(queue, jobOf('killed-1', many), (event) => {
      if (second || event.type !== 'progress' || event.progress.step < 10) return;
      second = killed(first).then(() => startWorker('killed'));
    });
    const steps = events.flatMap((event) =>
      event.type === 'progress' && event.progress.state === 'denoising' ? [event.progress.step] : [],
    );
    // Nothing was sampled anew from the beginning; a step that takes long is told again.
    expect(steps.filter((step, index) => step === 2 && steps[index - 1] !== 2)).toHaveLength(1);
    expect(events.some((event) => event.type === 'warning' && /worker was lost/.test(event.message))).toBe(true);
    const own = resultOf(await run(here, jobOf('killed-own', many)));
    expect(resultOf(events).framesSha256).toBe(own.framesSha256);
  } finally {
    await queue.close();
    await here.close();
  }
}, 120_000);

test('a lost connection comes back, a cancelled take ends, and one that waits is taken out', async () => {
  await startWorker('lost');
  const queue = queueOf('lost');
  try {
    let isDropped = false;
    const events = await run(queue, jobOf('lost-1', { steps: 40 }), (event) => {
      if (isDropped || event.type !== 'progress' || event.progress.step < 5) return;
      isDropped = true;
      void redis.dropConnections();
    });
    expect(isDropped).toBe(true);
    expect(resultOf(events).frameCount).toBe(4);
    const running = run(queue, jobOf('lost-2', { steps: 200 }), (event) => {
      if (event.type === 'progress' && event.progress.step === 3) queue.cancel('lost-2');
    });
    const waiting = run(queue, jobOf('lost-3'), (event) => {
      if (event.type === 'progress' && event.progress.state === 'queued')
        setTimeout(() => queue.cancel('lost-3'), 1500);
    });
    expect((await running).at(-1)).toEqual({ type: 'canceled' });
    expect(['canceled', 'done']).toContain((await waiting).at(-1)?.type);
  } finally {
    await queue.close();
  }
}, 120_000);

test('a queue that is not there is a sentence', async () => {
  const place = queuePlaceOf('redis://127.0.0.1:1/none', join(folder, 'none'));
  const queue = new QueueEngine({ place, hashOf: (at) => modelHashOf(at) });
  const events = await run(queue, jobOf('none-1'));
  expect(events.at(-1)).toMatchObject({ type: 'failed', error: { code: 'queue-unreachable' } });
  await queue.close();
});

test('a take for which no worker has the model waits, and says so', async () => {
  const queue = queueOf('alone');
  const heard = await new Promise<EngineEvent>((done) =>
    queue.submit(jobOf('alone-1'), (event) => {
      if (event.type === 'warning') done(event);
    }),
  );
  expect(heard).toMatchObject({ message: expect.stringMatching(/No worker of alone on .* has this model now/) });
  // However long it waits, its inputs stay; once it is taken out nobody needs them.
  const place = queuePlaceOf(address('alone'), join(folder, 'alone'));
  const shared = new SharedFiles(place.sharedFolder);
  const connection = connectionTo(place);
  const longAgo = new Date(Date.now() - 3 * keptMilliseconds);
  for (const name of await readdir(place.sharedFolder, { recursive: true }))
    await utimes(join(place.sharedFolder, name), longAgo, longAgo);
  expect(await clearOver(shared, place, connection)).toEqual([]);
  queue.cancel('alone-1');
  const gone: string[] = [];
  for (let wait = 0; wait < 50 && gone.length === 0; wait++) {
    await new Promise((done) => setTimeout(done, 100));
    gone.push(...(await clearOver(shared, place, connection)));
  }
  expect(gone).toEqual(['jobs/alone-1', expect.stringMatching(/^assets\/[0-9a-f]{64}\.png$/)]);
  connection.disconnect();
  await queue.close();
});
