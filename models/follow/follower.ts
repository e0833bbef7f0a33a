/** How a subject is followed through a clip, whoever follows: key masks and points in, a mask and how sure it is for every frame out. */

/** A clip as a follower reads it. Frames count from 0. */
export interface FollowClip {
  readonly width: number;
  readonly height: number;
  readonly frameCount: number;
  /** A frame as 8-bit RGBA, row by row. Asked for in order, forwards and then backwards, and around keys. */
  frame(index: number): Promise<Uint8Array>;
}

/** A click, in pixels of the clip. */
export interface FollowPoint {
  readonly x: number;
  readonly y: number;
  /** Whether it adds to the subject or takes away from it. */
  readonly adds: boolean;
}

/**
 * What a person said about one frame: clicks, a box around the subject, or its whole mask, which stands alone. An empty mask says that the
 * subject is not seen there. Followers that read no clicks (the built-in one) refuse keys without a mask.
 */
export interface FollowKey {
  readonly frame: number;
  /** Which of several subjects it is about, counted from 0; absent: 0. A frame has at most one key for each. */
  readonly subject?: number;
  readonly points?: readonly FollowPoint[];
  /** Left, top, right and bottom in pixels of the clip. */
  readonly box?: readonly [number, number, number, number];
  /** One byte a pixel of the clip; 128 and above is the subject. */
  readonly mask?: Uint8Array;
}

/** A frame whose confidence is below this is to be looked at: its mask overlaps the true one by less than 0.8, more likely than not. */
export const doubtfulBelow = 0.5;

/** One frame of a followed subject. */
export interface FollowedFrame {
  readonly frame: number;
  /** Which of several subjects it is about. Masks of different subjects do not overlap. */
  readonly subject: number;
  /** One byte a pixel of the clip: 255 the subject, else 0. */
  readonly mask: Uint8Array;
  /** How sure the follower is of it, 0..1: what the confidence lane shows. */
  readonly confidence: number;
  /** Whether the subject is seen in the frame. */
  readonly isThere: boolean;
  /** The follower's own measures, by name. */
  readonly measures: Readonly<Record<string, number>>;
  /** The mask before it is cut, at the follower's own size, where it has one: above 0 is the subject. */
  readonly logits?: { readonly width: number; readonly height: number; readonly data: Float32Array };
}

/** A step of following: how many frames are done of all (times subjects), and the one that was. A key's frame comes once. */
export interface FollowStep {
  readonly step: number;
  readonly total: number;
  readonly followed: FollowedFrame;
  /**
   * There is a cut beside this frame, in the way it was followed, and the subject was not followed past it: the first frame behind it. Frames
   * there do not come, unless a key lies among them. A key behind the cut, or `acrossCuts`, goes on.
   */
  readonly cut?: number;
}

/** Which frames are followed. */
export interface FollowOptions {
  /**
   * The first and the last frame that are wanted; absent: the whole clip. Keys outside of it count as well. After a correction
   * `framesToFollowAgain` says which these are.
   */
  readonly range?: FrameRange;
  /** Whether cuts are followed across, as if the clip went on; a follower finds the subject again behind them where it can. */
  readonly acrossCuts?: boolean;
}

/** Frames from `first` to `last`, both of them included. */
export interface FrameRange {
  readonly first: number;
  readonly last: number;
}

/** Follows subjects. One clip at a time; dispose it when done. It computes where it is called: call it where nobody waits. */
export interface Follower {
  /**
   * Follows each subject from its keys through the wanted frames: forwards from the first key, then backwards. Keys stay as they were
   * said, and between two keys the frames agree with both. Stop iterating to stop following.
   * @throws StudioError `usage` for a key or a range outside the clip, `mask-empty` where there is no key
   */
  follow(
    clip: FollowClip,
    keys: readonly FollowKey[],
    options?: FollowOptions,
  ): AsyncGenerator<FollowStep, void, undefined>;
  dispose(): Promise<void>;
}
