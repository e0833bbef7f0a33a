import type { FrameRange } from './follower.ts';

/**
 * The frames that a key on `frame` can change: those between the keys on either side of it, or the clip's ends. `keys`: the frames of
 * all keys of the subject, in any order, with or without `frame` itself.
 */
export function framesToFollowAgain(keys: readonly number[], frame: number, frameCount: number): FrameRange {
  const before = keys.filter((key) => key < frame);
  const after = keys.filter((key) => key > frame);
  return {
    first: before.length > 0 ? Math.max(...before) + 1 : 0,
    last: after.length > 0 ? Math.min(...after) - 1 : frameCount - 1,
  };
}
