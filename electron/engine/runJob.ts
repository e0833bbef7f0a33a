import { join } from 'node:path';
import { CancelledError } from '../../models/errors/studioError.ts';
import type { Remember } from '../../models/memory/memory.ts';
import type { Model } from '../../models/model/model.ts';
import { createPreviewer, type Previewer } from '../../models/pipeline/decoding/previews.ts';
import { editVideo } from '../../models/pipeline/editVideo.ts';
import { generateVideo } from '../../models/pipeline/generateVideo.ts';
import type { RunContext, StepEstimate, TakeEvent } from '../../models/pipeline/takeEvents.ts';
import { type Progress, progressOf } from '../../models/progress/progress.ts';
import { folderRunStore } from '../../models/weights/runStore.ts';
import { encodeSpriteSheet } from '../media/readPicture.ts';
import type { EngineEvent, EngineJob, EnginePreview, TakeResult, WrittenFrames } from './engineProtocol.ts';
import { TakeFrames } from './frames/takeFrames.ts';
import { inputsKeyOf, openClip, readGenerateInputs } from './jobInputs.ts';
import type { DrawnSize } from './live/liveSize.ts';
import type { StageClock } from './pace/stageClock.ts';
import { Teller } from './pace/teller.ts';
import { prepareRetake } from './retakeInputs.ts';

/** What a job runs with. */
export interface JobSurroundings {
  model: Model;
  signal: AbortSignal;
  emit: (event: EngineEvent) => void;
  /** Times its stages. */
  clock: StageClock;
  decoderMemoryBytes?: number | undefined;
  /** What a live preview is drawn at, where that is less than was asked for. */
  reduced?: DrawnSize | undefined;
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
  const { model, signal, emit, clock } = surroundings;
  const store = folderRunStore(job.folder);
  const frames = await TakeFrames.into(join(job.folder, 'frames'));
  const teller = new Teller((progress) => emit({ type: 'progress', progress }));
  const tell = (progress: Progress): void => teller.tell(clock.timed(progress));
  model.onWork = () => teller.stir();
  const prepared = await prepare(job, surroundings, tell);

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
      preview = { ...(await spriteSheet(previewer, estimate)), reduced: surroundings.reduced };
    }
    if (picture) {
      await keepUpTo(frames, job, job.retake?.firstFrame ?? 0, { signal, tell });
      await frames.add(picture);
    }
    const timed = clock.timed(progress);
    teller.told(timed);
    emit({ type: 'progress', progress: timed, preview, frames: writtenOf(frames, prepared) });
  }
  await keepUpTo(frames, job, prepared.totalFrames, { signal, tell });
  for (const message of model.warnings.splice(0)) emit({ type: 'warning', message });
  await store.remove('state');
  return {
    framesFolder: frames.folder,
    frameCount: prepared.totalFrames,
    ...(await frames.end()),
    framesPerSecond: prepared.framesPerSecond,
    frameRate: prepared.frameRate,
    latentsPath: join(job.folder, 'latents.safetensors'),
    modelName: model.description.name,
    modelHash: await model.modelHash(),
    provider: model.provider,
    seconds: (performance.now() - started) / 1000,
  };
}

/** What lies in a job's folder of its frames; undefined before there is one. */
function writtenOf({ folder, written }: TakeFrames, prepared: PreparedJob): WrittenFrames | undefined {
  const { count, ...size } = written;
  if (count === 0) return undefined;
  const { totalFrames: frameCount, frameRate } = prepared;
  return { framesFolder: folder, written: count, frameCount, frameRate, ...size };
}

/** Frames of the take that a retake leaves alone, up to a frame of it. */
async function keepUpTo(
  frames: TakeFrames,
  { retake }: EngineJob,
  end: number,
  { signal, tell }: { signal: AbortSignal; tell: (progress: Progress) => void },
): Promise<void> {
  while (retake && frames.count < end) {
    if (signal.aborted) throw new CancelledError();
    await frames.keep(retake.framePaths[frames.count] ?? '');
    tell(progressOf('writing', { step: frames.count, total: retake.framePaths.length }));
  }
}

async function prepare(
  asked: EngineJob,
  { model, signal, decoderMemoryBytes, remember }: JobSurroundings,
  tell: (progress: Progress) => void,
): Promise<PreparedJob> {
  const store = folderRunStore(asked.folder);
  const context: RunContext = { store, signal, decoderMemoryBytes, remember, tell, decodeOnly: asked.decodeOnly };
  tell(progressOf('loading', { note: asked.source.media }));
  const prepared = asked.retake && (await prepareRetake(asked, asked.retake, model));
  const { job, retake } = prepared ?? { job: asked, retake: undefined };
  const kept = asked.retake?.framePaths.length;
  const { settings: parameters } = job;
  const inputsKey = await inputsKeyOf(job);
  if (parameters.task === 'edit') {
    const { clip, facts } = await remember(inputsKey, () => openClip(job));
    const { framesPerSecond, frameRate } = facts;
    const events = editVideo(model, { clip, parameters, inputsKey, retake }, context);
    return { events, totalFrames: kept ?? clip.frames, framesPerSecond, frameRate };
  }
  const framesPerSecond = parameters.framesPerSecond ?? model.description.framesPerSecond;
  const { picture, mask } = await remember(inputsKey, () => readGenerateInputs(job));
  const events = generateVideo(model, { picture, mask, parameters, inputsKey, retake }, context);
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
