import { sized } from '../flow/flow.ts';
import { type GreyPicture, pyramidOf } from '../flow/greyPicture.ts';
import { type Affine, after, identity, inverse, nearer, scaleOf } from './affine.ts';
import { findSubject } from './findSubject.ts';
import { boundsOf, fits, joinedBounds, moved, viewAround, wholeView } from './framing.ts';
import { asSeen, drawAnew, join, type Said } from './joinSaid.ts';
import { beyondBorder, leastSide, planesOver, type Reference, type Registered, register } from './reference.ts';
import { crispness, surenessOf, thinness } from './sureness.ts';
import {
  halfPlane,
  halfSeen,
  maskThrough,
  type PictureSize,
  type Seen,
  type SoftMask,
  seenThrough,
  throughView,
  type View,
} from './view.ts';

/** What a walk finds in a frame. */
export interface Found {
  readonly soft: SoftMask;
  readonly confidence: number;
  readonly measures: Readonly<Record<string, number>>;
}

interface Look {
  readonly seen: Seen;
  /** The same at half the size: motion is found there. */
  readonly small: Seen;
  readonly pyramid: readonly GreyPicture[];
}

/** A frame that later ones are held against, at both sizes. */
interface Memory {
  readonly small: Reference;
  readonly view: View;
  readonly soft: Float32Array;
  /** From places of its frame to those of the key's. */
  readonly toKey: Affine;
}

/** Matches below this are doubted: another memory is asked, and the subject is looked for elsewhere. */
const doubted = 0.7;
/** Shares of the usual match: above the first the subject is held to be seen, above the second it is surely found again. */
const knownShare = 0.62;
const sureShare = 0.85;
/** Shares of its area that have to be seen for it to be there: where it is known, and where what is seen may be something else. */
const leastSeen = 0.02;
const leastUnknown = 0.1;
/** How sure it is at least that the subject is not there where nothing is like it: masks that are doubted more are looked at first. */
const unseenSureness = 0.3;
/** Frames between one memory and the next. */
const memoryFrames = 6;

/** Follows one subject from a key, one frame after the other, either way. */
export class SubjectWalk {
  readonly #size: PictureSize;
  readonly #key: Memory;
  /** The latest frame that was sure. */
  #recent: Memory | undefined;
  #sinceMemory = 0;
  #view: View;
  #picture: Uint8Array;
  #look: Look;
  #soft: Float32Array;
  /** From places now to those in the key's frame, in pixels of the clip. */
  #toKey: Affine = identity;
  /** How the subject moves of late, as a shift back to the frame before: what is expected where it is not seen. */
  #drift: Affine = identity;
  #step: Affine = identity;
  /** How well it matches when it is seen. */
  #usual = 0.9;
  #isKnown = true;
  /** Whether it has been seen as well as usual since it was last lost. */
  #isBack = true;

  /** `picture`: the key's frame, RGBA; `mask`: its mask, one byte a pixel. */
  constructor(size: PictureSize, picture: Uint8Array, mask: Uint8Array) {
    this.#size = size;
    const whole = wholeView(size);
    this.#view = viewAround(boundsOf(maskThrough(whole, mask, size).data, whole), size) ?? whole;
    this.#picture = picture;
    this.#look = this.#lookAt(picture);
    this.#soft = maskThrough(this.#view, mask, size).data;
    this.#key = this.#remembered();
  }

  /** The next frame, in the way the walk goes. */
  next(picture: Uint8Array): Found {
    this.#moveView();
    const now = this.#lookAt(picture);
    const last = this.#remembered();
    const before = register(last.small, now.small, now.pyramid, this.#step);
    const isCarried = this.#isKnown && before.quality > 0.6 && before.matched > 0.15 * this.#expectedArea();
    const step = isCarried ? before.toReference : this.#drift;
    const known = this.#recognise(picture, now, after(this.#toKey, step));
    const likeness = this.#isBack ? known.quality : known.fit;
    const isKnown = known.quality > knownShare * this.#usual;
    const carriedSaid = this.#finely(last, before);
    const knownSaid = this.#finely(known.memory, known);
    const drawn = drawAnew(now.seen, join(carriedSaid, knownSaid));
    // Where only a part of it is seen, that part says where it is, but hardly how large and how turned.
    const isSure = likeness > sureShare * this.#usual;
    const toReference = isSure ? known.toReference : nearer(known.laidBy, known.toReference, known.middle, 0.03, 0.06);
    const toKey = isKnown ? after(known.memory.toKey, toReference) : after(this.#toKey, this.#drift);
    if (isKnown) this.#learn(toKey, known.quality);
    this.#isBack = isKnown && (this.#isBack || isSure);
    if (this.#isBack) this.#usual += 0.1 * (known.quality - this.#usual);
    this.#toKey = toKey;
    this.#step = isCarried && isKnown ? step : this.#drift;
    this.#isKnown = isKnown;
    this.#picture = picture;
    this.#look = now;
    const area = sum(drawn);
    const isThere = area > leastSeen * sum(knownSaid.soft) && (isKnown || area > leastUnknown * sum(knownSaid.soft));
    this.#soft = isThere ? drawn : new Float32Array(drawn.length);
    const seen = area / (sum(knownSaid.soft) + 1);
    const measures = {
      match: known.quality,
      fit: known.fit,
      seen,
      agree: overlapOf(drawn, knownSaid.soft),
      thin: thinness(this.#soft, this.#view),
      crisp: crispness(drawn),
      speed: this.#speedOf(drawn),
    };
    const sureness = surenessOf({ ...measures, isBack: this.#isBack });
    const confidence = isThere ? sureness : Math.max(unseenSureness, sureness);
    if (++this.#sinceMemory >= memoryFrames && this.#isBack && known.quality > doubted && seen > 0.85) {
      this.#recent = this.#remembered();
      this.#sinceMemory = 0;
    }
    return { soft: { view: this.#view, data: this.#soft }, confidence, measures };
  }

  /** Takes a mask of the frame it stands at for true, of a subject of which only a part is seen there, or nothing: it stays remembered whole. */
  pin(mask: Uint8Array): void {
    this.#soft = maskThrough(this.#view, mask, this.#size).data;
  }

  /** The frame as the memory that it matches best sees it, which is looked for elsewhere where it is not where it is expected. */
  #recognise(picture: Uint8Array, { small, pyramid }: Look, predicted: Affine): Registered & { memory: Memory } {
    const hold = (memory: Memory, toKey: Affine): Registered & { memory: Memory } => ({
      ...register(memory.small, small, pyramid, after(inverse(memory.toKey), toKey)),
      memory,
    });
    let best = hold(this.#key, predicted);
    if (this.#isBack && best.quality >= doubted) return best;
    if (this.#recent) {
      const other = hold(this.#recent, predicted);
      if (other.fit > best.fit + 0.03) best = other;
    }
    if (this.#isBack ? best.quality > knownShare * this.#usual : best.fit > sureShare * this.#usual) return best;
    for (const toKey of findSubject(this.#key.small, picture, this.#size, predicted, inverse(predicted))) {
      const other = hold(this.#key, toKey);
      if (other.fit > Math.max(0.4, best.fit + 0.08)) best = other;
    }
    return best;
  }

  /** Takes up how the subject moved. */
  #learn(toKey: Affine, quality: number): void {
    const [x, y] = this.#middle(this.#toKey);
    const [nextX, nextY] = this.#middle(toKey);
    const [, , driftX, , , driftY] = this.#drift;
    const share = this.#isKnown ? 0.5 * quality : 0;
    this.#drift = [1, 0, driftX + share * (x - nextX - driftX), 0, 1, driftY + share * (y - nextY - driftY)];
  }

  /** How far the subject moves in a frame of late, as a share of the side of a square as large as its mask. */
  #speedOf(soft: Float32Array): number {
    const [, , right, , , down] = this.#drift;
    const area = soft.reduce((count, share) => (share >= 0.5 ? count + 1 : count), 0);
    return Math.hypot(right, down) / (this.#view.scale * Math.sqrt(Math.max(1, area)));
  }

  /** Where the middle of the key's subject is by that map. */
  #middle(toKey: Affine): readonly [number, number] {
    const bounds = moved(boundsOf(this.#key.soft, this.#key.view), inverse(toKey));
    return bounds ? [(bounds.left + bounds.right) / 2, (bounds.top + bounds.bottom) / 2] : [0, 0];
  }

  /** How many pixels of the small picture the subject would cover. */
  #expectedArea(): number {
    const { soft, seen } = this.#key.small;
    return sum(soft) * (seen.view.scale / (scaleOf(this.#toKey) * this.#look.small.view.scale)) ** 2;
  }

  #lookAt(picture: Uint8Array): Look {
    const seen = seenThrough(this.#view, picture, this.#size);
    const small = halfSeen(seen);
    const { width, height } = small.view;
    return { seen, small, pyramid: pyramidOf({ width, height, data: small.grey }, leastSide) };
  }

  /** The frame it stands at, as a memory. */
  #remembered(): Memory {
    const soft = halfPlane(this.#soft, this.#view.width);
    const small = { seen: this.#look.small, soft, beyond: beyondBorder(this.#look.small, soft) };
    return { small, view: this.#view, soft: this.#soft, toKey: this.#toKey };
  }

  /** What a memory said at half the size, at the view's own. */
  #finely({ view, soft }: Memory, { laidBy, flow, match, quality }: Registered): Said {
    const { width, height } = this.#view;
    const seen = throughView(
      match,
      { ...this.#view, scale: 2 * this.#view.scale, width: width / 2, height: height / 2 },
      this.#view,
    );
    for (let at = 0; at < seen.length; at++) seen[at] = asSeen(seen[at]);
    return { soft: planesOver([soft], view, this.#view, laidBy, sized(flow, width, height))[0], match: seen, quality };
  }

  /** Takes another view where the subject, as it is expected in the next frame, comes near the present one's border. */
  #moveView(): void {
    const there = inverse(after(this.#toKey, this.#step));
    const bounds = joinedBounds(
      moved(boundsOf(this.#key.soft, this.#key.view), there),
      boundsOf(this.#soft, this.#view),
    );
    const next = bounds && viewAround(bounds, this.#size);
    if (!next || fits(bounds, this.#view, next)) return;
    this.#soft = throughView(this.#soft, this.#view, next);
    this.#view = next;
    this.#look = this.#lookAt(this.#picture);
  }
}

const sum = (values: Float32Array): number => values.reduce((total, value) => total + value, 0);

function overlapOf(one: Float32Array, other: Float32Array): number {
  let [both, either] = [0, 0];
  for (let at = 0; at < one.length; at++) {
    both += Math.min(one[at], other[at]);
    either += Math.max(one[at], other[at]);
  }
  return either > 1 ? both / either : 0;
}
