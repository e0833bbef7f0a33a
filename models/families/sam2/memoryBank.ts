import { distanceSines } from '../../nets/sam2/positions.ts';
import type { Sam2Config } from '../../nets/sam2/sam2Config.ts';
import type { ChosenMask } from './maskChoice.ts';

/** What is kept of a frame: its mask, and its memory in the upper halves of float32 numbers once it is encoded. */
export interface FrameOutput extends ChosenMask {
  readonly memory: Uint16Array | undefined;
}

/** Pointers that a frame looks at, and conditioning frames: beyond as many the nearest are taken. */
const mostPointers = 16;
const mostConditioning = 16;

/** The memories and pointers one frame looks at, as the memory attention takes them. */
export interface Recalled {
  readonly memories: readonly Uint16Array[];
  /** Row of the table of ages for each memory. */
  readonly ages: readonly number[];
  readonly pointers: readonly Float32Array[];
  /** Sines of how far away each pointer's frame is. */
  readonly distances: readonly Float32Array[];
}

/** Where a frame lies and which way the subject is followed. */
export interface Recall {
  readonly frame: number;
  readonly frameCount: number;
  readonly reverse: boolean;
}

/** What one subject's frames gave: conditioning ones, which a person worked on, and those that were followed. */
export class MemoryBank {
  readonly conditioning = new Map<number, FrameOutput>();
  readonly followed = new Map<number, FrameOutput>();

  /** The output of a frame, of either kind. */
  get(frame: number): FrameOutput | undefined {
    return this.conditioning.get(frame) ?? this.followed.get(frame);
  }

  /**
   * What a frame looks at: all conditioning frames, nearest first beyond {@link mostConditioning}, the frames just before it in the
   * way it is followed, and pointers of the conditioning frames already passed and of the frames before.
   */
  recall({ frame, frameCount, reverse }: Recall, config: Sam2Config): Recalled {
    const step = reverse ? 1 : -1;
    const [chosen, others] = this.#nearest(frame);
    const before = (distance: number): FrameOutput | undefined => {
      const at = frame + step * distance;
      return this.followed.get(at) ?? others.get(at);
    };
    const memories: Uint16Array[] = [];
    const ages: number[] = [];
    const remember = (output: FrameOutput | undefined, age: number): void => {
      if (!output?.memory) return;
      memories.push(output.memory);
      ages.push(age);
    };
    for (const output of chosen.values()) remember(output, config.memories - 1);
    for (let distance = config.memories - 1; distance >= 1; distance--) remember(before(distance), distance - 1);
    const most = Math.min(frameCount, mostPointers);
    const pointers: Float32Array[] = [];
    const distances: Float32Array[] = [];
    const point = (output: FrameOutput | undefined, distance: number): void => {
      if (!output) return;
      pointers.push(output.pointer);
      distances.push(distanceSines(distance / Math.max(1, most - 1), config.width));
    };
    for (const [at, output] of chosen) if ((at - frame) * step >= 0) point(output, (at - frame) * step);
    for (let distance = 1; distance < most; distance++) {
      const at = frame + step * distance;
      if (at < 0 || at >= frameCount) break;
      point(before(distance), distance);
    }
    return { memories, ages, pointers, distances };
  }

  /** Conditioning frames to look at and the rest: the nearest before, the nearest from here on, then by distance. */
  #nearest(frame: number): [ReadonlyMap<number, FrameOutput>, ReadonlyMap<number, FrameOutput>] {
    if (this.conditioning.size <= mostConditioning) return [this.conditioning, new Map()];
    const frames = [...this.conditioning.keys()];
    const byDistance = frames.sort((a, b) => Math.abs(a - frame) - Math.abs(b - frame));
    const first = [byDistance.find((at) => at < frame), byDistance.find((at) => at >= frame)];
    const order = new Set([...first.filter((at) => at !== undefined), ...byDistance]);
    const chosen = new Set([...order].slice(0, mostConditioning));
    const part = (inside: boolean): Map<number, FrameOutput> =>
      new Map([...this.conditioning].filter(([at]) => chosen.has(at) === inside));
    return [part(true), part(false)];
  }
}

/** The upper halves of float32 numbers, rounded to the nearest, ties to even: bfloat16, as the published predictor keeps memories. */
export function halvesOf(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return Uint16Array.from(bits, (value) => (value + 0x7fff + ((value >>> 16) & 1)) >>> 16);
}

/** Writes such numbers as float32 into `target` from `at` on. */
export function writeHalves(halves: Uint16Array, target: Float32Array, at: number): void {
  const bits = new Uint32Array(target.buffer, target.byteOffset, target.length);
  for (let index = 0; index < halves.length; index++) bits[at + index] = (halves[index] ?? 0) << 16;
}
