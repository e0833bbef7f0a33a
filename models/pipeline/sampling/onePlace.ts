import type { LatentShape } from '../../math/frames.ts';
import type { HeldCells } from './heldCells.ts';
import type { FrameSpan } from './windows.ts';

/** How much of each cell of each frame is the place, not the subject: a plane (h · w) from 0 to 1 a frame. */
export type PlaceShare = readonly Float32Array[];

/** What a window answered: x₀ of its frames (c, n, h, w). */
export interface WindowAnswer {
  readonly span: FrameSpan;
  readonly clean: Float32Array;
}

/** Variance over a window's frames, in scaled latents, at which a cell counts as moving by half. */
const movingVariance = 0.02;

/**
 * Brings windows that were answered apart to one place, in place: where a cell shows the place and stands still inside its window, its mean
 * over the window's frames becomes the mean over the whole clip. What moves inside a window (water, a camera that pans) keeps its own, and
 * so does the subject. Asked at every step, windows are drawn to one picture before there is detail to disagree about. Where cells of a window are
 * known and held, their mean is what its answer for them is brought to, and the rest of the window with it.
 */
export function bringToOnePlace(
  answers: readonly WindowAnswer[],
  place: PlaceShare,
  { channels, height, width }: Pick<LatentShape, 'channels' | 'height' | 'width'>,
  held?: HeldCells,
): void {
  const area = height * width;
  const means = answers.map((answer) => meanOverFrames(answer, place, channels, area));
  const misses = held && answers.map((answer) => meanMiss(answer, place, held, channels, area));
  const common = new Float32Array(channels * area);
  for (let cell = 0; cell < area; cell++) {
    const total = means.reduce((sum, { seen }) => sum + seen[cell], 0);
    if (total === 0) continue;
    for (let channel = 0; channel < channels; channel++) {
      const at = channel * area + cell;
      common[at] = means.reduce((sum, { mean, seen }) => sum + mean[at] * seen[cell], 0) / total;
    }
  }
  for (const [index, { span, clean }] of answers.entries()) {
    const { mean, seen, variance } = means[index];
    for (let cell = 0; cell < area; cell++) {
      // A cell that hardly shows the place says little about it.
      const trust = (seen[cell] / (seen[cell] + 1)) * (movingVariance / (movingVariance + variance[cell]));
      for (let channel = 0; channel < channels; channel++) {
        const at = channel * area + cell;
        const miss = misses?.[index].seen[cell] ? misses[index].miss[at] : common[at] - mean[at];
        const shift = trust * miss;
        for (let frame = 0; frame < span.frames; frame++)
          clean[(channel * span.frames + frame) * area + cell] += place[span.start + frame][cell] * shift;
      }
    }
  }
}

/** Means of a window's cells over its frames (c, h · w), weighted by how much of the place they show; that weight; and their variance. */
function meanOverFrames({ span, clean }: WindowAnswer, place: PlaceShare, channels: number, area: number) {
  const mean = new Float32Array(channels * area);
  const squares = new Float32Array(area);
  const seen = new Float32Array(area);
  for (let frame = 0; frame < span.frames; frame++) {
    const weights = place[span.start + frame];
    for (let cell = 0; cell < area; cell++) seen[cell] += weights[cell];
    for (let channel = 0; channel < channels; channel++)
      for (let cell = 0; cell < area; cell++) {
        const value = clean[(channel * span.frames + frame) * area + cell];
        mean[channel * area + cell] += weights[cell] * value;
        squares[cell] += (weights[cell] * value * value) / channels;
      }
  }
  const variance = new Float32Array(area);
  for (let cell = 0; cell < area; cell++) {
    if (seen[cell] === 0) continue;
    let squared = 0;
    for (let channel = 0; channel < channels; channel++) {
      mean[channel * area + cell] /= seen[cell];
      squared += mean[channel * area + cell] ** 2 / channels;
    }
    variance[cell] = Math.max(0, squares[cell] / seen[cell] - squared);
  }
  return { mean, seen, variance };
}

/** By how much a window's answer misses held cells of the place, on average over its frames (c, h · w); and how much of them it shows. */
function meanMiss({ span, clean }: WindowAnswer, place: PlaceShare, held: HeldCells, channels: number, area: number) {
  const miss = new Float32Array(channels * area);
  const seen = new Float32Array(area);
  for (let frame = 0; frame < span.frames; frame++) {
    const [weights, open, own] = [place, held.open, held.latents].map((of) => of[span.start + frame]);
    for (let cell = 0; cell < area; cell++) {
      const weight = open[cell] === 0 ? weights[cell] : 0;
      if (weight === 0) continue;
      seen[cell] += weight;
      for (let channel = 0; channel < channels; channel++)
        miss[channel * area + cell] +=
          weight * (own[channel * area + cell] - clean[(channel * span.frames + frame) * area + cell]);
    }
  }
  for (let i = 0; i < miss.length; i++) miss[i] /= Math.max(1e-6, seen[i % area]);
  return { miss, seen };
}
