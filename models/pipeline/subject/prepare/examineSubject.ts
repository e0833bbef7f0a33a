/** What makes a subject hard for a model to see, measured on its cut-out: noise, little contrast of its own, little against what is around it. */
import { labOf } from '../../../math/colour.ts';
import { type Planes, resample } from '../../../math/resample.ts';
import { blurPlanes } from '../../compositing/blur.ts';
import { scaleCoverage } from '../picture.ts';
import type { SubjectPreparation } from './preparation.ts';

/** Figures of a subject as a model of some size sees it. */
export interface SubjectFigures {
  /** Deviation of its noise, of 255 (Immerkær 1996) where it is plainest. */
  readonly noise: number;
  /** From the darkest to the lightest of its tones, 0 to 1, a fiftieth at each end left out. */
  readonly range: number;
  /** Mean distance in CIELAB between what lies on either side of its outline; undefined where nothing is around it. */
  readonly contrast: number | undefined;
}

/** Noise above which a model draws grain, range and contrast below which it loses the form. */
const limits = { noise: 5, range: 0.25, contrast: 12 } as const;

/** The preparation that answers each weakness of a subject. */
export function advisedPreparation({ noise, range, contrast }: SubjectFigures): SubjectPreparation {
  return {
    denoise: noise > limits.noise,
    levels: range < limits.range,
    outline: contrast !== undefined && contrast < limits.contrast,
  };
}

/** Pixels on the longer side at which a subject is examined by a model whose canvas is `canvas` pixels wide. */
export const examinedSide = (canvas: number): number => Math.min(2 * canvas, Math.max(512, canvas));

/**
 * Measures a subject at about the size at which a model with a canvas of `canvas` pixels sees it.
 * @param colours of the whole picture, 0 to 1; `coverage` the mask's plane, of any size of the same shape.
 * Undefined where the mask marks next to nothing.
 */
export function examineSubject(colours: Planes, coverage: Planes, canvas: number): SubjectFigures | undefined {
  const seen = withinSide(colours, examinedSide(canvas));
  const mask = scaleCoverage(coverage, seen.width, seen.height);
  const luma = lumaOf(seen);
  const tones = tonesOf(luma, mask);
  if (!tones) return undefined;
  return { noise: 255 * noiseOf(luma, mask), range: tones.light - tones.dark, contrast: contrastOf(seen, mask) };
}

/** The fewest pixels that are a subject. */
const fewest = 64;

/** The darkest and the lightest tone of what the mask marks, a fiftieth at each end left out; undefined where that is next to nothing. */
export function tonesOf(luma: Float32Array, mask: Planes): { dark: number; light: number } | undefined {
  const tones = luma.filter((_, i) => mask.data[i] >= 0.5).sort();
  if (tones.length < fewest) return undefined;
  const tone = (share: number): number => tones[Math.round(share * (tones.length - 1))];
  return { dark: tone(0.02), light: tone(0.98) };
}

/** Planes scaled down, in their shape, to a longer side of at most `side`. */
export function withinSide(planes: Planes, side: number): Planes {
  const scale = Math.min(1, side / Math.max(planes.width, planes.height));
  if (scale === 1) return planes;
  const size = (length: number): number => Math.max(1, Math.round(length * scale));
  return resample(planes, size(planes.width), size(planes.height), 'area');
}

/** Rec. 601 luma of three planes. */
export function lumaOf({ width, height, data }: Planes): Float32Array {
  const count = width * height;
  return Float32Array.from(
    { length: count },
    (_, i) => 0.299 * data[i] + 0.587 * data[count + i] + 0.114 * data[2 * count + i],
  );
}

/** Pixels along a side of the blocks in which noise is measured. */
const block = 6;

/** Deviation of the noise of luma, 0 to 1, where the subject is plainest: a fifth of its blocks have less. */
export function noiseOf(luma: Float32Array, { width, height, data: mask }: Planes): number {
  const deviations: number[] = [];
  for (let top = 1; top + block < height; top += block)
    for (let left = 1; left + block < width; left += block) {
      let [sum, inside] = [0, 0];
      for (let y = top; y < top + block; y++)
        for (let x = left; x < left + block; x++) {
          const at = y * width + x;
          if (mask[at] < 0.99) continue;
          const row = (from: number): number => luma[from - 1] - 2 * luma[from] + luma[from + 1];
          sum += Math.abs(row(at - width) - 2 * row(at) + row(at + width));
          inside++;
        }
      // The answer to white noise of deviation σ is normal, of deviation 6 σ.
      if (inside >= (block * block) / 2) deviations.push((Math.sqrt(Math.PI / 2) / 6) * (sum / inside));
    }
  deviations.sort((a, b) => a - b);
  return deviations[Math.floor(deviations.length / 5)] ?? 0;
}

function contrastOf(colours: Planes, mask: Planes): number | undefined {
  const { width, height } = colours;
  const count = width * height;
  const sigma = Math.max(1.5, 0.015 * Math.max(width, height));
  // Weighted means of one side: colours, then weights.
  const meansOf = (weightAt: (i: number) => number): Float32Array => {
    const data = new Float32Array(4 * count);
    for (let i = 0; i < count; i++) {
      const weight = weightAt(i);
      for (let channel = 0; channel < 3; channel++)
        data[channel * count + i] = weight * colours.data[channel * count + i];
      data[3 * count + i] = weight;
    }
    blurPlanes({ width, height, data }, sigma);
    return data;
  };
  const inside = meansOf((i) => mask.data[i]);
  const outside = meansOf((i) => 1 - mask.data[i]);
  const lab = (data: Float32Array, i: number): readonly [number, number, number] => {
    const channel = (index: number): number => Math.min(1, data[index * count + i] / data[3 * count + i]);
    return labOf(channel(0), channel(1), channel(2));
  };
  let [sum, border] = [0, 0];
  for (let i = 0; i < count; i++) {
    const share = inside[3 * count + i];
    if (share < 0.3 || share > 0.7) continue;
    const [a, b] = [lab(inside, i), lab(outside, i)];
    sum += Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
    border++;
  }
  return border === 0 ? undefined : sum / border;
}
