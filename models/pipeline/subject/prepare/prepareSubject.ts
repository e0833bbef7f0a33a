/** What a model sees of a subject that is noisy or hardly stands out: denoised, stretched in tone, outlined. The take's own pixels stay as they are. */
import type { Planes } from '../../../math/resample.ts';
import { blurPlanes } from '../../compositing/blur.ts';
import { scaleCoverage } from '../picture.ts';
import { lumaOf, noiseOf, tonesOf, withinSide } from './examineSubject.ts';
import type { SubjectPreparation } from './preparation.ts';

/** Pixels on the longer side at which a subject is prepared, as a multiple of the model's canvas: more than any cut-out is made from. */
const prepared = 4;

/**
 * Colours (3, h, w), 0 to 1, prepared within the mask, at no more than four times `canvas` pixels; as they are where nothing is asked for.
 * @param coverage the mask's plane, of any size of the same shape.
 */
export function prepareSubject(colours: Planes, coverage: Planes, canvas: number, prepare: SubjectPreparation): Planes {
  if (!prepare.denoise && !prepare.levels && !prepare.outline) return colours;
  const seen = withinSide(colours, prepared * canvas);
  const mask = scaleCoverage(coverage, seen.width, seen.height);
  let planes: Planes = { ...seen, data: Float32Array.from(seen.data) };
  if (prepare.denoise) planes = denoise(planes, mask);
  if (prepare.levels) stretch(planes, mask);
  if (prepare.outline) outline(planes, mask);
  return planes;
}

const reach = 3;
/** Neighbours count by their distance with a deviation of a pixel … */
const spatial = Array.from({ length: (2 * reach + 1) ** 2 }, (_, i) => {
  const [x, y] = [(i % (2 * reach + 1)) - reach, Math.floor(i / (2 * reach + 1)) - reach];
  return Math.exp(-(x * x + y * y) / 2);
});
/** … and by how far their luma is, with a deviation of so many times the noise's. */
const tolerance = 1.2;

/** Bilateral filter (Tomasi and Manduchi 1998) whose tolerance is the subject's own noise. */
function denoise(planes: Planes, mask: Planes): Planes {
  const { width, height, data } = planes;
  const guide = lumaOf(planes);
  const noise = noiseOf(guide, mask);
  if (noise === 0) return planes;
  const count = width * height;
  // Distances are taken in a luma that is a little blurred, or noise would protect itself.
  blurPlanes({ width, height, data: guide }, 0.8);
  const out = Float32Array.from(data);
  const steep = 1 / (2 * (tolerance * noise) ** 2);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      if (mask.data[at] < 0.01) continue;
      let [weights, red, green, blue] = [0, 0, 0, 0];
      for (let dy = -reach, tap = 0; dy <= reach; dy++)
        for (let dx = -reach; dx <= reach; dx++, tap++) {
          const [nx, ny] = [x + dx, y + dy];
          if (nx < 0 || ny < 0 || nx >= width || ny >= height) continue;
          const near = ny * width + nx;
          const away = guide[near] - guide[at];
          const weight = spatial[tap] * mask.data[near] * Math.exp(-away * away * steep);
          weights += weight;
          red += weight * data[near];
          green += weight * data[count + near];
          blue += weight * data[2 * count + near];
        }
      if (weights === 0) continue;
      out[at] = red / weights;
      out[count + at] = green / weights;
      out[2 * count + at] = blue / weights;
    }
  return { ...planes, data: out };
}

/** The most that tones are pulled apart. */
const mostGain = 3;

/** Pulls the subject's tones apart until they fill nine tenths of the range, hues as they are; in place. */
function stretch({ width, height, data }: Planes, mask: Planes): void {
  const count = width * height;
  const tones = tonesOf(lumaOf({ width, height, channels: 3, data }), mask);
  if (!tones || tones.light <= tones.dark) return;
  const { dark, light } = tones;
  const gain = Math.min(mostGain, Math.max(1, 0.9 / (light - dark)));
  const middle = (dark + light) / 2;
  const half = (gain * (light - dark)) / 2;
  const target = Math.min(0.95 - half, Math.max(0.05 + half, middle));
  for (let i = 0; i < count; i++) {
    if (mask.data[i] < 0.01) continue;
    for (let channel = 0; channel < 3; channel++) {
      const value = data[channel * count + i];
      data[channel * count + i] = Math.min(1, Math.max(0, target + gain * (value - middle)));
    }
  }
}

/** A line along the inside of the subject's edge, light on a dark rim and dark on a light one; in place. */
function outline({ width, height, data }: Planes, mask: Planes): void {
  const count = width * height;
  const inside = Float32Array.from(mask.data);
  blurPlanes({ width, height, data: inside }, Math.max(1, 0.008 * Math.max(width, height)));
  const luma = lumaOf({ width, height, channels: 3, data });
  const rim = [...luma.keys()].filter((i) => mask.data[i] >= 0.5 && inside[i] < 0.85);
  const mean = rim.reduce((sum, i) => sum + luma[i], 0) / Math.max(1, rim.length);
  const colour = mean < 0.5 ? 0.97 : 0.06;
  for (const i of rim) for (let channel = 0; channel < 3; channel++) data[channel * count + i] = colour;
}
