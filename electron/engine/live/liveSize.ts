/** How large a live preview is drawn, so that its first moving picture comes soon after a slider was let go. */

/** What is drawn at a time: frames, and their size in pixels. */
export interface DrawnSize {
  readonly frames: number;
  readonly width: number;
  readonly height: number;
}

/** What a step of a network costs: multiply-adds counted twice, and the parameters that it reads, each once a call. */
export interface StepCost {
  readonly flops: number;
  readonly parameters: number;
}

/** Seconds that the first step of a live preview may take. */
export const liveStepSeconds = 4.5;

/** Operations in whose time a parameter is read from its file and widened. */
const flopsAParameter = 200;

/** A step's work in operations: where little is drawn, reading the weights is most of it. */
export const workOf = ({ flops, parameters }: StepCost): number => flops + flopsAParameter * parameters;

/** Frames and sides as shares of what was asked for, best first: what moves is drawn smaller before it has fewer frames. */
const shares = [
  [1, 1],
  [1, 0.75],
  [1, 0.5],
  [0.5, 0.5],
  [0.5, 0.375],
  [0.5, 0.25],
  [0.25, 0.25],
] as const;

/** Fewest frames that move. */
const fewestFrames = 4;

/**
 * The largest size whose step takes at most {@link liveStepSeconds}, else the smallest there is. `full` is what was asked for and `cost` what a
 * step of it costs; sides are multiples of `unit` pixels. `secondsOf` tells what a step of a size and of so much work takes.
 */
export function liveSize(
  full: DrawnSize,
  cost: StepCost,
  unit: number,
  secondsOf: (size: DrawnSize, work: number) => number,
): DrawnSize {
  const side = (length: number, share: number): number => Math.max(unit, Math.floor((length * share) / unit) * unit);
  let size = full;
  for (const [ofFrames, ofSide] of shares) {
    size = {
      frames: Math.min(full.frames, Math.max(fewestFrames, Math.floor(full.frames * ofFrames))),
      width: ofSide === 1 ? full.width : side(full.width, ofSide),
      height: ofSide === 1 ? full.height : side(full.height, ofSide),
    };
    const share = (size.frames * size.width * size.height) / (full.frames * full.width * full.height);
    if (secondsOf(size, workOf({ ...cost, flops: cost.flops * share })) <= liveStepSeconds) break;
  }
  return size;
}
