import type { AttentionMaps } from '../../../models/pipeline/measuring/attentionMaps.ts';

/** Pixels that a place of a map gets. */
const enlarged = 4;

/** Pixels between frames. */
const gap = 4;

/** A word's map, the mean over levels and groups, all frames side by side: white where it acts most, black where it does not. */
export function mapStrip(
  { levels, groups, words, frames, height, width, data }: AttentionMaps,
  word: number,
): { width: number; height: number; data: Uint8Array } {
  const size = frames * height * width;
  const mean = new Float32Array(size);
  const blocks = levels.length * groups.length;
  for (let block = 0; block < blocks; block++) {
    const start = (block * (words.length + 1) + word) * size;
    for (let at = 0; at < size; at++) mean[at] += (data[start + at] ?? 0) / blocks;
  }
  const peak = mean.reduce((most, value) => Math.max(most, value), 0);
  const step = width * enlarged + gap;
  const strip = { width: frames * step - gap, height: height * enlarged };
  const pixels = new Uint8Array(strip.width * strip.height);
  if (peak > 0)
    for (let frame = 0; frame < frames; frame++)
      for (let y = 0; y < strip.height; y++)
        for (let x = 0; x < width * enlarged; x++) {
          const place = (frame * height + Math.floor(y / enlarged)) * width + Math.floor(x / enlarged);
          pixels[y * strip.width + frame * step + x] = Math.round((255 * (mean[place] ?? 0)) / peak);
        }
  return { ...strip, data: pixels };
}
