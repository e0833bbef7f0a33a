import { StudioError } from '../../errors/studioError.ts';

/** One for all: a pickle holds thousands of short texts. */
const decoder = new TextDecoder();

/** Longest line in a pickle: the name of a module or a class. */
const longestLine = 1024;

/** A pickle's bytes, taken from front to back; taking more than there are is a damaged file. */
export class PickleBytes {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #path: string;
  #at = 0;

  /** `path` names the file in messages. */
  constructor(bytes: Uint8Array, path: string) {
    // A plain view: a Buffer's parts cost several times as much to make.
    this.#bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#path = path;
  }

  take(count: number): Uint8Array {
    const start = this.skip(count);
    return this.#bytes.subarray(start, start + count);
  }

  /** Passes over some bytes; answers where they began. */
  skip(count: number): number {
    if (this.#at + count > this.#bytes.length)
      throw new StudioError('format-damaged', `${this.#path} is damaged: its pickle is cut short.`);
    this.#at += count;
    return this.#at - count;
  }

  /** A whole number of 1, 2 or 4 bytes, little-endian. */
  unsigned(size: 1 | 2 | 4): number {
    const at = this.skip(size);
    return size === 1
      ? this.#view.getUint8(at)
      : size === 2
        ? this.#view.getUint16(at, true)
        : this.#view.getUint32(at, true);
  }

  /** A double, big-endian as pickles have it. */
  float(): number {
    return this.#view.getFloat64(this.skip(8));
  }

  /** A whole number of any size in two's complement, little-endian. */
  long(size: number): number {
    let value = 0n;
    for (const [index, byte] of this.take(size).entries()) value |= BigInt(byte) << BigInt(8 * index);
    return Number(BigInt.asIntN(Math.max(8, 8 * size), value));
  }

  text(length: number): string {
    return decoder.decode(this.take(length));
  }

  /** The text up to the next line feed, which is taken too. */
  line(): string {
    const start = this.#at;
    const end = this.#bytes.subarray(start, start + longestLine).indexOf(0x0a);
    if (end === -1)
      throw new StudioError('format-damaged', `${this.#path} is damaged: a line of its pickle does not end.`);
    this.#at += end + 1;
    return decoder.decode(this.#bytes.subarray(start, start + end));
  }
}
