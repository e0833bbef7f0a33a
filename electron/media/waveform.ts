import type { Readable } from 'node:stream';
import ffmpeg from 'fluent-ffmpeg';
import { ffmpegTools, mediaFailure, safeInputOptions } from './ffmpegTools.ts';
import { probeMedia } from './probeMedia.ts';

/**
 * Peaks of a file's first audio track, 0 to 1, `peaksPerSecond` of them a second; empty when there is no sound. Decodes at 8 kHz mono
 * in a stream: an hour of sound needs no more memory than its peaks.
 */
export async function readWaveform(path: string, peaksPerSecond = 50): Promise<Float32Array> {
  await ffmpegTools();
  if ((await probeMedia(path)).audioTracks.length === 0) return new Float32Array(0);
  const samplesPerPeak = Math.max(1, Math.round(8000 / peaksPerSecond));
  const command = ffmpeg(path)
    .inputOptions(safeInputOptions)
    .noVideo()
    .outputOptions(['-map', '0:a:0', '-ac', '1', '-ar', '8000'])
    .format('s16le');
  let failure: unknown;
  command.on('error', (error: unknown) => {
    failure = error;
  });
  const stream = command.pipe() as unknown as Readable;
  const peaks: number[] = [];
  let peak = 0;
  let samples = 0;
  let odd: number | undefined;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
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
  if (failure) throw mediaFailure(path, failure, 'read');
  if (samples > 0) peaks.push(peak);
  return Float32Array.from(peaks);
}
