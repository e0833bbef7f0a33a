import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StudioError } from '../../../models/errors/studioError.ts';
import { type Progress, progressOf } from '../../../models/progress/progress.ts';
import type { ExportFormat } from '../../contract/exportFormats.ts';
import { EngineHost } from '../../engine/engineHost.ts';
import type { EngineJob, SourceInput, TakeResult } from '../../engine/engineProtocol.ts';
import { jobResult } from '../../engine/jobResult.ts';
import { type EncodedVideo, encodeVideo } from '../../media/encodeVideo.ts';
import type { ExportQuality } from '../../media/encodings.ts';
import { probeMedia } from '../../media/probeMedia.ts';
import { cacheRoot } from '../../services/studioPlaces.ts';
import type { Console } from '../console.ts';
import { byteCount, duration } from '../console.ts';
import { ComingFrames } from './comingFrames.ts';
import { interruptible } from './interruptible.ts';
import type { VideoWriter } from './spliceIntoClip.ts';

/** One run from the command line: the job and what to write from it. */
export interface TakeRun {
  job: EngineJob;
  /** A folder to work in and keep; absent: a temporary one. */
  jobFolder?: string | undefined;
  out: string;
  format: ExportFormat;
  quality: ExportQuality;
  /** The clip whose sound goes along, from the first frame in use. */
  soundOf?: SourceInput | undefined;
  /** Writes something else than the take's own frames, such as the whole clip around them. */
  writeVideo?: VideoWriter;
}

/** What a run made. */
export interface TakeOutcome {
  result: TakeResult;
  path: string;
  sizeBytes: number;
}

/**
 * Runs a job in the engine and writes its video. Interrupting (Ctrl-C) cancels within one step and throws CancelledError; nothing
 * half-written is left, except the state in a job folder that the user asked to keep.
 */
export function runTake(run: TakeRun, console: Console): Promise<TakeOutcome> {
  return interruptible((signal) => runUntil(signal, run, console));
}

async function runUntil(signal: AbortSignal, run: TakeRun, console: Console): Promise<TakeOutcome> {
  const folder = run.jobFolder ?? (await mkdtemp(join(tmpdir(), 'magdiff-')));
  const host = new EngineHost({ cacheFolder: cacheRoot() });
  const job = { ...run.job, folder };
  try {
    const estimate = await host.estimate(job);
    const { drawn, finished } = estimate;
    const enlarged = finished.width > drawn.width ? ' What is made is enlarged, what is kept is not.' : '';
    console.note(
      'estimate',
      `About ${duration(estimate.seconds)} and ${byteCount(estimate.memoryBytes)} of memory. The model draws at ${drawn.width}×${drawn.height}.${enlarged}`,
    );
    if (estimate.advice) {
      throw new StudioError(
        'out-of-memory',
        `This take needs about ${byteCount(estimate.memoryBytes)} of memory; ${byteCount(estimate.availableBytes)} are free.`,
        {
          hint: estimate.advice,
        },
      );
    }
    return await makeAndWrite(host, { ...run, job }, signal, console);
  } finally {
    await host.close();
    if (run.jobFolder === undefined) await rm(folder, { recursive: true, force: true });
  }
}

/** Makes the take and writes its video, whose encoder takes each frame as soon as it lies in the job's folder. */
async function makeAndWrite(
  host: EngineHost,
  run: TakeRun,
  signal: AbortSignal,
  console: Console,
): Promise<TakeOutcome> {
  const coming = new ComingFrames();
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  let written = progressOf('writing');
  let writing: Promise<EncodedVideo> | undefined;
  let failure: { cause: unknown } | undefined;
  const write = (frames: Frames): Promise<EncodedVideo> => {
    if (writing) return writing;
    const begun = writeVideo(run, frames, coming, either, (progress) => {
      written = progress;
    });
    // Without a video there is no sense in the rest of the take.
    begun.catch((cause: unknown) => {
      failure ??= { cause };
      stop.abort();
    });
    writing = begun;
    return begun;
  };
  try {
    const result = await jobResult(host, run.job, either, (news) => {
      if (news.type === 'warning') return console.note('warning', news.message);
      console.progress(news.progress);
      if (news.progress.state === 'loading') coming.begun();
      if (!news.frames) return;
      coming.heard(news.frames);
      write(news.frames);
    });
    coming.finished(result);
    const encoded = await toldMeanwhile(write(result), () => console.progress(written));
    for (const warning of encoded.warnings) console.note('warning', warning);
    return { result, path: encoded.path, sizeBytes: encoded.sizeBytes };
  } catch (cause) {
    coming.failed(cause);
    const wasFirst = failure ?? { cause };
    await writing?.catch(() => undefined);
    throw wasFirst.cause;
  }
}

/** How often it is said how much is written: an encoder says nothing while it empties what it holds back. */
const tellingMilliseconds = 500;

async function toldMeanwhile<Result>(work: Promise<Result>, tell: () => void): Promise<Result> {
  tell();
  const telling = setInterval(tell, tellingMilliseconds);
  try {
    return await work;
  } finally {
    clearInterval(telling);
    tell();
  }
}

/** What of a take's frames is known before they are made. */
type Frames = Pick<TakeResult, 'frameCount' | 'width' | 'height' | 'frameRate'>;

async function writeVideo(
  { writeVideo: put, soundOf, format, quality, out }: TakeRun,
  { frameCount, width, height, frameRate }: Frames,
  coming: ComingFrames,
  signal: AbortSignal,
  tell: (progress: Progress) => void,
): Promise<EncodedVideo> {
  const video = (await put?.({ frameCount }, () => coming.read())) ?? {
    frames: coming.read(),
    frameCount,
    sounds: soundOf ? [await soundFrom(soundOf)] : [],
  };
  const onProgress = (step: number): void => tell(progressOf('writing', { step, total: video.frameCount }));
  return encodeVideo({ ...video, width, height, frameRate, format, quality, out, signal, onProgress });
}

async function soundFrom({ path, inFrame }: SourceInput): Promise<{ path: string; startSeconds: number }> {
  return { path, startSeconds: inFrame / (await probeMedia(path)).framesPerSecond };
}
