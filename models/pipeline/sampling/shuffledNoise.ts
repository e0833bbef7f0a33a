import { seededNormal } from '../../math/seededNoise.ts';

/** Frames from one window's first to the next one's, in clips whose motion modules attend in windows. */
export const windowStride = 4;

/**
 * Whose noise each frame of a long clip begins with (FreeNoise, Qiu et al. 2024, section 4.2): the first window's frames have their
 * own; every stretch after them has that of a stretch one window earlier, shuffled, so that far frames stay related.
 */
export function shuffledNoiseOrder(frames: number, window: number, seed: number): readonly number[] {
  const order = Array.from({ length: frames }, (_, frame) => frame);
  for (let start = window; start < frames; start += windowStride) {
    const draws = seededNormal(windowStride, seed, 'shared', 1 + start);
    const shuffled = [...draws.keys()].sort((a, b) => draws[a] - draws[b]);
    for (const [place, from] of shuffled.entries())
      if (start + place < frames) order[start + place] = order[start - window + from];
  }
  return order;
}
