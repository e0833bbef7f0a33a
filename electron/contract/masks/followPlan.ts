import type { FollowedRecord, KeyMark, MaskKeyRecord, RecordOf } from '../records.ts';

/** Frames between two hand-made keys, or between one and an end of the range; the keys' own frames are not among them. */
export interface FollowStretch {
  readonly firstFrame: number;
  /** One past the last frame. */
  readonly endFrame: number;
  readonly before: KeyMark | null;
  readonly after: KeyMark | null;
}

/** Frames that a follower goes through at once, with the keys it is given. */
export interface FollowWindow {
  readonly firstFrame: number;
  /** One past the last frame. */
  readonly endFrame: number;
  readonly stretches: readonly FollowStretch[];
}

/** What a clip has in use: first and one past the last frame. */
export interface FrameRange {
  readonly inFrame: number;
  readonly outFrame: number;
}

/** A key with a mark of what is drawn there: two 32-bit FNV-1a hashes (Fowler, Noll, Vo) of its strokes, in hexadecimal. */
export function keyMarkOf(key: MaskKeyRecord, strokes: readonly RecordOf<'stroke'>[]): KeyMark {
  const text = JSON.stringify([...strokes].sort((a, b) => a.order - b.order).map((stroke) => stroke.operation));
  let [low, high] = [0x811c9dc5, 0x01234567];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ (code + at), 0x01000193);
  }
  const hex = (value: number): string => (value >>> 0).toString(16).padStart(8, '0');
  return { frameIndex: key.frameIndex, mark: hex(low) + hex(high) };
}

/**
 * The stretches of a range, by its hand-made keys. A range without a key of its own is followed from the nearest one before it, else from
 * the nearest behind it; without any key there is none.
 */
export function stretchesOf(keys: readonly KeyMark[], { inFrame, outFrame }: FrameRange): FollowStretch[] {
  const sorted = [...keys].sort((a, b) => a.frameIndex - b.frameIndex);
  const inside = sorted.filter(({ frameIndex }) => frameIndex >= inFrame && frameIndex < outFrame);
  const nearest = sorted.findLast(({ frameIndex }) => frameIndex < inFrame) ?? sorted[0];
  const used = inside.length > 0 ? inside : nearest ? [nearest] : [];
  const stretches: FollowStretch[] = [];
  const between = (before: KeyMark | null, after: KeyMark | null): void => {
    const firstFrame = before ? before.frameIndex + 1 : inFrame;
    const endFrame = after ? after.frameIndex : outFrame;
    if (endFrame > firstFrame) stretches.push({ firstFrame, endFrame, before, after });
  };
  used.forEach((key, index) => {
    between(used[index - 1] ?? null, key);
  });
  const last = used.at(-1);
  if (last) between(last, null);
  return stretches;
}

/** Whether a stretch was followed from the very keys that it has now. */
export function isFollowed(stretch: FollowStretch, runs: readonly FollowedRecord[]): boolean {
  const own = runs.filter((run) => isSame(run.before, stretch.before) && isSame(run.after, stretch.after));
  const reachesStart = own.some((run) => run.firstFrame <= stretch.firstFrame || run.cut === 'start');
  return reachesStart && own.some((run) => run.endFrame >= stretch.endFrame || run.cut === 'end');
}

/** The stretches to be followed, those that share a key together: a window reaches over its keys. */
export function windowsOf(stretches: readonly FollowStretch[]): FollowWindow[] {
  const windows: FollowWindow[] = [];
  for (const stretch of stretches) {
    const firstFrame = stretch.before?.frameIndex ?? stretch.firstFrame;
    const endFrame = stretch.after ? stretch.after.frameIndex + 1 : stretch.endFrame;
    const last = windows.at(-1);
    if (last && stretch.before && last.endFrame === stretch.before.frameIndex + 1)
      windows[windows.length - 1] = { ...last, endFrame, stretches: [...last.stretches, stretch] };
    else windows.push({ firstFrame, endFrame, stretches: [stretch] });
  }
  return windows;
}

function isSame(a: KeyMark | null, b: KeyMark | null): boolean {
  return a === b || (a !== null && b !== null && a.frameIndex === b.frameIndex && a.mark === b.mark);
}
