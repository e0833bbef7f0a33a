import type { Planes } from '../../../models/math/resample.ts';
import { frameConsistency, likeness } from '../../../models/measure/likeness.ts';
import { borderRatio, type ClipMasks, drift, flicker, keptPixels } from '../../../models/measure/pixelMeasures.ts';
import type { MeasureReaders, WorldReaders } from '../../../models/measure/readers.ts';
import { colourPlanes, type Picture } from '../../../models/pipeline/subject/picture.ts';
import type { MeasuredTake, MeasureName, ScoreReader, TakeScores } from '../../contract/measures/measures.ts';
import { type PromptPartName, type PromptWorld, understandPrompt } from '../../contract/models/promptWorld.ts';

/** A take with what it is held against. */
export interface TakeToMeasure {
  readonly width: number;
  readonly height: number;
  /** RGBA. */
  readonly frames: readonly Uint8Array[];
  readonly prompt?: string | undefined;
  /** The subject's picture, cut out. */
  readonly subject?: Picture | undefined;
  /** The subject in each frame, of the frames' size, where that is known. */
  readonly masks?: ClipMasks | undefined;
  /** Parts of its sentence that it was made by; all where that is not known. */
  readonly parts?: readonly PromptPartName[] | undefined;
  /** An edit's source frames, and what of each was to be kept, of the frames' size. */
  readonly kept?: { readonly source: readonly Uint8Array[]; readonly masks: readonly Uint8Array[] } | undefined;
}

/** Who reads values of a model's small world, and what sentences mean there. */
export interface WorldReading {
  readonly words: PromptWorld;
  readonly readers: WorldReaders;
}

/** Measures a take: pixels always, what readers are there for besides. Frames are read in their order; nothing is kept. */
export async function measureTake(
  take: TakeToMeasure,
  readers: MeasureReaders & { readonly world?: WorldReading | undefined },
): Promise<MeasuredTake> {
  const { width, height, frames, prompt, subject, masks = [], kept } = take;
  const clip = { width, height, frames };
  const agreement = kept && keptPixels(clip, kept.source, kept.masks);
  const scores: TakeScores = {
    ...{ textAlignment: null, subjectFidelity: null, frameConsistency: null },
    keptPsnr: agreement ? (Number.isFinite(agreement.psnr) ? agreement.psnr : 'infinite') : null,
    keptExact: agreement?.exact ?? null,
    flicker: frames.length > 1 ? flicker(clip, masks) : null,
    borderRatio: borderRatio(clip, masks) ?? null,
    drift: frames.length > 1 ? drift(clip, masks) : null,
    ...{ placeRead: null, motionRead: null, subjectRead: null },
  };
  const readBy: Partial<Record<MeasureName, ScoreReader>> = {};
  const note = (name: MeasureName, value: number, { title, comparable }: ScoreReader): void => {
    scores[name] = value;
    readBy[name] = { title, comparable };
  };
  const planes: Planes[] = frames.map((data) => colourPlanes({ width, height, data }));
  const { pictures, sentences, subjects } = readers;
  if (pictures) note('frameConsistency', frameConsistency(await pictures.read(planes)), pictures);
  if (sentences && prompt) note('textAlignment', await sentences.alignment(planes, prompt), sentences);
  if (subjects && subject) {
    const [wanted] = await subjects.read([colourPlanes(subject)]);
    const shown = frames.map((data, index) => subjectIn({ width, height, data }, masks[index]));
    if (wanted) note('subjectFidelity', likeness(await subjects.read(shown.map(colourPlanes)), wanted), subjects);
  }
  const { world } = readers;
  for (const { part, value } of world && prompt ? understandPrompt(prompt, world.words) : []) {
    const reader = part === 'light' ? undefined : world?.readers[part];
    const wanted = reader && value !== undefined ? reader.values.indexOf(value) : -1;
    if (!reader || wanted < 0 || frames.length < reader.fewestFrames) continue;
    if (take.parts && !take.parts.includes(part)) continue;
    const shown = part === 'subject' ? cutOut(clip, masks) : planes;
    if (shown.length > 0) note(`${part}Read` as MeasureName, (await reader.read(shown))[wanted], reader);
  }
  return { scores, readers: readBy };
}

/** The subject in every frame in which its mask marks something. */
const cutOut = ({ width, height, frames }: Pick<TakeToMeasure, 'width' | 'height' | 'frames'>, masks: ClipMasks) =>
  frames.flatMap((data, index) => {
    const mask = masks[index];
    return mask?.some((value) => value > 127) ? [colourPlanes(subjectIn({ width, height, data }, mask))] : [];
  });

/** Room around a subject, as a share of its longer side. */
const room = 0.1;

/**
 * The subject cut out of a picture as fidelity reads it: what surrounds its mask, with a little room, black outside the mask. The whole
 * picture where there is no mask, or where it marks nothing.
 */
export function subjectIn({ width, height, data }: Picture, mask: Uint8Array | undefined): Picture {
  if (!mask?.some((value) => value > 127)) return { width, height, data };
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      if (mask[y * width + x] > 127) {
        left = Math.min(left, x);
        right = Math.max(right, x + 1);
        top = Math.min(top, y);
        bottom = Math.max(bottom, y + 1);
      }
  const around = Math.round(room * Math.max(right - left, bottom - top));
  const [fromX, fromY] = [Math.max(0, left - around), Math.max(0, top - around)];
  const [cutWidth, cutHeight] = [Math.min(width, right + around) - fromX, Math.min(height, bottom + around) - fromY];
  const cut = new Uint8Array(4 * cutWidth * cutHeight);
  for (let y = 0; y < cutHeight; y++)
    for (let x = 0; x < cutWidth; x++) {
      const from = (fromY + y) * width + fromX + x;
      for (let channel = 0; channel < 3; channel++)
        cut[4 * (y * cutWidth + x) + channel] = (data[4 * from + channel] * mask[from]) / 255;
      cut[4 * (y * cutWidth + x) + 3] = 255;
    }
  return { width: cutWidth, height: cutHeight, data: cut };
}
