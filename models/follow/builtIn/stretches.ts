import type { FrameRange } from '../follower.ts';

/** Frames between a key and the next, or between a key and the clip's end: what is followed on its own. */
export interface Stretch {
  /** The key's frame it is followed from forwards; absent before the first key. */
  readonly from?: number;
  /** The key's frame it is followed from backwards; absent behind the last key. */
  readonly to?: number;
  /** The frames wanted of it, keys apart; empty where `first` is larger than `last`. */
  readonly wanted: FrameRange;
}

/** The stretches between keys that hold a wanted frame: those that are followed forwards first, then the one before the first key. */
export function stretchesOf(keyFrames: readonly number[], range: FrameRange): readonly Stretch[] {
  const keys = [...keyFrames].sort((a, b) => a - b);
  const within = (first: number, last: number): FrameRange => ({
    first: Math.max(first, range.first),
    last: Math.min(last, range.last),
  });
  const stretches: Stretch[] = keys.map((from, index) => {
    const to = keys[index + 1];
    return to === undefined
      ? { from, wanted: within(from + 1, range.last) }
      : { from, to, wanted: within(from + 1, to - 1) };
  });
  const [to] = keys;
  if (to !== undefined) stretches.push({ to, wanted: within(range.first, to - 1) });
  return stretches.filter(({ wanted }) => wanted.first <= wanted.last);
}
