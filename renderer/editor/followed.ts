import { type FollowStretch, isFollowed, keyMarkOf, stretchesOf } from '../../electron/contract/masks/followPlan.ts';
import type { FollowedRecord, KeyMark, MaskKeyRecord, MaskRecord, RecordOf } from '../../electron/contract/records.ts';
import { doubtfulBelow } from '../../models/follow/follower.ts';
import type { DocumentStore } from './documentStore.ts';

/** A follower that is less sure than this of a frame, in percent, doubts it. */
export const doubtPercent = 100 * doubtfulBelow;

/** A stretch of doubtful frames, by its worst. */
export interface Doubt {
  readonly frame: number;
  /** Percent. */
  readonly confidence: number;
}

/** How far a mask is followed. */
export interface FollowStatus {
  readonly runs: readonly FollowedRecord[];
  /** Whether a run was made from the keys that are there now. */
  readonly isCurrent: (run: FollowedRecord) => boolean;
  /** What following would go through now. */
  readonly open: readonly FollowStretch[];
  /** Worst first. */
  readonly doubts: readonly Doubt[];
  /** Frames beyond the cuts at which the follower stopped: where to go on from. */
  readonly cuts: readonly number[];
  /** Frames followed, and how many of them are doubtful. */
  readonly frameCount: number;
  readonly doubtfulCount: number;
}

/** How far a mask is followed; the same object until something of it changes. */
export function followStatus(document: DocumentStore, mask: MaskRecord): FollowStatus {
  const source = document.get('source', mask.sourceId);
  const keys = document.childrenOf('maskKey', mask.id);
  const runs = document.childrenOf('followed', mask.id);
  const strokes = keys.map((key) => document.childrenOf('stroke', key.id));
  const parts = [source?.inFrame, source?.outFrame, keys, runs, ...strokes];
  const known = statuses.get(document)?.get(mask.id);
  if (known && known.parts.length === parts.length && known.parts.every((part, index) => part === parts[index]))
    return known.status;
  const status = statusOf(keys, strokes, runs, source ?? { inFrame: 0, outFrame: 0 });
  const ofDocument = statuses.get(document) ?? new Map<string, { parts: readonly unknown[]; status: FollowStatus }>();
  statuses.set(document, ofDocument.set(mask.id, { parts, status }));
  return status;
}

const statuses = new WeakMap<DocumentStore, Map<string, { parts: readonly unknown[]; status: FollowStatus }>>();
const marks = new WeakMap<readonly RecordOf<'stroke'>[], KeyMark>();

function markOf(key: MaskKeyRecord, strokes: readonly RecordOf<'stroke'>[]): KeyMark {
  const known = marks.get(strokes);
  if (known?.frameIndex === key.frameIndex) return known;
  const mark = keyMarkOf(key, strokes);
  marks.set(strokes, mark);
  return mark;
}

function statusOf(
  keys: readonly MaskKeyRecord[],
  strokes: readonly (readonly RecordOf<'stroke'>[])[],
  runs: readonly FollowedRecord[],
  range: { inFrame: number; outFrame: number },
): FollowStatus {
  const stretches = stretchesOf(
    keys.map((key, index) => markOf(key, strokes[index] ?? [])),
    range,
  );
  const made = new Set(keys.map((key) => key.frameIndex));
  const { doubts, doubtfulCount } = doubtsOf(runs, made);
  return {
    runs,
    isCurrent: (run) => stretches.some((stretch) => isFollowed(stretch, [{ ...run, cut: null, ...rangeOf(stretch) }])),
    open: stretches.filter((stretch) => !isFollowed(stretch, runs)),
    doubts,
    doubtfulCount,
    cuts: runs.flatMap(beyondCut).filter((frame) => !made.has(frame)),
    frameCount: runs.reduce((sum, run) => sum + run.confidence.length, 0),
  };
}

const beyondCut = ({ cut, firstFrame, endFrame }: FollowedRecord): number[] =>
  cut === null ? [] : [cut === 'end' ? endFrame : firstFrame - 1];

const rangeOf = ({ firstFrame, endFrame }: FollowStretch) => ({ firstFrame, endFrame });

/** Stretches of doubtful frames without the hand-made ones, the worst first. */
function doubtsOf(
  runs: readonly FollowedRecord[],
  made: ReadonlySet<number>,
): { doubts: Doubt[]; doubtfulCount: number } {
  const doubts: Doubt[] = [];
  let doubtfulCount = 0;
  let last = -2;
  for (const run of [...runs].sort((a, b) => a.firstFrame - b.firstFrame))
    run.confidence.forEach((confidence, index) => {
      const frame = run.firstFrame + index;
      if (confidence >= doubtPercent || made.has(frame)) return;
      doubtfulCount += 1;
      const open = doubts.at(-1);
      if (!open || frame !== last + 1) doubts.push({ frame, confidence });
      else if (confidence < open.confidence) doubts[doubts.length - 1] = { frame, confidence };
      last = frame;
    });
  return { doubts: doubts.sort((a, b) => a.confidence - b.confidence), doubtfulCount };
}
