import { StudioError } from '../../errors/studioError.ts';
import { checkKeys } from '../checkKeys.ts';
import { CutWatch } from '../cutWatch.ts';
import type {
  FollowClip,
  FollowedFrame,
  Follower,
  FollowKey,
  FollowOptions,
  FollowStep,
  FrameRange,
} from '../follower.ts';
import { TakenPixels } from '../takenPixels.ts';
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
  { range = { first: 0, last: clip.frameCount - 1 }, acrossCuts = false }: FollowOptions = {},
): AsyncGenerator<FollowStep, void, undefined> {
  checkKeys(clip, keys, range);
  const masks = keys.map((key): MaskKey => {
    if (key.mask) return { ...key, mask: key.mask };
    throw new StudioError(
      'usage',
      `Frame ${key.frame} has clicks and no mask, and the built-in follower starts from masks.`,
      { hint: 'Select the subject there first, or follow with SAM 2.' },
    );
  });
  const subjects = [...new Set(masks.map(({ subject = 0 }) => subject))].sort((a, b) => a - b);
  const total = subjects.length * (range.last - range.first + 1);
  const taken = new TakenPixels();
  let step = 0;
  for (const subject of subjects) {
    const own = masks.filter((key) => (key.subject ?? 0) === subject);
    for await (const { followed, cut } of new OneSubject(clip, own, range, acrossCuts).follow()) {
      const mask = subjects.length > 1 ? taken.leave(followed.frame, followed.mask) : followed.mask;
      step++;
      yield { step, total, followed: { ...followed, mask, subject }, ...(cut === undefined ? {} : { cut }) };
    }
  }
}

interface Walked {
  readonly followed: Omit<FollowedFrame, 'subject'>;
  /** The first frame behind a cut that the subject was not followed across. */
  readonly cut?: number;
}

/** A key with less than this share of the largest key's area shows a part of the subject: it is not what others are held against. */
const wholeShare = 0.4;

/** Follows one subject. */
class OneSubject {
  readonly #clip: FollowClip;
  readonly #watch: CutWatch;
  readonly #keys: ReadonlyMap<number, Uint8Array>;
  readonly #range: FrameRange;
  readonly #acrossCuts: boolean;

  constructor(clip: FollowClip, keys: readonly MaskKey[], range: FrameRange, acrossCuts: boolean) {
    this.#clip = clip;
    this.#watch = new CutWatch(clip);
    this.#keys = new Map(keys.map(({ frame, mask }) => [frame, mask]));
    this.#range = range;
    this.#acrossCuts = acrossCuts;
  }

  async *follow(): AsyncGenerator<Walked, void, undefined> {
    const areas = new Map([...this.#keys].map(([frame, mask]) => [frame, areaOf(mask)]));
    const largest = Math.max(...areas.values());
    const whole = [...areas].flatMap(([frame, area]) => (area >= wholeShare * largest ? [frame] : []));
    const { first, last } = this.#range;
    for (const [frame, said] of [...this.#keys].sort(([one], [other]) => one - other)) {
      if (frame < first || frame > last) continue;
      const mask = said.map((value) => (value >= 128 ? 255 : 0));
      const followed = { frame, mask, confidence: 1, isThere: mask.includes(255), measures: {} };
      // Beside the outermost keys nothing else would tell of a cut.
      const cut =
        (frame === Math.max(...whole) ? await this.#cutBehind(frame, 1) : undefined) ??
        (frame === Math.min(...whole) ? await this.#cutBehind(frame, -1) : undefined);
      yield cut === undefined ? { followed } : { followed, cut };
    }
    for (const stretch of stretchesOf(whole, this.#range)) yield* this.#stretch(stretch);
  }

  /** Forwards from the key before, then backwards from the key behind, where there are both; each frame without a key comes once. */
  async *#stretch({ from, to, wanted }: Stretch): AsyncGenerator<Walked, void, undefined> {
    const there = new Map<number, Found>();
    const isWanted = (frame: number): boolean =>
      frame >= wanted.first && frame <= wanted.last && !this.#keys.has(frame);
    if (from !== undefined)
      for await (const { frame, found, cut } of this.#walk(from, wanted.last)) {
        if (to !== undefined && isWanted(frame)) there.set(frame, found);
        else if (to === undefined && isWanted(frame)) yield this.#walked(frame, found, cut);
      }
    if (to === undefined) return;
    for await (const { frame, found, cut } of this.#walk(to, wanted.first)) {
      if (!isWanted(frame)) continue;
      const other = there.get(frame);
      there.delete(frame);
      const share = from === undefined ? 1 : (frame - from) / (to - from);
      yield other
        ? this.#walked(frame, blended(other, found, share))
        : this.#walked(frame, found, from === undefined ? cut : undefined);
    }
    // Before a cut between the two keys, the key before it alone speaks.
    for (const [frame, found] of there) yield this.#walked(frame, found);
  }

  /** Walks from a key's frame to `last`, either way, as far as there is no cut; keys on the way are taken for true. */
  async *#walk(start: number, last: number): AsyncGenerator<{ frame: number; found: Found; cut?: number }, void> {
    const step = last < start ? -1 : 1;
    const walk = new SubjectWalk(
      this.#clip,
      await this.#watch.frame(start),
      this.#keys.get(start) ?? new Uint8Array(this.#clip.width * this.#clip.height),
    );
    let cut = await this.#cutBehind(start, step);
    for (let frame = start + step; (last - frame) * step >= 0 && cut === undefined; frame += step) {
      const found = walk.next(await this.#watch.frame(frame));
      const said = this.#keys.get(frame);
      if (said) walk.pin(said);
      cut = await this.#cutBehind(frame, step);
      yield cut === undefined ? { frame, found } : { frame, found, cut };
    }
  }

  /** The next frame, either way, where it is wanted and a new shot begins with it. */
  async #cutBehind(frame: number, step: 1 | -1): Promise<number | undefined> {
    const next = frame + step;
    if (this.#acrossCuts || next < Math.min(frame, this.#range.first) || next > Math.max(frame, this.#range.last))
      return undefined;
    return (await this.#watch.isCut(frame, next)) ? next : undefined;
  }

  #walked(frame: number, { soft, confidence, measures }: Found, cut?: number): Walked {
    const mask = cutMask(soft, this.#clip);
    const followed = { frame, mask, confidence, isThere: mask.includes(255), measures };
    return cut === undefined ? { followed } : { followed, cut };
  }
}

const areaOf = (mask: Uint8Array): number => {
  let area = 0;
  for (let at = 0; at < mask.length; at++) if (mask[at] >= 128) area++;
  return area;
};
