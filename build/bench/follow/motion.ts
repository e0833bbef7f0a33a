/** Where a subject or an occluder is in a frame. */
export interface Placement {
  /** Its middle, in pixels of the clip. */
  readonly x: number;
  readonly y: number;
  /** Pixels of the clip to one of its picture. */
  readonly scale: number;
  /** Radians. */
  readonly turn: number;
  /** How far it sways from its own shape, as a share of its size. */
  readonly bend: number;
  /** Its brightness, as a factor. */
  readonly light: number;
}

/** How something moves: times run from 0 to 1 over the clip. */
export interface Motion {
  /** Where it begins and ends, as shares of the clip's width and height. */
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
  /** How high it swings beside its way, as a share of the clip's height, and how often. */
  readonly swing: readonly [number, number];
  /** Its larger side at the beginning and the end, as a share of the clip's height. */
  readonly size: readonly [number, number];
  /** Degrees it turns, and how often there and back. */
  readonly turn: readonly [number, number];
  readonly bend?: number;
  /** Its light at the end; 1 at the beginning. */
  readonly light?: number;
}

/** Where it is at a time; `pictureSide`: the larger side of its picture in pixels. */
export function placed(motion: Motion, time: number, width: number, height: number, pictureSide: number): Placement {
  const between = ([from, to]: readonly [number, number]): number => from + (to - from) * time;
  const wave = (times: number): number => Math.sin(2 * Math.PI * times * time);
  return {
    x: width * between([motion.from[0], motion.to[0]]),
    y: height * (between([motion.from[1], motion.to[1]]) + motion.swing[0] * wave(motion.swing[1])),
    scale: (height * between(motion.size)) / pictureSide,
    turn: ((motion.turn[0] * Math.PI) / 180) * wave(motion.turn[1]),
    bend: (motion.bend ?? 0) * wave(1.5),
    light: 1 + ((motion.light ?? 1) - 1) * time,
  };
}
