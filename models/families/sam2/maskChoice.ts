import type { FloatTensor } from '../../math/tensor.ts';

/** What is left of a mask's logits where the subject is not there. */
export const absentLogit = -1024;

/** Logits nearer to the border than this are doubtful; a mask is stable where they change little of it. */
const doubtful = 0.05;
const stableShare = 0.98;

/** One mask of a frame. */
export interface ChosenMask {
  /** Logits at a quarter of the input's size, row by row; {@link absentLogit} everywhere where the subject is not there. */
  readonly logits: Float32Array;
  /** Above 0 where the subject is there. */
  readonly score: number;
  /** The model's own guess of the mask's overlap with the true one, 0..1. */
  readonly quality: number;
  /** Share of the mask that stays when its border is moved by a small logit, 0..1. */
  readonly stability: number;
  /** Vector that later frames know the subject by. */
  readonly pointer: Float32Array;
}

/** What the mask decoder gives. */
export interface DecodedMasks {
  readonly masks: FloatTensor;
  readonly qualities: FloatTensor;
  readonly score: FloatTensor;
  readonly pointers: FloatTensor;
}

/** Share of a mask that stays between two cuts of its logits; 1 for an empty one. */
export function stabilityOf(logits: Float32Array): number {
  let inner = 0;
  let outer = 0;
  for (const value of logits) {
    if (value > doubtful) inner++;
    if (value > -doubtful) outer++;
  }
  return outer === 0 ? 1 : inner / outer;
}

/**
 * Chooses among the decoder's four masks. `several`: the prompt may mean several things, so the best of the last three. Else the first,
 * unless it is unstable, when the best of the others takes its place (the pointer stays the first's, as in the published predictor).
 */
export function chooseMask({ masks, qualities, score, pointers }: DecodedMasks, several: boolean): ChosenMask {
  const count = qualities.data.length;
  const part = (tensor: FloatTensor, index: number): Float32Array => {
    const size = tensor.data.length / count;
    return tensor.data.slice(index * size, (index + 1) * size);
  };
  let best = 1;
  for (let index = 2; index < count; index++)
    if ((qualities.data[index] ?? 0) > (qualities.data[best] ?? 0)) best = index;
  const isStable = !several && stabilityOf(part(masks, 0)) >= stableShare;
  const chosen = isStable ? 0 : best;
  const logits = part(masks, chosen);
  const stability = stabilityOf(logits);
  const present = score.data[0] ?? 0;
  if (!(present > 0)) logits.fill(absentLogit);
  return {
    logits,
    score: present,
    quality: qualities.data[chosen] ?? 0,
    stability,
    pointer: part(pointers, several ? best : 0),
  };
}

/** A logit that is none of the subject's: what is left of it where another subject's is higher. */
const othersLogit = -10;

/** Masks of several subjects in one frame that do not overlap, as the published predictor parts them: a pixel is the subject's whose logit is highest. */
export function apartFromEachOther(masks: readonly ChosenMask[]): readonly ChosenMask[] {
  if (masks.length < 2) return masks;
  const parted = masks.map((mask) => ({ ...mask, logits: mask.logits.slice() }));
  for (let at = 0; at < masks[0].logits.length; at++) {
    let best = 0;
    for (let index = 1; index < masks.length; index++)
      if (masks[index].logits[at] > masks[best].logits[at]) best = index;
    for (let index = 0; index < masks.length; index++)
      if (index !== best) parted[index].logits[at] = Math.min(othersLogit, parted[index].logits[at]);
  }
  return parted;
}
