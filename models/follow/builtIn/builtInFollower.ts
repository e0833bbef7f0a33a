import { StudioError } from '../../errors/studioError.ts';
import { checkKeys } from '../checkKeys.ts';
import type { FollowClip, FollowedFrame, Follower, FollowKey, FollowOptions, FollowStep } from '../follower.ts';
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

async function* followOne(
  clip: FollowClip,
  keys: readonly MaskKey[],
  range: { readonly first: number; readonly last: number },
): AsyncGenerator<Followed, void, undefined> {
  const byFrame = new Map(keys.map((key) => [key.frame, key]));
  for (const { frame, mask } of [...keys].sort((a, b) => a.frame - b.frame))
    if (frame >= range.first && frame <= range.last)
      yield {
        frame,
        mask: mask.map((value) => (value >= 128 ? 255 : 0)),
        confidence: 1,
        isThere: mask.some((value) => value >= 128),
        measures: {},
      };
  for (const stretch of stretchesOf([...byFrame.keys()], range)) yield* followStretch(clip, byFrame, stretch);
}

/** Forwards from the key before, then backwards from the key behind, where there are both; each frame comes once. */
async function* followStretch(
  clip: FollowClip,
  keys: ReadonlyMap<number, MaskKey>,
  { from, to, wanted }: Stretch,
): AsyncGenerator<Followed, void, undefined> {
  const there = new Map<number, Found>();
  const before = from === undefined ? undefined : keys.get(from);
  const behind = to === undefined ? undefined : keys.get(to);
  if (before) {
    const walk = new SubjectWalk(clip, await clip.frame(before.frame), before.mask);
    for (let frame = before.frame + 1; frame <= wanted.last; frame++) {
      const found = walk.next(await clip.frame(frame));
      if (frame < wanted.first) continue;
      if (behind) there.set(frame, found);
      else yield followedFrame(clip, frame, found);
    }
  }
  if (behind) {
    const walk = new SubjectWalk(clip, await clip.frame(behind.frame), behind.mask);
    for (let frame = behind.frame - 1; frame >= wanted.first; frame--) {
      const found = walk.next(await clip.frame(frame));
      if (frame > wanted.last) continue;
      const other = there.get(frame);
      there.delete(frame);
      const share = before ? (frame - before.frame) / (behind.frame - before.frame) : 1;
      yield followedFrame(clip, frame, other ? blended(other, found, share) : found);
    }
  }
}

function followedFrame(clip: FollowClip, frame: number, { soft, confidence }: Found): Followed {
  const mask = cutMask(soft, clip);
  return { frame, mask, confidence, isThere: mask.includes(255), measures: {} };
}
