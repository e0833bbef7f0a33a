/** Measures of pixels alone, which need no network. Frames are RGBA bytes of one size; masks a byte a pixel, 255 the subject. */
import { mean } from './likeness.ts';

/** A clip to be measured. */
export interface MeasuredClip {
  readonly width: number;
  readonly height: number;
  readonly frames: readonly Uint8Array[];
}

/** Masks of a clip's frames, of its size; a frame without one is measured whole. */
export type ClipMasks = readonly (Uint8Array | undefined)[];

/** How two clips agree where a mask is. */
export interface KeptPixels {
  /** Peak signal-to-noise ratio in dB; infinite where every byte is the same. */
  readonly psnr: number;
  /** Share of the pixels that are the same byte for byte, 0 to 1. */
  readonly exact: number;
}

/** Where a mask counts as surely inside, and as surely outside. */
const inside = 250;
const outside = 5;

/** Agreement of a clip and its source where `kept` is surely marked; undefined where nothing is. */
export function keptPixels(
  made: MeasuredClip,
  source: readonly Uint8Array[],
  kept: readonly Uint8Array[],
): KeptPixels | undefined {
  let [count, same, error] = [0, 0, 0];
  for (const [index, frame] of made.frames.entries()) {
    const original = source[index];
    const mask = kept[index];
    if (!original || !mask) continue;
    for (let pixel = 0; pixel < mask.length; pixel++) {
      if (mask[pixel] < inside) continue;
      let apart = 0;
      for (let at = 4 * pixel; at < 4 * pixel + 3; at++) apart += (frame[at] - original[at]) ** 2;
      count += 1;
      error += apart;
      if (apart === 0) same += 1;
    }
  }
  if (count === 0) return undefined;
  return { psnr: 10 * Math.log10((255 * 255) / (error / (3 * count))), exact: same / count };
}

/** Mean change of a channel from frame to frame, in 1/255, away from the subject in both; 0 for a single frame. */
export function flicker(clip: MeasuredClip, subject: ClipMasks = []): number {
  let [sum, count] = [0, 0];
  for (const [index, frame] of clip.frames.entries()) {
    const before = clip.frames[index - 1];
    if (!before) continue;
    const [mask, maskBefore] = [subject[index], subject[index - 1]];
    for (let pixel = 0; pixel < clip.width * clip.height; pixel++) {
      if ((mask?.[pixel] ?? 0) > outside || (maskBefore?.[pixel] ?? 0) > outside) continue;
      for (let at = 4 * pixel; at < 4 * pixel + 3; at++) sum += Math.abs(frame[at] - before[at]);
      count += 3;
    }
  }
  return count === 0 ? 0 : sum / count;
}

/**
 * How much harder the subject's edge is than the rest: mean difference of neighbours across the mask's border, over that of all other
 * neighbours. About 1 where the subject belongs, far above where it looks pasted in, below where it is blurred away; undefined without
 * a border.
 */
export function borderRatio(clip: MeasuredClip, subject: ClipMasks): number | undefined {
  const border = { sum: 0, count: 0 };
  const rest = { sum: 0, count: 0 };
  for (const [index, frame] of clip.frames.entries()) {
    const mask = subject[index];
    if (!mask) continue;
    for (let y = 0; y < clip.height; y++)
      for (let x = 0; x < clip.width; x++) {
        const pixel = y * clip.width + x;
        for (const next of [x + 1 < clip.width ? pixel + 1 : -1, y + 1 < clip.height ? pixel + clip.width : -1]) {
          if (next < 0) continue;
          const side = mask[pixel] > 127 === mask[next] > 127 ? rest : border;
          for (let channel = 0; channel < 3; channel++)
            side.sum += Math.abs(frame[4 * pixel + channel] - frame[4 * next + channel]);
          side.count += 3;
        }
      }
  }
  if (border.count === 0 || rest.sum === 0) return undefined;
  return border.sum / border.count / (rest.sum / rest.count);
}

/** Frames at either end of a clip that its drift compares. */
const driftFrames = 4;

/**
 * How far a clip's look has wandered: distance of the mean colour and of its spread (standard deviation) between its first frames and its
 * last, away from the subject, in 1/255. Grows with colours that fade or saturate; 0 for a single frame.
 */
export function drift(clip: MeasuredClip, subject: ClipMasks = []): number {
  const length = Math.min(driftFrames, Math.floor(clip.frames.length / 2));
  if (length === 0) return 0;
  const looks = clip.frames.map((frame, index) => lookOf(frame, subject[index]));
  const [first, last] = [looks.slice(0, length), looks.slice(-length)];
  let squares = 0;
  for (let k = 0; k < 6; k++)
    squares += (mean(first.map((look) => look[k] ?? 0)) - mean(last.map((look) => look[k] ?? 0))) ** 2;
  return Math.sqrt(squares / 6);
}

/** Mean and standard deviation of red, green and blue away from the mask, in 1/255. */
function lookOf(frame: Uint8Array, mask: Uint8Array | undefined): readonly number[] {
  const sums = new Float64Array(6);
  let count = 0;
  for (let pixel = 0; pixel < frame.length / 4; pixel++) {
    if ((mask?.[pixel] ?? 0) > outside) continue;
    count += 1;
    for (let channel = 0; channel < 3; channel++) {
      const value = frame[4 * pixel + channel];
      sums[channel] += value;
      sums[3 + channel] += value * value;
    }
  }
  const total = Math.max(1, count);
  return [0, 1, 2].flatMap((channel) => {
    const centre = sums[channel] / total;
    return [centre, Math.sqrt(Math.max(0, sums[3 + channel] / total - centre * centre))];
  });
}
