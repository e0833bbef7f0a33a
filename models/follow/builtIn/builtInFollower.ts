import { StudioError } from '../../errors/studioError.ts';
import { checkKeys } from '../checkKeys.ts';
import type {
  FollowClip,
  FollowedFrame,
  Follower,
  FollowKey,
  FollowOptions,
  FollowStep,
  FrameRange,
} from '../follower.ts';
import { blended } from './blended.ts';
import { type Stretch, stretchesOf } from './stretches.ts';
import { type Found, SubjectWalk } from './subjectWalk.ts';
import { cutMask } from './view.ts';

/** A key whose mask is known. */
type MaskKey = FollowKey & { readonly mask: Uint8Array };

/** The follower that needs no model. It starts from masks; clicks and boxes are made masks before. */
export function builtInFollower(): Follower {
  return { follow, dispose: async () => undefined };
}

async function* follow(
  clip: FollowClip,
  keys: readonly FollowKey[],
  { range = { first: 0, last: clip.frameCount - 1 } }: FollowOptions = {},
): AsyncGenerator<FollowStep, void, undefined> {
  checkKeys(clip, keys, range);
  const masks = keys.map((key): MaskKey => {
    if (key.mask) return { ...key, mask: key.mask };
    throw new StudioError(
      'usage',
      `Frame ${key.frame} has clicks and no mask, and the built-in follower starts from masks.`,
      {
        hint: 'Select the subject there first, or follow with SAM 2.',
      },
    );
  });
  const subjects = [...new Set(masks.map(({ subject = 0 }) => subject))].sort((a, b) => a - b);
  const total = subjects.length * (range.last - range.first + 1);
  let step = 0;
  for (const subject of subjects) {
    const own = masks.filter((key) => (key.subject ?? 0) === subject);
    for await (const followed of followOne(clip, own, range)) {
      step++;
      yield { step, total, followed: { ...followed, subject } };
    }
  }
}

type Followed = Omit<FollowedFrame, 'subject'>;

/** A key with less than this share of the largest key's area shows a part of the subject: it is not what others are held against. */
const wholeShare = 0.4;

async function* followOne(
  clip: FollowClip,
  keys: readonly MaskKey[],
  range: FrameRange,
): AsyncGenerator<Followed, void, undefined> {
  const byFrame = new Map(keys.map((key) => [key.frame, key.mask]));
  for (const [frame, said] of [...byFrame].sort(([one], [other]) => one - other)) {
    if (frame < range.first || frame > range.last) continue;
    const mask = said.map((value) => (value >= 128 ? 255 : 0));
    yield { frame, mask, confidence: 1, isThere: mask.includes(255), measures: {} };
  }
  const areas = new Map([...byFrame].map(([frame, mask]) => [frame, areaOf(mask)]));
  const largest = Math.max(...areas.values());
  const whole = [...areas].flatMap(([frame, area]) => (area >= wholeShare * largest ? [frame] : []));
  for (const stretch of stretchesOf(whole, range)) yield* followStretch(clip, byFrame, stretch);
}

const areaOf = (mask: Uint8Array): number => {
  let area = 0;
  for (let at = 0; at < mask.length; at++) if (mask[at] >= 128) area++;
  return area;
};

/** Forwards from the key before, then backwards from the key behind, where there are both; each frame without a key comes once. */
async function* followStretch(
  clip: FollowClip,
  keys: ReadonlyMap<number, Uint8Array>,
  { from, to, wanted }: Stretch,
): AsyncGenerator<Followed, void, undefined> {
  const there = new Map<number, Found>();
  const isWanted = (frame: number): boolean => frame >= wanted.first && frame <= wanted.last && !keys.has(frame);
  if (from !== undefined)
    for await (const [frame, found] of walked(clip, keys, from, wanted.last)) {
      if (!isWanted(frame)) continue;
      if (to === undefined) yield followedFrame(clip, frame, found);
      else there.set(frame, found);
    }
  if (to !== undefined)
    for await (const [frame, found] of walked(clip, keys, to, wanted.first)) {
      if (!isWanted(frame)) continue;
      const other = there.get(frame);
      there.delete(frame);
      const share = from === undefined ? 1 : (frame - from) / (to - from);
      yield followedFrame(clip, frame, other ? blended(other, found, share) : found);
    }
}

/** Walks from a key's frame to `last`, either way; keys on the way are taken for true. */
async function* walked(
  clip: FollowClip,
  keys: ReadonlyMap<number, Uint8Array>,
  start: number,
  last: number,
): AsyncGenerator<readonly [number, Found], void, undefined> {
  const walk = new SubjectWalk(clip, await clip.frame(start), keys.get(start) ?? new Uint8Array());
  const step = last < start ? -1 : 1;
  for (let frame = start + step; (last - frame) * step >= 0; frame += step) {
    const found = walk.next(await clip.frame(frame));
    const said = keys.get(frame);
    if (said) walk.pin(said);
    yield [frame, found];
  }
}

function followedFrame(clip: FollowClip, frame: number, { soft, confidence, measures }: Found): Followed {
  const mask = cutMask(soft, clip);
  return { frame, mask, confidence, isThere: mask.includes(255), measures };
}
