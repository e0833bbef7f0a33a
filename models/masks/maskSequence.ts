import { StudioError } from '../errors/studioError.ts';

/** "MSEQ" and the version of the form. */
const magic = [0x4d, 0x53, 0x45, 0x51, 1];

/** What a sequence may hold at most: the frames of a long clip, each as large as the largest that is decoded. */
const limits = { frames: 100_000, side: 8192 };

/**
 * Masks of one size, one a frame, as run lengths in one block of bytes: magic, then width, height and count, then for each frame the number
 * of bytes of its runs and the runs (as `encodeRuns` gives them), every number a little-endian base-128 integer.
 */
export class MaskSequence {
  readonly width: number;
  readonly height: number;
  readonly #bytes: Uint8Array;
  /** Where each frame's runs begin; one more at the end. */
  readonly #places: readonly { readonly start: number; readonly end: number }[];

  private constructor(
    bytes: Uint8Array,
    size: { width: number; height: number },
    places: readonly { start: number; end: number }[],
  ) {
    this.#bytes = bytes;
    this.width = size.width;
    this.height = size.height;
    this.#places = places;
  }

  /** Number of masks. */
  get count(): number {
    return this.#places.length;
  }

  /** Reads a sequence's bytes. @throws StudioError `format-damaged` where they are none */
  static read(bytes: Uint8Array): MaskSequence {
    if (magic.some((value, index) => bytes[index] !== value)) throw damaged();
    const cursor = { at: magic.length };
    const width = readNumber(bytes, cursor);
    const height = readNumber(bytes, cursor);
    const count = readNumber(bytes, cursor);
    if (width < 1 || height < 1 || Math.max(width, height) > limits.side || count > limits.frames) throw damaged();
    const places: { start: number; end: number }[] = [];
    for (let index = 0; index < count; index++) {
      const length = readNumber(bytes, cursor);
      const end = cursor.at + length;
      if (end > bytes.length) throw damaged();
      places.push({ start: cursor.at, end });
      cursor.at = end;
    }
    if (cursor.at !== bytes.length) throw damaged();
    return new MaskSequence(bytes, { width, height }, places);
  }

  /** Writes masks, given as their runs, in order. */
  static write(size: { width: number; height: number }, masks: readonly (readonly number[])[]): Uint8Array {
    const bytes: number[] = [...magic];
    for (const value of [size.width, size.height, masks.length]) pushNumber(bytes, value);
    for (const runs of masks) {
      const encoded: number[] = [];
      for (const run of runs) pushNumber(encoded, run);
      pushNumber(bytes, encoded.length);
      for (const byte of encoded) bytes.push(byte);
    }
    return Uint8Array.from(bytes);
  }

  /** Run lengths of the mask of a frame, counted from the sequence's first. @throws StudioError `format-damaged` */
  runs(index: number): number[] {
    const place = this.#places[index];
    if (!place) throw new RangeError(`Assertion failed: a sequence of ${this.count} masks has no mask ${index}`);
    const runs: number[] = [];
    const cursor = { at: place.start };
    let covered = 0;
    while (cursor.at < place.end) {
      const run = readNumber(this.#bytes, cursor);
      covered += run;
      if (covered > this.width * this.height) throw damaged();
      runs.push(run);
    }
    return runs;
  }
}

function pushNumber(bytes: number[], value: number): void {
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
}

/** A number of at most four bytes, 2²⁸ − 1: more pixels than the largest frame has. */
function readNumber(bytes: Uint8Array, cursor: { at: number }): number {
  let value = 0;
  for (let scale = 1; scale <= 128 ** 3; scale *= 128) {
    const byte = bytes[cursor.at++];
    if (byte === undefined) throw damaged();
    value += (byte % 128) * scale;
    if (byte < 128) return value;
  }
  throw damaged();
}

const damaged = (): StudioError =>
  new StudioError('format-damaged', 'The stored masks of a followed subject are damaged.', {
    hint: 'Follow the subject again.',
  });
