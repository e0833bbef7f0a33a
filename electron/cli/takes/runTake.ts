import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StudioError } from '../../../models/errors/studioError.ts';
import { progressOf } from '../../../models/progress/progress.ts';
import type { ExportFormat } from '../../contract/exportFormats.ts';
import { EngineHost } from '../../engine/engineHost.ts';
import type { EngineJob, SourceInput, TakeResult } from '../../engine/engineProtocol.ts';
import { frameFileOf } from '../../engine/frameFiles.ts';
import { jobResult } from '../../engine/jobResult.ts';
import { encodeVideo } from '../../media/encodeVideo.ts';
import type { ExportQuality } from '../../media/encodings.ts';
import { probeMedia } from '../../media/probeMedia.ts';
import { readPicture } from '../../media/readPicture.ts';
import { cacheRoot } from '../../services/studioPlaces.ts';
import type { Console } from '../console.ts';
import { byteCount, duration } from '../console.ts';
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
    const result = await jobResult(host, job, signal, (news) => {
      if (news.type === 'progress') console.progress(news.progress);
      else console.note('warning', news.message);
    });
    const frames = async function* () {
      // While the encoder takes one frame the next is read.
      const read = (index: number) => {
        const reading = readPicture(frameFileOf(result.framesFolder, index));
        reading.catch(() => undefined);
        return reading;
      };
      let next = read(0);
      for (let index = 1; index <= result.frameCount; index++) {
        const frame = await next;
        if (index < result.frameCount) next = read(index);
        yield frame;
      }
    };
    const video = (await run.writeVideo?.(result, frames)) ?? {
      frames: frames(),
      frameCount: result.frameCount,
      sounds: run.soundOf ? [await soundFrom(run.soundOf)] : [],
    };
    const encoded = await encodeVideo({
      ...result,
      ...video,
      format: run.format,
      quality: run.quality,
      out: run.out,
      signal,
      onProgress: (step) => console.progress(progressOf('writing', { step, total: video.frameCount })),
    });
    for (const warning of encoded.warnings) console.note('warning', warning);
    return { result, path: encoded.path, sizeBytes: encoded.sizeBytes };
  } finally {
    await host.close();
    if (run.jobFolder === undefined) await rm(folder, { recursive: true, force: true });
  }
}

async function soundFrom({ path, inFrame }: SourceInput): Promise<{ path: string; startSeconds: number }> {
  return { path, startSeconds: inFrame / (await probeMedia(path)).framesPerSecond };
}
