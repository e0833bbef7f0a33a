import { mkdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { CancelledError, StudioError } from '../../../models/errors/studioError.ts';
import { parseBoundedJson } from '../../../models/files/boundedJson.ts';
import { errorOnWire } from '../../contract/errorOnWire.ts';
import { exportFormats } from '../../contract/exportFormats.ts';
import { type ExportOptions, frameList, type JobView } from '../../contract/jobs.ts';
import { newId } from '../../contract/newId.ts';
import type { TakeRecord } from '../../contract/records.ts';
import type { EventBus } from '../eventBus.ts';
import type { MediaPort, RgbaPicture } from '../media/mediaPort.ts';
import type { OpenProject } from '../projects/openProject.ts';
import { type Job, type JobList, newJobView } from './jobList.ts';

/** An export under way, or done. */
interface ExportJob extends Job {
  readonly take: TakeRecord;
  readonly options: ExportOptions;
  view: JobView;
  abort: AbortController;
}

/** Writes takes out as files, into the project's `exports` folder, one after the other beside the engine's own queue. */
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

  /** Queues an export; returns its job's id. */
  start(project: OpenProject, takeId: string, options: ExportOptions): string {
    const take = project.store.get('take', takeId);
    if (options.outFrame <= options.inFrame || options.outFrame > take.result.frameCount)
      throw new StudioError(
        'request-invalid',
        `The range ${options.inFrame + 1} to ${options.outFrame} lies outside the take’s ${take.result.frameCount} frames.`,
      );
    const view = newJobView({
      id: newId('export'),
      projectId: project.id,
      kind: 'export',
      label: `${options.fileName}${exportFormats[options.format].extension}`,
      createdAt: new Date().toISOString(),
      total: options.outFrame - options.inFrame,
      takeId,
    });
    const job: ExportJob = {
      ...{ project, take, options, view, abort: new AbortController() },
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
      else {
        const failure =
          error instanceof StudioError
            ? error
            : new StudioError('internal', `The export failed: ${String(error)}.`, { cause: error });
        this.#tell(job, { state: 'failed', error: errorOnWire.parse(failure.toJSON()) });
      }
    }
  }

  /** The wanted frames, cut out by the mask where alpha is wanted. */
  async *#frames(job: ExportJob): AsyncGenerator<RgbaPicture, void, undefined> {
    const { assets } = job.project.store;
    const { take, options } = job;
    const list = frameList.parse(
      parseBoundedJson((await assets.read(take.result.framesAssetId)).toString('utf8'), take.name),
    );
    const { drawingAssetId, source } = take.recipe;
    const drawingPath = options.alpha && drawingAssetId !== null ? assets.pathOf(drawingAssetId) : undefined;
    const { width, height } = take.result;
    for (let frame = options.inFrame; frame < options.outFrame; frame++) {
      if (job.abort.signal.aborted) throw new CancelledError();
      const picture = await this.#media.readPicture(assets.pathOf(list[frame] ?? ''));
      if (picture.width !== width || picture.height !== height)
        throw new StudioError(
          'project-damaged',
          `${take.name} says it is ${width}×${height}; its frame ${frame + 1} is not.`,
          {
            hint: 'Make the take anew from its recipe.',
          },
        );
      if (drawingPath !== undefined) {
        const wanted = { drawingPath, startFrame: source.inFrame, width, height, frameIndex: frame };
        const coverage = await this.#media.maskCoverage(wanted);
        for (let pixel = 0; pixel < coverage.length; pixel++) picture.data[pixel * 4 + 3] = coverage[pixel] ?? 0;
      }
      yield picture;
    }
  }

  async #encode(job: ExportJob): Promise<{ path: string; sizeBytes: number; warnings: string[] }> {
    const { options, take } = job;
    const folder = exportFolder(job.project);
    await mkdir(folder, { recursive: true });
    const out = await freeName(folder, options.fileName, exportFormats[options.format].extension);
    const source = job.project.store.find('source', take.recipe.source.sourceId);
    const rate = take.result.framesPerSecond;
    const start = source ? take.recipe.source.inFrame / source.framesPerSecond : 0;
    const withSound = options.sound && source?.hasAudio === true && take.recipe.settings.task === 'edit';
    const path = job.project.store.assets.pathOf(take.recipe.source.assetId);
    return this.#media.encodeVideo({
      frames: this.#frames(job),
      frameCount: options.outFrame - options.inFrame,
      width: take.result.width,
      height: take.result.height,
      frameRate: rate,
      format: options.format,
      quality: options.quality,
      outputWidth: options.width,
      outputHeight: options.height,
      ...(withSound ? { sound: { path, startSeconds: start + options.inFrame / rate } } : {}),
      out,
      onProgress: (framesDone) => this.#tell(job, { step: Math.min(job.view.total, framesDone) }),
      signal: job.abort.signal,
    });
  }
}

/** Where a project's exports lie. */
export function exportFolder(project: OpenProject): string {
  return join(project.store.folder, 'exports');
}

/** A path in `folder` that nothing has yet: the name itself, or with a number. */
async function freeName(folder: string, name: string, extension: string): Promise<string> {
  for (let number = 1; ; number++) {
    const path = join(folder, `${name}${number === 1 ? '' : ` ${number}`}${extension}`);
    if ((await stat(path).catch(() => undefined)) === undefined) return path;
  }
}
