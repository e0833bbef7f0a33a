import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import type { EnginePort } from '../../../electron/engine/enginePort.ts';
import type {
  EngineDevice,
  EngineEvent,
  EngineJob,
  FollowEvent,
  FollowJob,
  JobEstimate,
} from '../../../electron/engine/engineProtocol.ts';
import { openFrameCanvas } from '../../../electron/media/canvas/frameCanvas.ts';
import { maskCoverage } from '../../../electron/media/pixels/maskCoverage.ts';
import { type StudioOptions, startStudio } from '../../../electron/server/startStudio.ts';
import type { MediaPort, RgbaPicture } from '../../../electron/services/media/mediaPort.ts';

/** Media of still pictures alone: enough to test the carrier, which never looks into them. */
export const stillMedia: MediaPort = {
  probe: async (path) => {
    const { width, height, hasAlpha } = await sharp(path).metadata();
    return {
      media: 'picture',
      mimeType: 'image/png',
      width,
      height,
      frameCount: 1,
      framesPerSecond: 8,
      durationSeconds: 0,
      hasAudio: false,
      hasAlpha: hasAlpha ?? false,
    };
  },
  async *readFrames(path, _facts, { width, height }) {
    yield {
      width,
      height,
      data: await sharp(path).resize(width, height, { fit: 'fill' }).ensureAlpha().raw().toBuffer(),
    };
  },
  readScaled: async (_path, size) => ({ ...size, data: new Uint8Array(size.width * size.height * 4).fill(255) }),
  encodePicture: async (picture: RgbaPicture, format) =>
    sharp(picture.data, { raw: { width: picture.width, height: picture.height, channels: 4 } })
      .toFormat(format)
      .toBuffer(),
  waveform: async (_path, count) => new Uint8Array(count),
  readPicture: async (path) => {
    const { data, info } = await sharp(path).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, data };
  },
  encodeVideo: async (request) => {
    let count = 0;
    for await (const _picture of request.frames) request.onProgress?.(++count);
    await writeFile(request.out, `${count} frames`);
    return { path: request.out, sizeBytes: 8, warnings: [] };
  },
  openCanvas: openFrameCanvas,
  maskCoverage,
  smartSelect: async (picture) => new Uint8Array(picture.width * picture.height).fill(255),
};

/** An engine that runs a job when told: the tests decide what it says. */
export class HandEngine implements EnginePort {
  readonly jobs = new Map<string, { request: EngineJob; tell: (notice: EngineEvent) => void }>();
  submit(request: EngineJob, tell: (notice: EngineEvent) => void): void {
    this.jobs.set(request.id, { request, tell });
  }
  readonly followed = new Map<string, { request: FollowJob; tell: (notice: FollowEvent) => void }>();
  follow(request: FollowJob, tell: (notice: FollowEvent) => void): void {
    this.followed.set(request.id, { request, tell });
  }
  cancel(jobId: string): void {
    this.jobs.get(jobId)?.tell({ type: 'canceled' });
    this.followed.get(jobId)?.tell({ type: 'canceled' });
  }
  async estimate(): Promise<JobEstimate> {
    return {
      ...{ memoryBytes: 1e9, availableBytes: 8e9, seconds: 3 },
      ...{ drawn: { width: 128, height: 128 }, finished: { width: 128, height: 128 } },
    };
  }
  async device(): Promise<EngineDevice> {
    return { provider: 'cpu', precision: 'float32', holdsValues: false, name: 'test', warnings: [] };
  }
  async close(): Promise<void> {}

  /** Ends a job as a real engine would: frames and latents in its folder. */
  async finish(jobId: string, frameCount = 2): Promise<void> {
    const job = this.jobs.get(jobId);
    if (!job) throw new Error(`no job ${jobId}`);
    const framesFolder = join(job.request.folder, 'frames');
    await mkdir(framesFolder, { recursive: true });
    for (let index = 0; index < frameCount; index++)
      await writeFile(join(framesFolder, `0000${index}.png`), await plainPicture(16, 16, [index * 40, 80, 120]));
    const latentsPath = join(job.request.folder, 'latents.safetensors');
    await writeFile(latentsPath, 'latents');
    job.tell({
      type: 'done',
      result: {
        framesFolder,
        frameCount,
        width: 16,
        height: 16,
        framesPerSecond: 8,
        frameRate: '8',
        modelName: 'tiny',
        framesSha256: createHash('sha256').update('frames').digest('hex'),
        latentsPath,
        modelHash: 'abc',
        provider: 'cpu',
        seconds: 1,
      },
    });
  }
}

/** A PNG of one colour. */
export function plainPicture(width: number, height: number, [r, g, b]: [number, number, number]): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: { r, g, b } } })
    .png()
    .toBuffer();
}

/** A page folder with the least a page has. */
export async function barePage(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'magdiff-page-'));
  await writeFile(
    join(folder, 'index.html'),
    '<!doctype html><meta name="style-nonce" content="%STYLE_NONCE%"><title>Page</title>',
  );
  await writeFile(join(folder, 'app.js'), 'export const page = 1;\n'.repeat(200));
  return folder;
}

/** A model folder's root with one model that has a description and words alone. */
export async function bareModels(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'magdiff-models-'));
  const folder = join(root, 'tiny');
  await mkdir(join(folder, 'tokenizer'), { recursive: true });
  const description = {
    format: 'magdiff-folder',
    version: 1,
    name: 'tiny',
    title: 'Tiny',
    licence: 'MIT',
    width: 16,
    height: 16,
    frames: [1, 8],
    framesPerSecond: 8,
    steps: 4,
    guidance: { text: 3, image: 1 },
    image: { size: 16, tokensPerFrame: 2 },
    student: { folder: 'unet_student', steps: 2, guidanceDistilled: true },
  };
  await writeFile(join(folder, 'magdiff.json'), JSON.stringify(description));
  await writeFile(join(folder, 'tokenizer', 'words.json'), JSON.stringify({ words: { ball: 5, red: 3 } }));
  return root;
}

/** A studio on a free port over stand-ins, with calls that carry the cookie and origin of its own page. */
export async function startTestStudio(options: Partial<StudioOptions> = {}) {
  const workspace = options.workspace ?? (await mkdtemp(join(tmpdir(), 'magdiff-workspace-')));
  const engine = new HandEngine();
  const logged: string[] = [];
  const studio = await startStudio({
    engine,
    media: stillMedia,
    pageFolder: await barePage(),
    modelRoots: [await bareModels()],
    log: (line) => logged.push(line),
    home: await mkdtemp(join(tmpdir(), 'magdiff-home-')),
    ...options,
    workspace,
  });
  const origin = `http://127.0.0.1:${studio.port}`;
  const first = await fetch(studio.url, { redirect: 'manual' });
  const cookie = (first.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const own = { cookie, origin };
  const call = async (method: string, input: unknown): Promise<{ status: number; body: Record<string, unknown> }> => {
    const response = await fetch(`${origin}/rpc/${method}`, {
      method: 'POST',
      headers: { ...own, 'content-type': 'application/json' },
      body: JSON.stringify(input),
    });
    const body: unknown = await response.json();
    return { status: response.status, body: body as Record<string, unknown> };
  };
  const upload = async (bytes: Uint8Array): Promise<string> => {
    const id = `upload-${Math.random().toString(36).slice(2).padEnd(12, '0')}`;
    const response = await fetch(`${origin}/assets/${id}`, {
      method: 'PUT',
      headers: own,
      body: new Uint8Array(bytes),
    });
    if (response.status !== 200) throw new Error(await response.text());
    return id;
  };
  return { studio, engine, workspace, origin, own, cookie, first, call, upload, logged };
}
