import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { takeSettings } from '../../../electron/contract/takeSettings.ts';
import { EngineHost } from '../../../electron/engine/engineHost.ts';
import type { EngineEvent, EngineJob, TakeResult } from '../../../electron/engine/engineProtocol.ts';
import { encodeVideo } from '../../../electron/media/encodeVideo.ts';
import { readFrames } from '../../../electron/media/readFrames.ts';
import { readMask, readPicture } from '../../../electron/media/readPicture.ts';
import { writeTinyModel } from '../../fixtures/models/tinyModel.ts';

let folder: string;
let model: string;
let picture: string;
let mask: string;
let clip: string;
const hosts: EngineHost[] = [];

const width = 60;
const height = 44;
const inside = (x: number, y: number): boolean => (x - 30) ** 2 + (y - 22) ** 2 < 150;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'magdiff-engine-'));
  model = await writeTinyModel(join(folder, 'tiny'));
  picture = join(folder, 'picture.png');
  mask = join(folder, 'mask.png');
  clip = join(folder, 'clip.mp4');
  const paint = (frame: number): Uint8Array => {
    const data = new Uint8Array(width * height * 4);
    for (let i = 0; i < width * height; i++) {
      const x = i % width;
      const y = Math.floor(i / width);
      data.set(inside(x, y) ? [220, 60, (frame * 20) % 255, 255] : [(x * 4) % 255, (y * 5) % 255, 120, 255], i * 4);
    }
    return data;
  };
  const coverage = Uint8Array.from({ length: width * height }, (_, i) =>
    inside(i % width, Math.floor(i / width)) ? 255 : 0,
  );
  await sharp(paint(0), { raw: { width, height, channels: 4 } })
    .png()
    .toFile(picture);
  await sharp(coverage, { raw: { width, height, channels: 1 } })
    .png()
    .toFile(mask);
  async function* frames() {
    for (let frame = 0; frame < 7; frame++) yield { data: paint(frame) };
  }
  await encodeVideo({
    frames: frames(),
    frameCount: 7,
    width,
    height,
    frameRate: 7,
    format: 'mp4-h264',
    quality: 'best',
    out: clip,
  });
});
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.close();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function newHost(options = {}): EngineHost {
  const host = new EngineHost(options);
  hosts.push(host);
  return host;
}

function generation(id: string, changes: Record<string, unknown> = {}): EngineJob {
  const settings = takeSettings.parse({ task: 'generate', prompt: 'it jumps', seed: 5, frames: 4, ...changes });
  return {
    id,
    folder: join(folder, id),
    modelFolder: model,
    provider: 'cpu',
    settings,
    previews: true,
    source: { path: picture, media: 'picture', frameIndex: 0, inFrame: 0, outFrame: 1 },
    mask: { kind: 'file', path: mask },
  };
}

/** Submits a job and gathers its events until the last; `onEvent` may interfere. */
function run(
  host: EngineHost,
  job: EngineJob,
  onEvent: (event: EngineEvent) => void = () => undefined,
): Promise<EngineEvent[]> {
  const events: EngineEvent[] = [];
  return new Promise((resolve) => {
    host.submit(job, (event) => {
      events.push(event);
      onEvent(event);
      if (event.type === 'done' || event.type === 'failed' || event.type === 'canceled') resolve(events);
    });
  });
}

function resultOf(events: EngineEvent[]): TakeResult {
  const last = events.at(-1);
  if (last?.type !== 'done') throw new Error(`the job ended with ${JSON.stringify(last)}`);
  return last.result;
}

/** A job's stage as an event tells it, or what else the event is. */
const stageOf = (event: EngineEvent): string => (event.type === 'progress' ? event.progress.state : event.type);
const stepOf = (event: EngineEvent): number => (event.type === 'progress' ? event.progress.step : 0);
/** Steps as they were done, which carry previews; one that takes long is told again without. */
const stepsOf = (events: EngineEvent[]) =>
  events.flatMap((event) =>
    event.type === 'progress' && event.progress.state === 'denoising' && event.preview ? [event] : [],
  );

const sha = async (path: string) =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex');

test('a job tells its stages in order, previews every step, and leaves lossless frames', async () => {
  const events = await run(newHost(), generation('plain'));
  const stages = events.map(stageOf).filter((type) => type !== 'warning');
  const order = stages.filter((type, index) => type !== stages[index - 1]);
  expect(order).toEqual(['queued', 'loading', 'encoding', 'denoising', 'decoding', 'done']);
  const steps = stepsOf(events);
  expect(steps.map(({ progress: { step, total } }) => [step, total])).toEqual([
    [1, 4],
    [2, 4],
    [3, 4],
    [4, 4],
  ]);
  for (const { preview } of steps) {
    expect(preview).toMatchObject({ frameCount: 4, frameWidth: 32, frameHeight: 32, columns: 4 });
    expect(await sharp(preview?.bytes).metadata()).toMatchObject({ format: 'webp', width: 128, height: 32 });
  }
  const result = resultOf(events);
  const hash = createHash('sha256');
  for (const name of (await readdir(result.framesFolder)).sort())
    hash.update((await readPicture(join(result.framesFolder, name))).data);
  expect(hash.digest('hex')).toBe(result.framesSha256);
});

test('the engine killed in mid-run goes on from its last step and ends in the same latents, bit for bit', async () => {
  const unbroken = resultOf(await run(newHost(), generation('unbroken', { frames: 10, steps: 6 })));
  const host = newHost();
  let kills = 0;
  const events = await run(host, generation('killed', { frames: 10, steps: 6 }), (event) => {
    if (stageOf(event) === 'denoising' && [3, 8, 14].includes(stepOf(event)) && kills < 3) {
      kills += 1;
      if (host.processId) process.kill(host.processId, 'SIGKILL');
    }
  });
  const result = resultOf(events);
  expect(kills).toBe(3);
  expect(events.filter(({ type }) => type === 'warning').length).toBeGreaterThanOrEqual(3);
  expect(result.framesSha256).toBe(unbroken.framesSha256);
  expect(await sha(result.latentsPath)).toBe(await sha(unbroken.latentsPath));
});

test('an engine that dies again and again fails the job with a sentence and serves the next', async () => {
  const host = newHost({ retries: 1 });
  const events = await run(host, generation('doomed', { steps: 50 }), (event) => {
    if (stageOf(event) === 'loading' && host.processId) process.kill(host.processId, 'SIGKILL');
  });
  expect(events.at(-1)).toMatchObject({
    type: 'failed',
    error: { code: 'engine-crashed', hint: expect.stringMatching(/again/) },
  });
  resultOf(await run(host, generation('after')));
});

test('cancelling a waiting job is at once, a running one within a step, and its state stays', async () => {
  const host = newHost();
  let seenAfter = 0;
  let cancelled = false;
  const first = run(host, generation('running', { steps: 200 }), (event) => {
    if (stageOf(event) !== 'denoising') return;
    if (cancelled) seenAfter += 1;
    if (stepOf(event) === 3) {
      cancelled = true;
      host.cancel('running');
    }
  });
  const second = run(host, generation('waiting'));
  host.cancel('waiting');
  expect((await second).map(stageOf)).toEqual(['queued', 'canceled']);
  expect((await first).at(-1)).toEqual({ type: 'canceled' });
  expect(seenAfter).toBe(0);
  expect(await stat(join(folder, 'running', 'state.safetensors'))).toBeDefined();
});

test('decoding again needs no denoising: saved latents and the inputs lead to the same frames', async () => {
  const host = newHost();
  const job = generation('again');
  const first = resultOf(await run(host, job));
  await rm(first.framesFolder, { recursive: true });
  const events = await run(host, { ...job, decodeOnly: true });
  expect(events.some((event) => stageOf(event) === 'denoising')).toBe(false);
  expect(resultOf(events).framesSha256).toBe(first.framesSha256);
  const nothing = await run(host, { ...generation('nothing'), decodeOnly: true });
  expect(nothing.at(-1)).toMatchObject({ type: 'failed', error: { code: 'asset-missing' } });
});

test('an estimate is given before a run', async () => {
  const estimate = await newHost().estimate(generation('estimate'));
  expect(estimate.memoryBytes).toBeGreaterThan(10_000);
  expect(estimate.seconds).toBeGreaterThan(0);
  expect(estimate.advice).toBeUndefined();
});

test.each(['subject', 'rest'] as const)(
  'an edit keeps the %s of every frame exactly, at the clip’s size',
  async (keep) => {
    const settings = takeSettings.parse({ task: 'edit', keep, prompt: 'a beach', seed: 1, featherPixels: 2 });
    const job: EngineJob = {
      id: `edit-${keep}`,
      folder: join(folder, `edit-${keep}`),
      modelFolder: model,
      provider: 'cpu',
      settings,
      previews: false,
      source: { path: clip, media: 'clip', frameIndex: 0, inFrame: 0, outFrame: 999 },
      mask: { kind: 'file', path: mask },
    };
    const result = resultOf(await run(newHost(), job));
    expect(result).toMatchObject({ frameCount: 7, width, height, framesPerSecond: 7 });
    const marked = (await readMask(mask)).data;
    let index = 0;
    let changed = 0;
    for await (const source of readFrames(clip)) {
      const made = await readPicture(join(result.framesFolder, `${String(index++).padStart(5, '0')}.png`));
      for (let i = 0; i < marked.length; i++) {
        const kept = (marked[i] ?? 0) >= 128 === (keep === 'subject');
        const same = [0, 1, 2].every((channel) => made.data[i * 4 + channel] === source.data[i * 4 + channel]);
        if (kept) expect(same).toBe(true);
        else if (!same) changed += 1;
      }
    }
    expect(changed).toBeGreaterThan(500);
  },
);

test('a broken input fails its own job with a sentence', async () => {
  const host = newHost();
  const bad = join(folder, 'bad.png');
  await writeFile(bad, 'not a picture');
  const events = await run(host, { ...generation('bad'), source: { ...generation('bad').source, path: bad } });
  expect(events.at(-1)).toMatchObject({
    type: 'failed',
    error: { code: 'media-unsupported', message: expect.stringContaining('bad.png') },
  });
  const lost = await run(host, { ...generation('lost'), modelFolder: join(folder, 'no-model') });
  expect(lost.at(-1)).toMatchObject({ type: 'failed', error: { message: expect.stringContaining('no-model') } });
});

test('a live preview is drawn smaller and says so, where a step is known to take long', async () => {
  const cacheFolder = join(folder, 'slow', 'cache');
  const live = (id: string): EngineJob => ({ ...generation(id, { frames: 8, width: 64, height: 64 }), live: true });
  const reducedOf = (events: EngineEvent[]) =>
    events.flatMap((event) => (event.type === 'progress' && event.preview ? [event.preview.reduced] : []));
  const whole = await run(newHost({ cacheFolder }), live('quick'));
  expect(resultOf(whole).frameCount).toBe(8);
  expect(new Set(reducedOf(whole))).toEqual(new Set([undefined]));

  const past = join(folder, 'slow', 'runs.json');
  const runs: Record<string, { first: number; each: number }> = JSON.parse(await readFile(past, 'utf8'));
  const rate = Object.keys(runs).find((kind) => kind.endsWith(' rate')) ?? '';
  await writeFile(past, JSON.stringify({ [rate]: { first: 0, each: 1e12 } }));
  const small = await run(newHost({ cacheFolder }), live('slow'));
  expect(resultOf(small).frameCount).toBe(4);
  const [reduced] = reducedOf(small);
  expect(reduced?.frames).toBe(4);
  expect(reduced?.width).toBeLessThan(64);
  const asked = await run(newHost({ cacheFolder }), { ...live('asked'), live: false });
  expect(resultOf(asked).frameCount).toBe(8);
});
