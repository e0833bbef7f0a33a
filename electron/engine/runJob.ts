import { createHash } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CancelledError } from '../../models/errors/studioError.ts';
import { translateWriteError } from '../../models/files/atomicFile.ts';
import type { Remember } from '../../models/memory/memory.ts';
import type { Model } from '../../models/model/model.ts';
import { createPreviewer, type Previewer } from '../../models/pipeline/decoding/previews.ts';
import { editVideo } from '../../models/pipeline/editVideo.ts';
import { generateVideo } from '../../models/pipeline/generateVideo.ts';
import type { Picture } from '../../models/pipeline/subject/picture.ts';
import type { RunContext, StepEstimate, TakeEvent } from '../../models/pipeline/takeEvents.ts';
import { type Progress, progressOf } from '../../models/progress/progress.ts';
import { folderRunStore } from '../../models/weights/runStore.ts';
import { encodePng, encodeSpriteSheet } from '../media/readPicture.ts';
import type { EngineEvent, EngineJob, EnginePreview, TakeResult } from './engineProtocol.ts';
import { frameFileOf } from './frameFiles.ts';
import { inputsKeyOf, openClip, readGenerateInputs } from './jobInputs.ts';
import { Pending } from './pending.ts';
import { StageClock } from './stageClock.ts';

/** What a job runs with. */
export interface JobSurroundings {
  model: Model;
  signal: AbortSignal;
  emit: (event: EngineEvent) => void;
  decoderMemoryBytes?: number | undefined;
  /** What earlier jobs with the same model left encoded. */
  remember: Remember;
}

/** What a kind of job gives the common loop. */
interface PreparedJob {
  events: AsyncGenerator<TakeEvent, void, undefined>;
  totalFrames: number;
  framesPerSecond: number;
  frameRate: string;
}

/**
 * Runs a job to its end: sampling with a saved state every step, previews, then frames as lossless pictures in the job's folder.
 * Throws StudioErrors and, when cancelled, CancelledError; what was saved stays for a resumed run.
 */
export async function runJob(job: EngineJob, surroundings: JobSurroundings): Promise<TakeResult> {
  const started = performance.now();
  const { model, signal, emit } = surroundings;
  const store = folderRunStore(job.folder);
  const framesFolder = join(job.folder, 'frames');
  await freshFolder(framesFolder);
  const clock = new StageClock();
  const tell = (progress: Progress): void => emit({ type: 'progress', progress: clock.timed(progress) });
  const prepared = await prepare(job, surroundings, tell);

  const hash = createHash('sha256');
  const writing = new Pending(framesWrittenAtOnce);
  let size = { width: 0, height: 0 };
  let previewer: Previewer | undefined;
  for await (const event of prepared.events) {
    // Lets a cancellation that waits in the process's queue be heard before the next step begins.
    await new Promise((resolve) => setImmediate(resolve));
    if (signal.aborted) throw new CancelledError();
    if (event.kind === 'warning') {
      emit({ type: 'warning', message: event.message });
      continue;
    }
    const { progress, estimate, picture } = event;
    let preview: EnginePreview | undefined;
    if (estimate && job.previews) {
      previewer ??= await createPreviewer(model, estimate);
      preview = await spriteSheet(previewer, estimate);
    }
    if (picture) {
      size = { width: picture.width, height: picture.height };
      hash.update(picture.data);
      await writing.add(() => writeFrame(framesFolder, progress.step - 1, picture));
    }
    emit({ type: 'progress', progress: clock.timed(progress), preview });
  }
  await writing.end();
  for (const message of model.warnings.splice(0)) emit({ type: 'warning', message });
  await store.remove('state');
  return {
    framesFolder,
    frameCount: prepared.totalFrames,
    ...size,
    framesPerSecond: prepared.framesPerSecond,
    frameRate: prepared.frameRate,
    framesSha256: hash.digest('hex'),
    latentsPath: join(job.folder, 'latents.safetensors'),
    modelName: model.description.name,
    modelHash: await model.modelHash(),
    provider: model.provider,
    seconds: (performance.now() - started) / 1000,
  };
}

/** Frames that are packed and written while the next are made. */
const framesWrittenAtOnce = 3;

async function writeFrame(folder: string, frame: number, { width, height, data }: Picture): Promise<void> {
  const png = await encodePng({ width, height, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) });
  await writeFile(frameFileOf(folder, frame), png).catch((cause: unknown) => {
    throw translateWriteError(cause, folder);
  });
}

async function freshFolder(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
  } catch (cause) {
    throw translateWriteError(cause, folder);
  }
}

async function prepare(
  job: EngineJob,
  { model, signal, emit, decoderMemoryBytes, remember }: JobSurroundings,
  tell: RunContext['tell'],
): Promise<PreparedJob> {
  const store = folderRunStore(job.folder);
  const context: RunContext = { store, signal, decoderMemoryBytes, remember, tell, decodeOnly: job.decodeOnly };
  emit({ type: 'progress', progress: progressOf('loading', { note: job.source.media }) });
  const { settings: parameters } = job;
  const inputsKey = await inputsKeyOf(job);
  if (parameters.task === 'edit') {
    const { clip, facts } = await remember(inputsKey, () => openClip(job));
    const { framesPerSecond, frameRate } = facts;
    const events = editVideo(model, { clip, parameters, inputsKey }, context);
    return { events, totalFrames: clip.frames, framesPerSecond, frameRate };
  }
  const framesPerSecond = parameters.framesPerSecond ?? model.description.framesPerSecond;
  const { picture, mask } = await remember(inputsKey, () => readGenerateInputs(job));
  const events = generateVideo(model, { picture, mask, parameters, inputsKey }, context);
  return { events, totalFrames: parameters.frames, framesPerSecond, frameRate: String(framesPerSecond) };
}

/** Frames of a preview: of longer clips some are left out evenly, for every one is decoded at every step. */
const previewFrames = 16;

async function spriteSheet(previewer: Previewer, { denoised, window }: StepEstimate): Promise<EnginePreview> {
  const count = Math.min(previewFrames, window.frames);
  const shown = Array.from({ length: count }, (_, index) => Math.floor((index * window.frames) / count));
  const pictures = await previewer(denoised, window.frames, shown);
  return { ...(await encodeSpriteSheet(pictures, 8)), firstFrame: window.start };
}
