import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { StudioError } from '../../../models/errors/studioError.ts';
import { writeFileAtomic } from '../../../models/files/atomicFile.ts';
import type { SourceRecord } from '../../contract/records.ts';
import type { EventBus } from '../eventBus.ts';
import type { OpenProject } from '../projects/openProject.ts';
import type { MediaPort, RgbaPicture } from './mediaPort.ts';

const thumbnailHeight = 72;
const frameLimit = 1280;
const posterLimit = 320;
const framesPerChunk = 32;

/** Frames, thumbnails and waveforms of sources, read once and kept in the project's `cache` folder, which may be deleted at any time. */
export class MediaCache {
  readonly #media: MediaPort;
  readonly #bus: EventBus;
  readonly #running = new Map<string, Promise<void>>();
  readonly #arrivals = new Map<string, (() => void)[]>();
  readonly #abort = new AbortController();

  constructor(media: MediaPort, bus: EventBus) {
    this.#media = media;
    this.#bus = bus;
  }

  /**
   * A source's frame as WebP, at most 1280 pixels on its longer side. Neighbouring frames of a clip are read along, and each is
   * answered as soon as it is there.
   */
  async frame(project: OpenProject, source: SourceRecord, frameIndex: number): Promise<Buffer> {
    const index = Math.min(source.frameCount - 1, Math.max(0, frameIndex));
    const path = join(this.#framesFolder(project, source), `${index}.webp`);
    const cached = await readFile(path).catch(() => undefined);
    const chunk = Math.floor(index / framesPerChunk);
    // Whoever looks at the second half of a chunk will soon want the next.
    const next = (chunk + 1) * framesPerChunk;
    if (index % framesPerChunk >= framesPerChunk / 2 && next < source.frameCount)
      this.#startChunk(project, source, chunk + 1).catch(() => undefined);
    if (cached) return cached;
    const reading = this.#startChunk(project, source, chunk);
    await Promise.race([this.#arrivalOf(path), reading]);
    const read = await readFile(path).catch(() => undefined);
    if (!read)
      throw new StudioError('media-unsupported', `Frame ${index} of ${source.name} could not be read.`, {
        hint: 'The file may be damaged at that place; try another frame.',
      });
    return read;
  }

  #framesFolder(project: OpenProject, source: SourceRecord): string {
    return join(cacheOf(project, source.assetId), 'frames');
  }

  #arrivalOf(path: string): Promise<void> {
    return new Promise((resolve) => this.#arrivals.set(path, [...(this.#arrivals.get(path) ?? []), resolve]));
  }

  #startChunk(project: OpenProject, source: SourceRecord, chunk: number): Promise<void> {
    return this.#once(`${project.id}/${source.assetId}/${chunk}`, async () => {
      const folder = this.#framesFolder(project, source);
      await mkdir(folder, { recursive: true });
      const firstFrame = chunk * framesPerChunk;
      const last = Math.min(source.frameCount, firstFrame + framesPerChunk) - 1;
      if (await stat(join(folder, `${last}.webp`)).catch(() => undefined)) return;
      let index = firstFrame;
      const frames = this.#media.readFrames(await this.#pathOf(project, source), source, {
        firstFrame,
        frameCount: last + 1 - firstFrame,
        everyNth: 1,
        ...fitWithin(source, frameLimit),
        signal: this.#abort.signal,
      });
      for await (const picture of frames) {
        const path = join(folder, `${index++}.webp`);
        await this.#keep(path, picture);
        for (const arrived of this.#arrivals.get(path) ?? []) arrived();
        this.#arrivals.delete(path);
      }
    });
  }

  async #pathOf(project: OpenProject, source: SourceRecord): Promise<string> {
    if ((await project.store.assets.sizeOf(source.assetId)) === undefined)
      throw new StudioError('asset-missing', `The file of ${source.name} is missing from the project.`, {
        hint: 'Choose “Find missing media” and point to the file.',
      });
    return project.store.assets.pathOf(source.assetId);
  }

  async #keep(path: string, picture: RgbaPicture): Promise<void> {
    await writeFileAtomic(path, await this.#media.encodePicture(picture, 'webp'), { lasting: false });
  }

  /** Reads a source's strip of thumbnails and its waveform; each is told as an event when it is there. Work already done is told at once. */
  async prepare(project: OpenProject, source: SourceRecord): Promise<void> {
    if (source.media !== 'sound')
      await this.#once(`${project.id}/${source.assetId}/strip`, () => this.#readStrip(project, source));
    if (source.hasAudio)
      await this.#once(`${project.id}/${source.assetId}/waveform`, () => this.#readWaveform(project, source));
  }

  async #readStrip(project: OpenProject, source: SourceRecord): Promise<void> {
    const everyNth = Math.max(1, Math.ceil(source.frameCount / 48), Math.round(source.framesPerSecond / 2));
    const count = Math.ceil(source.frameCount / everyNth);
    const folder = join(cacheOf(project, source.assetId), 'thumbnails');
    await mkdir(folder, { recursive: true });
    const tell = (index: number): void =>
      this.#bus.publish({
        type: 'thumbnail',
        projectId: project.id,
        assetId: source.assetId,
        index,
        count,
        url: `/previews/${project.id}/thumbnail/${source.assetId}/${index}.webp`,
      });
    const last = await readFile(join(folder, `${count - 1}.webp`)).catch(() => undefined);
    if (last) {
      for (let index = 0; index < count; index++) tell(index);
      return;
    }
    const width = Math.max(2, Math.round((source.width / source.height) * thumbnailHeight));
    let index = 0;
    const frames = this.#media.readFrames(await this.#pathOf(project, source), source, {
      firstFrame: 0,
      frameCount: source.frameCount,
      everyNth,
      width,
      height: thumbnailHeight,
      signal: this.#abort.signal,
    });
    for await (const picture of frames) {
      await this.#keep(join(folder, `${index}.webp`), picture);
      tell(index++);
    }
  }

  async #readWaveform(project: OpenProject, source: SourceRecord): Promise<void> {
    const folder = cacheOf(project, source.assetId);
    const path = join(folder, 'waveform.bin');
    if (!(await readFile(path).catch(() => undefined))) {
      await mkdir(folder, { recursive: true });
      const count = Math.min(20_000, Math.max(200, Math.round(source.durationSeconds * 50)));
      const loudness = await this.#media.waveform(await this.#pathOf(project, source), count);
      await writeFileAtomic(path, loudness, { lasting: false });
    }
    this.#bus.publish({
      type: 'waveform',
      projectId: project.id,
      assetId: source.assetId,
      url: `/previews/${project.id}/waveform/${source.assetId}.bin`,
    });
  }

  /** A small picture of what a file shows first. @throws StudioError where it is no picture or clip */
  async poster(path: string): Promise<Uint8Array> {
    const facts = await this.#media.probe(path);
    const frames = this.#media.readFrames(path, facts, {
      firstFrame: 0,
      frameCount: 1,
      everyNth: 1,
      ...fitWithin(facts, posterLimit),
      signal: AbortSignal.timeout(20_000),
    });
    for await (const picture of frames) return this.#media.encodePicture(picture, 'webp');
    throw new StudioError('asset-missing', 'The project has no picture.');
  }

  /** A picture of a source's strip. @throws StudioError `asset-missing` where it was not read yet, as the next */
  thumbnail(project: OpenProject, assetId: string, index: number): Promise<Buffer> {
    return readKept(join(cacheOf(project, assetId), 'thumbnails', `${index}.webp`));
  }

  /** A source's loudness, a byte for each stretch. */
  waveform(project: OpenProject, assetId: string): Promise<Buffer> {
    return readKept(join(cacheOf(project, assetId), 'waveform.bin'));
  }

  /** Stops reading. */
  close(): void {
    this.#abort.abort();
  }

  #once(key: string, work: () => Promise<void>): Promise<void> {
    let running = this.#running.get(key);
    if (!running) {
      running = work().finally(() => this.#running.delete(key));
      this.#running.set(key, running);
    }
    return running;
  }
}

/** Where what was read of an asset is kept. */
function cacheOf(project: OpenProject, assetId: string): string {
  return join(project.store.folder, 'cache', assetId);
}

async function readKept(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new StudioError('asset-missing', 'This preview has not been read yet.', { cause: error });
  }
}

/** The size of a picture brought within `limit` pixels on its longer side, never enlarged. */
export function fitWithin(size: { width: number; height: number }, limit: number): { width: number; height: number } {
  const scale = Math.min(1, limit / Math.max(size.width, size.height));
  return { width: Math.max(2, Math.round(size.width * scale)), height: Math.max(2, Math.round(size.height * scale)) };
}
