import { labOf } from '../../../models/math/colour.ts';

/** How well the place of an edited clip is one place: everything but the subject, frame by frame. */
export interface PlaceFigures {
  /** Mean difference of neighbouring frames that are of one window, of 255. */
  readonly inside: number;
  /** The same of neighbours on two sides of a window's border. */
  readonly across: number;
  /** Largest mean ΔE (CIE76) over cells of the picture, of any second to the first. */
  readonly drift: number;
  /** Most that two neighbouring frames differ. */
  readonly worst: number;
}

/** A picture's pixels that are of the place, thinned out. */
export interface PlaceSample {
  readonly data: Uint8Array;
  /** Whether each pixel is the place's. */
  readonly isPlace: Uint8Array;
}

const cellsAcross = 8;
const cellsDown = 6;

/**
 * Collects a clip's frames one after the other, all thinned out to `width` × `height`. `borders` are the frames before which a window of
 * the sampler ends.
 */
export class PlaceMeter {
  readonly #size: { width: number; height: number; framesPerSecond: number };
  readonly #borders: ReadonlySet<number>;
  #last: PlaceSample | undefined;
  #count = 0;
  readonly #inside: number[] = [];
  readonly #across: number[] = [];
  /** By second and cell: sums of L*, a*, b* and how many. */
  readonly #cells: Float64Array[] = [];

  constructor(size: { width: number; height: number; framesPerSecond: number }, borders: ReadonlySet<number>) {
    this.#size = size;
    this.#borders = borders;
  }

  /** Takes the next frame. */
  add(sample: PlaceSample): void {
    const frame = this.#count++;
    if (this.#last) (this.#borders.has(frame) ? this.#across : this.#inside).push(differenceOf(this.#last, sample));
    this.#last = sample;
    const { width, height, framesPerSecond } = this.#size;
    const second = Math.floor(frame / framesPerSecond);
    this.#cells[second] ??= new Float64Array(cellsAcross * cellsDown * 4);
    const sums = this.#cells[second];
    for (let i = 0; i < width * height; i++) {
      if (sample.isPlace[i] === 0) continue;
      const cell =
        Math.floor((Math.floor(i / width) * cellsDown) / height) * cellsAcross +
        Math.floor(((i % width) * cellsAcross) / width);
      const lab = labOf(...channels(sample.data, i * 4));
      for (let c = 0; c < 3; c++) sums[cell * 4 + c] += lab[c];
      sums[cell * 4 + 3] += 1;
    }
  }

  /** What was found. */
  figures(): PlaceFigures {
    const drifts = this.#cells.slice(1).map((sums) => driftOf(this.#cells[0], sums));
    return {
      inside: mean(this.#inside),
      across: mean(this.#across),
      drift: Math.max(0, ...drifts),
      worst: Math.max(...this.#inside, ...this.#across),
    };
  }
}

/** Mean difference of two frames over three colours, where both show the place. */
function differenceOf(one: PlaceSample, other: PlaceSample): number {
  let [sum, count] = [0, 0];
  for (let i = 0; i < one.isPlace.length; i++) {
    if (one.isPlace[i] === 0 || other.isPlace[i] === 0) continue;
    for (let c = i * 4; c < i * 4 + 3; c++) sum += Math.abs(one.data[c] - other.data[c]);
    count += 3;
  }
  return sum / Math.max(1, count);
}

/** Mean distance in CIELAB of cells that both seconds show. */
function driftOf(first: Float64Array, later: Float64Array): number {
  const distances: number[] = [];
  for (let at = 0; at < first.length; at += 4) {
    if (first[at + 3] === 0 || later[at + 3] === 0) continue;
    distances.push(Math.hypot(...[0, 1, 2].map((c) => first[at + c] / first[at + 3] - later[at + c] / later[at + 3])));
  }
  return mean(distances);
}

/** The channels of an RGBA pixel, 0 to 1. */
const channels = (data: Uint8Array, at: number): [number, number, number] => [
  data[at] / 255,
  data[at + 1] / 255,
  data[at + 2] / 255,
];

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
