/** Measures of how alike vectors of pictures and sentences are. All are cosines, −1 to 1; 1 is alike. */
import { assert } from '../errors/studioError.ts';

/** Cosine of the angle between two vectors of one length; 0 where one is zero. */
export function cosine(a: Float32Array, b: Float32Array): number {
  assert(a.length === b.length, `vectors of ${a.length} and ${b.length} numbers cannot be compared`);
  let [product, first, second] = [0, 0, 0];
  for (const [index, value] of a.entries()) {
    const other = b[index] ?? 0;
    product += value * other;
    first += value * value;
    second += other * other;
  }
  return first > 0 && second > 0 ? product / Math.sqrt(first * second) : 0;
}

/** Mean cosine of neighbouring frames; 1 for a single frame. */
export function frameConsistency(frames: readonly Float32Array[]): number {
  const pairs = frames.slice(1).map((frame, index) => cosine(frame, frames[index] ?? frame));
  return pairs.length === 0 ? 1 : mean(pairs);
}

/** Mean cosine of every frame and one vector: a sentence's (text alignment) or the subject's picture's (subject fidelity). */
export function likeness(frames: readonly Float32Array[], to: Float32Array): number {
  return mean(frames.map((frame) => cosine(frame, to)));
}

/** Mean of numbers; 0 of none. */
export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
