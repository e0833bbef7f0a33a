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

/** What a person said about one frame: clicks, a box around the subject, or its whole mask, which stands alone. */
export interface FollowKey {
  readonly frame: number;
  readonly points?: readonly FollowPoint[];
  /** Left, top, right and bottom in pixels of the clip. */
  readonly box?: readonly [number, number, number, number];
  /** One byte a pixel of the clip; 128 and above is the subject. */
  readonly mask?: Uint8Array;
}

/** One frame of a followed subject. */
export interface FollowedFrame {
  readonly frame: number;
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

/** A step of following: frames done of all, and the frame that was. A key's frame comes once. */
export interface FollowStep {
  readonly step: number;
  readonly total: number;
  readonly followed: FollowedFrame;
}

/** Follows subjects. One clip at a time; dispose it when done. */
export interface Follower {
  /**
   * Follows one subject from its first key to the clip's end, then back to its beginning. Keys stay as they were said. Stop iterating to
   * stop following. @throws StudioError `usage` for a key outside the clip, `mask-empty` where there is none
   */
  follow(clip: FollowClip, keys: readonly FollowKey[]): AsyncGenerator<FollowStep, void, undefined>;
  dispose(): Promise<void>;
}
