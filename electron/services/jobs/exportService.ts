import { mkdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { CancelledError, StudioError } from '../../../models/errors/studioError.ts';
import { wireErrorOf } from '../../contract/errorOnWire.ts';
import { exportFormats } from '../../contract/exportFormats.ts';
import type { ExportOptions, JobView } from '../../contract/jobs.ts';
import { newId } from '../../contract/newId.ts';
import type { TakeRecord } from '../../contract/records.ts';
import { timelineLength } from '../../contract/timeline/shownItems.ts';
import type { SoundPiece } from '../../media/soundMix.ts';
import type { EventBus } from '../eventBus.ts';
import type { MediaPort, RgbaPicture } from '../media/mediaPort.ts';
import type { OpenProject } from '../projects/openProject.ts';
import { composedFrames } from './composedFrames.ts';
import { type Job, type JobList, newJobView } from './jobList.ts';
import { takeFramePaths } from './takeFramePaths.ts';
import { timelineSounds } from './timelineSounds.ts';

/** What an export writes: frames of one size at one rate, and the sounds that go with them. */
export interface ExportMaterial {
  /** Frames there are; the range lies within. */
  readonly frameCount: number;
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
  readonly sounds: readonly SoundPiece[];
  /** So many frames from the range's first on, each `step` of the material's own after the last. */
  frames(made: { frameCount: number; step: number }, signal: AbortSignal): AsyncGenerator<RgbaPicture, void, undefined>;
}

/** An export under way, or done. */
interface ExportJob extends Job {
  readonly material: ExportMaterial;
  readonly options: ExportOptions;
  view: JobView;
  abort: AbortController;
}

/** Writes takes and timelines out as files, into the project's `exports` folder, one after the other beside the engine's own queue. */
export class ExportService {
  readonly #media: MediaPort;
  readonly #bus: EventBus;
  readonly #list: JobList;
  #queue: Promise<void> = Promise.resolve();

  constructor(media: MediaPort, bus: EventBus, list: JobList) {
    this.#media = media;
    this.#bus = bus;
    this.#list = list;
  }

  /** Queues an export of a take, or of the timeline where none is named; returns its job's id. */
  start(project: OpenProject, takeId: string | null, options: ExportOptions): string {
    const take = takeId === null ? undefined : project.store.get('take', takeId);
    const material = take
      ? takeMaterial(project, this.#media, take, options)
      : timelineMaterial(project, this.#media, options);
    const { frameCount } = material;
    if (options.outFrame <= options.inFrame || options.outFrame > frameCount)
      throw new StudioError(
        'request-invalid',
        `The range ${options.inFrame + 1} to ${options.outFrame} lies outside the ${take ? 'take’s' : 'timeline’s'} ${frameCount} frames.`,
      );
    return this.write(project, material, options, takeId);
  }

  /** Queues an export of what is given; returns its job's id. */
  write(project: OpenProject, material: ExportMaterial, options: ExportOptions, takeId: string | null = null): string {
    const view = newJobView({
      id: newId('export'),
      projectId: project.id,
      kind: 'export',
      label: `${options.fileName}${exportFormats[options.format].extension}`,
      createdAt: new Date().toISOString(),
      total: madeFrames(material, options).frameCount,
      takeId,
    });
    const job: ExportJob = {
      ...{ project, material, options, view, abort: new AbortController() },
      cancel: () => job.abort.abort(),
      retry: async () => {
        job.abort = new AbortController();
        this.#enqueue(job);
      },
      clear: async () => undefined,
    };
    this.#list.add(job);
    this.#enqueue(job);
    return view.id;
  }

  #enqueue(job: ExportJob): void {
    this.#tell(job, { state: 'queued', error: null });
    this.#queue = this.#queue.then(() => this.#run(job));
  }

  #tell(job: ExportJob, change: Partial<JobView>): void {
    job.view = { ...job.view, ...change };
    this.#bus.publish({ type: 'job', job: job.view });
  }

  async #run(job: ExportJob): Promise<void> {
    try {
      if (job.abort.signal.aborted) throw new CancelledError();
      this.#tell(job, { state: 'writing', step: 0 });
      const { path, sizeBytes, warnings } = await this.#encode(job);
      const name = basename(path);
      const url =
        exportFormats[job.options.format].extension === ''
          ? ''
          : `/exports/${job.project.id}/${encodeURIComponent(name)}`;
      this.#tell(job, {
        state: 'done',
        step: job.view.total,
        note: warnings.join(' '),
        file: { url, name, path, sizeBytes },
      });
    } catch (error) {
      if (error instanceof CancelledError || job.abort.signal.aborted) this.#tell(job, { state: 'canceled' });
      else this.#tell(job, { state: 'failed', error: wireErrorOf(error, 'The export failed') });
    }
  }

  async #encode(job: ExportJob): Promise<{ path: string; sizeBytes: number; warnings: string[] }> {
    const { material, options } = job;
    const folder = exportFolder(job.project);
    await mkdir(folder, { recursive: true });
    const made = madeFrames(material, options);
    return this.#media.encodeVideo({
      frames: material.frames(made, job.abort.signal),
      frameCount: made.frameCount,
      width: material.width,
      height: material.height,
      frameRate: options.framesPerSecond ?? material.framesPerSecond,
      format: options.format,
      quality: options.quality,
      outputWidth: options.width,
      outputHeight: options.height,
      sounds: options.sound ? material.sounds : [],
      out: await freeName(folder, options.fileName, exportFormats[options.format].extension),
      onProgress: (framesDone) => this.#tell(job, { step: Math.min(job.view.total, framesDone) }),
      signal: job.abort.signal,
    });
  }
}

/** How many frames an export has at its rate, and from one to the next of the material's own. */
function madeFrames(
  { framesPerSecond }: Pick<ExportMaterial, 'framesPerSecond'>,
  { inFrame, outFrame, framesPerSecond: wanted = framesPerSecond }: ExportOptions,
): { frameCount: number; step: number } {
  const step = framesPerSecond / wanted;
  return { frameCount: Math.max(1, Math.round((outFrame - inFrame) / step)), step };
}

/** A take's frames, cut out by the mask where alpha is wanted, with the sound of the clip that it is an edit of. */
function takeMaterial(
  project: OpenProject,
  media: MediaPort,
  take: TakeRecord,
  options: ExportOptions,
): ExportMaterial {
  const { assets } = project.store;
  const { drawingAssetId, source: origin, settings } = take.recipe;
  const { width, height, frameCount, framesPerSecond } = take.result;
  const source = project.store.find('source', origin.sourceId);
  const start = source ? origin.inFrame / source.framesPerSecond : 0;
  const hasSound = source?.hasAudio === true && settings.task === 'edit';
  const sound = { path: assets.pathOf(origin.assetId), startSeconds: start + options.inFrame / framesPerSecond };
  async function* frames(
    made: { frameCount: number; step: number },
    signal: AbortSignal,
  ): AsyncGenerator<RgbaPicture, void, undefined> {
    const pathOf = await takeFramePaths(assets, take);
    const drawingPath = options.alpha && drawingAssetId !== null ? assets.pathOf(drawingAssetId) : undefined;
    for (let index = 0; index < made.frameCount; index++) {
      const frame = Math.min(options.outFrame - 1, options.inFrame + Math.floor(index * made.step + 1e-6));
      if (signal.aborted) throw new CancelledError();
      const picture = await media.readPicture(pathOf(frame));
      if (picture.width !== width || picture.height !== height)
        throw new StudioError(
          'project-damaged',
          `${take.name} says it is ${width}×${height}; its frame ${frame + 1} is not.`,
          { hint: 'Make the take anew from its recipe.' },
        );
      if (drawingPath !== undefined) {
        const wanted = {
          drawingPath,
          startFrame: origin.inFrame,
          width,
          height,
          frameIndex: frame,
          picture: picture.data,
        };
        const coverage = await media.maskCoverage(wanted);
        for (let pixel = 0; pixel < coverage.length; pixel++) picture.data[pixel * 4 + 3] = coverage[pixel] ?? 0;
      }
      yield picture;
    }
  }
  return { frameCount, width, height, framesPerSecond, sounds: hasSound ? [sound] : [], frames };
}

/** The timeline as it is arranged, composed at the size asked for, with the sound of every clip where it lies. */
function timelineMaterial(project: OpenProject, media: MediaPort, options: ExportOptions): ExportMaterial {
  const { inFrame, outFrame, width, height } = options;
  const { framesPerSecond } = project.store.get('project', 'project');
  // As it is now: what is moved while the export waits or runs is not in it.
  const arranged = { tracks: [...project.store.all('track')], items: [...project.store.all('item')] };
  return {
    frameCount: timelineLength(arranged.items),
    ...{ width, height, framesPerSecond },
    sounds: timelineSounds(project, arranged, { inFrame, outFrame }),
    frames: (made, signal) => composedFrames(project, media, { ...arranged, ...made, inFrame, width, height, signal }),
  };
}

/** Where a project's exports lie. */
export function exportFolder(project: OpenProject): string {
  return join(project.store.folder, 'exports');
}

/** A path in `folder` that nothing has yet: the name itself, or with a number. */
export async function freeName(folder: string, name: string, extension: string): Promise<string> {
  for (let number = 1; ; number++) {
    const path = join(folder, `${name}${number === 1 ? '' : ` ${number}`}${extension}`);
    if ((await stat(path).catch(() => undefined)) === undefined) return path;
  }
}
