import type { Readable } from 'node:stream';
import { readingCommand, watchForStall } from './ffmpeg/ffmpegCommand.ts';
import { mediaFailure } from './ffmpeg/ffmpegTools.ts';
import { soundFacts } from './soundFacts.ts';

/** How long the decoder may be silent. */
const stallMilliseconds = 20_000;

/**
 * Peaks of a file's first audio track, 0 to 1, `peaksPerSecond` of them a second; empty when there is no sound. Decodes at 8 kHz mono
 * in a stream: an hour of sound needs no more memory than its peaks.
 */
export async function readWaveform(path: string, peaksPerSecond = 50): Promise<Float32Array> {
  if (!(await soundFacts(path))) return new Float32Array(0);
  const samplesPerPeak = Math.max(1, Math.round(8000 / peaksPerSecond));
  const command = (await readingCommand(path))
    .noVideo()
    .outputOptions(['-map', '0:a:0', '-ac', '1', '-ar', '8000'])
    .format('s16le');
  let failure: unknown;
  command.on('error', (error: unknown) => {
    failure = error;
  });
  const stream = command.pipe() as unknown as Readable;
  const watch = watchForStall(command, path, stallMilliseconds);
  const peaks: number[] = [];
  let peak = 0;
  let samples = 0;
  let odd: number | undefined;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    watch.stirred();
    let offset = 0;
    const take = (sample: number): void => {
      peak = Math.max(peak, Math.abs(sample) / 32768);
      samples += 1;
      if (samples === samplesPerPeak) {
        peaks.push(peak);
        peak = 0;
        samples = 0;
      }
    };
    if (odd !== undefined && chunk.length > 0) {
      take((((chunk[0] ?? 0) << 24) >> 16) | odd);
      offset = 1;
      odd = undefined;
    }
    for (; offset + 1 < chunk.length; offset += 2) take(chunk.readInt16LE(offset));
    if (offset < chunk.length) odd = chunk[offset];
  }
  watch.done();
  if (watch.failure) throw watch.failure;
  if (failure) throw mediaFailure(path, failure, 'read');
  if (samples > 0) peaks.push(peak);
  return Float32Array.from(peaks);
}
