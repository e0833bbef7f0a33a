import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { Readable } from 'node:stream';
import { CancelledError, StudioError } from '../../models/errors/studioError.ts';
import { type ExportFormat, exportFormats } from '../contract/exportFormats.ts';
import { type ExportQuality, encodings } from './encodings.ts';
import { addInput, type FfmpegCommand, feedingCommand, watchForStall } from './ffmpeg/ffmpegCommand.ts';
import { inputName } from './ffmpeg/ffmpegInput.ts';
import { ffmpegTools, mediaFailure } from './ffmpeg/ffmpegTools.ts';
import { heardPieces, inputOptionsOf, laidTogether, type SoundPiece } from './soundMix.ts';

/** One video to write. */
export interface EncodeVideoOptions {
  /** RGBA frames of `width` × `height`, in order; pulled as the encoder takes them. */
  frames: AsyncIterable<{ data: Uint8Array | Uint8ClampedArray }>;
  frameCount: number;
  width: number;
  height: number;
  /** A number or an exact fraction such as `30000/1001`. */
  frameRate: number | string;
  format: ExportFormat;
  quality: ExportQuality;
  /** Size to scale to; absent: the frames' own. */
  outputWidth?: number | undefined;
  outputHeight?: number | undefined;
  /** Sounds laid together; files without sound are no error. */
  sounds?: readonly SoundPiece[] | undefined;
  /** The file to write (a folder for a PNG sequence). Written beside and renamed: never half there. */
  out: string;
  onProgress?: ((framesDone: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** What was written. */
export interface EncodedVideo {
  path: string;
  sizeBytes: number;
  warnings: string[];
}

/**
 * Encodes frames with their colours right: BT.709 in limited range, tagged as such, for every YUV format. Throws a StudioError naming
 * the file; nothing is left behind then or when cancelled.
 */
export async function encodeVideo(options: EncodeVideoOptions): Promise<EncodedVideo> {
  const tools = await ffmpegTools();
  const { extension, sound } = exportFormats[options.format];
  const encoding = encodings[options.format];
  const width = options.outputWidth ?? options.width;
  const height = options.outputHeight ?? options.height;
  const usable = encoding.encoders.filter(({ name }) => tools.encoders.has(name));
  const encoder = usable.find(({ smallestSide = 1 }) => Math.min(width, height) >= smallestSide)?.name;
  if (!encoder) {
    const names = encoding.encoders.map(({ name }) => name).join(' or ');
    throw new StudioError(
      'tool-missing',
      `This ffmpeg (${tools.version}) has no encoder for ${options.format} at ${width}×${height}.`,
      { hint: `Choose another format, or install an ffmpeg with ${names}.` },
    );
  }
  const isSequence = options.format === 'png-sequence';
  const target = !isSequence && extname(options.out) === '' ? `${options.out}${extension}` : options.out;
  const temporary = join(dirname(target), `.${basename(target)}.part${extension}`);
  await makeFolder(isSequence ? temporary : dirname(target), target);

  const warnings: string[] = [];
  const isSubsampled = /420p$/.test(encoding.pixelFormat);
  const isOdd = width % 2 === 1 || height % 2 === 1;
  const pixelFormat = isSubsampled && isOdd ? encoding.pixelFormat.replace('420', '444') : encoding.pixelFormat;
  if (pixelFormat !== encoding.pixelFormat) {
    warnings.push(
      `${width}×${height} has an odd side, so colour is kept at full resolution (4:4:4); some players want even sizes.`,
    );
  }

  const input = Readable.from(frameBytes(options), { objectMode: true, highWaterMark: 2 });
  const command = (await feedingCommand(input))
    .inputFormat('rawvideo')
    .inputOptions([
      '-pix_fmt',
      'rgba',
      '-s',
      `${options.width}x${options.height}`,
      '-framerate',
      String(options.frameRate),
    ]);
  const heard = sound ? await heardPieces(options.sounds ?? []) : [];
  for (const piece of heard) addInput(command, piece.path, inputOptionsOf(piece));
  const scale = `scale=${width}:${height}:flags=lanczos+accurate_rnd+full_chroma_int+full_chroma_inp`;
  const outputs = ['-map_metadata', '-1', '-fflags', '+bitexact'];
  if (options.format === 'gif') {
    command.complexFilter(
      `[0:v]${scale},split[a][b];[a]palettegen=stats_mode=full[p];[b][p]paletteuse=dither=sierra2_4a[v]`,
    );
    outputs.push('-map', '[v]');
  } else if (isSequence) {
    command.videoFilters([scale, 'format=rgba']);
    outputs.push('-map', '0:v:0', '-start_number', '0');
  } else {
    command.videoFilters([`${scale}:out_color_matrix=bt709:out_range=tv`, `format=${pixelFormat}`]);
    outputs.push(
      '-map',
      '0:v:0',
      '-color_range',
      'tv',
      '-colorspace',
      'bt709',
      '-color_primaries',
      'bt709',
      '-color_trc',
      'bt709',
    );
    if (heard.length > 0) {
      const seconds = options.frameCount / rateNumber(options.frameRate);
      command.complexFilter(laidTogether(heard));
      outputs.push(
        '-map',
        '[sound]',
        '-c:a',
        extension === '.webm' ? 'libopus' : 'aac',
        '-b:a',
        '192k',
        '-t',
        String(seconds),
      );
    }
  }
  command.outputOptions([
    ...outputs,
    '-c:v',
    encoder,
    ...(isSequence || options.format === 'gif' ? [] : ['-pix_fmt', pixelFormat]),
    ...encoding.options(options.quality, encoder),
  ]);
  command.on('progress', ({ frames }) => options.onProgress?.(Math.min(frames, options.frameCount)));
  try {
    // A percent sign in the folder's name is a sign, not a number's place.
    const file = isSequence ? join(inputName(temporary).replaceAll('%', '%%'), '%05d.png') : inputName(temporary);
    await run(command, file, target, options.signal, input);
    if (isSequence) await rm(target, { recursive: true, force: true });
    await rename(temporary, target);
  } catch (cause) {
    await rm(temporary, { recursive: true, force: true });
    throw cause;
  }
  options.onProgress?.(options.frameCount);
  return { path: target, sizeBytes: (await stat(target)).size, warnings };
}

/** How long an encoder may go without a word. The slowest takes minutes for its first frames. */
const stallMilliseconds = 600_000;

async function makeFolder(folder: string, target: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (cause) {
    throw new StudioError('file-unwritable', `${target} cannot be written: its folder cannot be made.`, {
      hint: 'Choose a folder you may write to.',
      cause,
    });
  }
}

async function* frameBytes(options: EncodeVideoOptions): AsyncGenerator<Buffer, void, undefined> {
  const expected = options.width * options.height * 4;
  for await (const { data } of options.frames) {
    if (data.length !== expected) throw new Error(`a frame holds ${data.length} bytes, ${expected} were expected`);
    yield Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  }
}

function rateNumber(rate: number | string): number {
  const [over, under = '1'] = String(rate).split('/');
  return Number(over) / Number(under);
}

function run(
  command: FfmpegCommand,
  file: string,
  target: string,
  signal: AbortSignal | undefined,
  input: Readable,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let stderr = '';
    let inputFailure: unknown;
    const watch = watchForStall(command, target, stallMilliseconds);
    const cancel = () => command.kill('SIGKILL');
    if (signal?.aborted) {
      watch.done();
      reject(new CancelledError());
      return;
    }
    signal?.addEventListener('abort', cancel, { once: true });
    input.on('error', (error) => {
      inputFailure = error;
      command.kill('SIGKILL');
    });
    command.on('progress', () => watch.stirred());
    command.on('stderr', (line: string) => {
      stderr = `${stderr}${line}\n`.slice(-4000);
    });
    command.on('end', () => {
      watch.done();
      signal?.removeEventListener('abort', cancel);
      resolve();
    });
    command.on('error', (error: Error) => {
      watch.done();
      signal?.removeEventListener('abort', cancel);
      if (signal?.aborted) reject(new CancelledError());
      else if (watch.failure) reject(watch.failure);
      else if (inputFailure) reject(inputFailure);
      else reject(mediaFailure(target, new Error(`${error.message}\n${stderr}`), 'written'));
    });
    command.save(file);
  });
}
