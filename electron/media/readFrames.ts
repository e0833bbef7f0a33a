import type { Readable } from 'node:stream';
import { StudioError } from '../../models/errors/studioError.ts';
import { type FfmpegCommand, readingCommand, watchForStall } from './ffmpeg/ffmpegCommand.ts';
import { mediaFailure } from './ffmpeg/ffmpegTools.ts';
import type { MediaFacts } from './mediaFacts.ts';
import { probeMedia } from './probeMedia.ts';
import { scaledPicture } from './stillPicture.ts';

/** How long the decoder may be silent while a frame is waited for. */
const stallMilliseconds = 20_000;

/** One decoded frame: 8-bit sRGB RGBA, row by row, not premultiplied. The array is the receiver's own. */
export interface Frame {
  index: number;
  /** Time of the frame from the start of the clip. */
  timeSeconds: number;
  width: number;
  height: number;
  data: Uint8Array;
}

/** How many frames a range of a clip holds: times snap to its frames. */
export function framesInRange(startSeconds: number, endSeconds: number, framesPerSecond: number): number {
  return Math.round(endSeconds * framesPerSecond) - Math.round(startSeconds * framesPerSecond);
}

/** Which frames to read, and at what size and rate. */
export interface ReadFramesOptions {
  /** From this time on, exact to the frame; absent: the start. */
  startSeconds?: number | undefined;
  /** Up to this time, exclusive; absent: the end. */
  endSeconds?: number | undefined;
  width?: number | undefined;
  height?: number | undefined;
  /** Frames per second to deliver; absent: the clip's own average. */
  framesPerSecond?: number | undefined;
  facts?: MediaFacts | undefined;
}

/**
 * Decodes a clip frame by frame: one frame in memory at a time, the decoder waits while the receiver works. Rotation flags are applied, a
 * variable rate is made constant at its average, 10-bit is brought to 8, alpha is kept. Stop iterating to stop the decoder.
 */
export async function* readFrames(
  path: string,
  options: ReadFramesOptions = {},
): AsyncGenerator<Frame, void, undefined> {
  const facts = options.facts ?? (await probeMedia(path));
  const width = options.width ?? facts.width;
  const height = options.height ?? facts.height;
  const rate = options.framesPerSecond ?? facts.framesPerSecond;
  const isClip = facts.kind === 'clip';
  // Times snap to the clip's own frames; seeking a quarter of a frame early makes rounding of timestamps harmless.
  const firstFrame = Math.round(Math.max(0, options.startSeconds ?? 0) * facts.framesPerSecond);
  const start = isClip ? firstFrame / facts.framesPerSecond : 0;
  const wanted =
    options.endSeconds === undefined ? undefined : Math.max(1, framesInRange(start, options.endSeconds, rate));

  const still = isClip ? undefined : await scaledPicture(path, width, height);
  if (still) {
    yield { index: 0, timeSeconds: 0, width, height, data: still };
    return;
  }
  const command = (await readingCommand(path, vp9AlphaDecoder(facts))).noAudio();
  if (isClip && start > 0) command.seekInput(Math.max(0, start - 0.25 / facts.framesPerSecond));
  if (isClip && wanted !== undefined) command.outputOptions(['-frames:v', String(wanted)]);
  const filters = [
    ...(isClip ? [`fps=${options.framesPerSecond === undefined ? facts.frameRate : rate}`] : []),
    `scale=${width}:${height}:flags=${width === facts.width && height === facts.height ? 'bicubic' : 'area'}+accurate_rnd+full_chroma_int+full_chroma_inp${
      facts.colourMatrix === 'rgb' ? '' : `:in_color_matrix=${facts.colourMatrix}`
    }`,
    'format=rgba',
  ];
  command.videoFilters(filters).outputOptions(['-map', '0:V:0', '-sn', '-dn']).format('rawvideo');

  const frameBytes = width * height * 4;
  let count = 0;
  const firstIndex = isClip ? Math.round(start * rate) : 0;
  for await (const data of frameChunks(path, command, frameBytes)) {
    yield { index: firstIndex + count, timeSeconds: isClip ? (firstIndex + count) / rate : 0, width, height, data };
    count += 1;
    if (!isClip) break;
  }
  if (count === 0) {
    throw new StudioError(
      'media-empty',
      `${path} has no frame between ${start.toFixed(2)} s and ${(options.endSeconds ?? facts.durationSeconds).toFixed(2)} s.`,
      {
        hint: 'Choose a range inside the clip.',
      },
    );
  }
}

/** ffmpeg's own VP8 and VP9 decoders drop alpha; the library's keep it. */
function vp9AlphaDecoder(facts: MediaFacts): string[] {
  if (!facts.hasAlpha || !/^vp[89]$/.test(facts.codec)) return [];
  return ['-c:v', facts.codec === 'vp9' ? 'libvpx-vp9' : 'libvpx'];
}

/** Runs a command into a pipe and cuts its output into pieces of `bytes`; kills it when the receiver stops. */
async function* frameChunks(
  path: string,
  command: FfmpegCommand,
  bytes: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let failure: unknown;
  let stopped = false;
  let stderr = '';
  command.on('stderr', (line: string) => {
    stderr = `${stderr}${line}\n`.slice(-4000);
  });
  command.on('error', (error: unknown) => {
    failure = error;
    stream.destroy();
  });
  const stream = command.pipe() as unknown as Readable;
  const watch = watchForStall(command, path, stallMilliseconds);
  let piece = new Uint8Array(bytes);
  let filled = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      watch.stirred();
      let offset = 0;
      while (offset < chunk.length) {
        const take = Math.min(bytes - filled, chunk.length - offset);
        piece.set(chunk.subarray(offset, offset + take), filled);
        filled += take;
        offset += take;
        if (filled === bytes) {
          watch.paused();
          yield piece;
          watch.stirred();
          piece = new Uint8Array(bytes);
          filled = 0;
        }
      }
    }
  } catch (cause) {
    failure ??= cause;
  } finally {
    watch.done();
    stopped = true;
    command.kill('SIGKILL');
  }
  if (watch.failure) throw watch.failure;
  if (failure && stopped) {
    throw mediaFailure(
      path,
      new Error(`${failure instanceof Error ? failure.message : String(failure)}\n${stderr}`),
      'read',
    );
  }
}
