import { type Planes, taps } from '../../math/resample.ts';
import type { Size } from '../../model/conditions.ts';
import type { Box } from './keepShare.ts';

/** What a cubic reads for each position of an enlargement. */
const cubicTaps = 4;

/** Added to a number and taken off again it leaves the nearest whole one, halves going to the even one. */
const rounding = 1.5 * 2 ** 52;

/**
 * Enlarges three planes (0 to 255) by a cubic straight into RGBA, opaque, of which `wanted` alone is drawn. It is the longest part of an edit
 * outside the network: rows are widened as they are come to, into few enough numbers to stay at hand, and its loops are written out.
 */
export function cubicToRgba(planes: Planes, { width, height }: Size, wanted: Box): Uint8Array {
  const widened = new WidenedRows(planes, width, wanted);
  const { at, weight } = evenTaps(planes.height, height);
  const pixels = new Uint32Array(width * height);
  const { left, top, right, bottom } = wanted;
  for (let y = top; y < bottom; y++) {
    const tap = y * cubicTaps;
    const rows = [0, 1, 2, 3].map((i) => widened.row(at[tap + i]));
    const row = pixels.subarray(y * width + left, y * width + right);
    mixRows(row, rows, weight.subarray(tap, tap + cubicTaps), left, width);
  }
  return new Uint8Array(pixels.buffer);
}

/** Draws pixels of a row from the four rows of values around it, from column `left` on; planes lie `width` apart. */
function mixRows(
  row: Uint32Array,
  [a, b, c, d]: readonly Float64Array[],
  [p, q, r, s]: Float32Array,
  left: number,
  width: number,
): void {
  for (let to = 0, red = left, green = left + width, blue = left + 2 * width; to < row.length; to++) {
    const redAt = byteOf(p * a[red] + q * b[red] + r * c[red] + s * d[red]);
    const greenAt = byteOf(p * a[green] + q * b[green] + r * c[green] + s * d[green]);
    const blueAt = byteOf(p * a[blue] + q * b[blue] + r * c[blue] + s * d[blue]);
    row[to] = (0xff << 24) | (blueAt << 16) | (greenAt << 8) | redAt;
    red++;
    green++;
    blue++;
  }
}

/** A value as a byte: rounded and clamped. */
function byteOf(value: number): number {
  const whole = (value + rounding - rounding) | 0;
  return whole < 0 ? 0 : whole > 255 ? 255 : whole;
}

/** Rows of planes at another width, made as they are asked for from above to below; the last few are kept. */
class WidenedRows {
  readonly #planes: Planes;
  readonly #width: number;
  readonly #columns: { readonly left: number; readonly right: number };
  readonly #taps: ReturnType<typeof evenTaps>;
  readonly #rows = Array.from({ length: cubicTaps }, () => ({ row: -1, values: new Float64Array(0) }));

  constructor(planes: Planes, width: number, columns: { readonly left: number; readonly right: number }) {
    this.#planes = planes;
    this.#width = width;
    this.#columns = columns;
    this.#taps = evenTaps(planes.width, width);
    for (const place of this.#rows) place.values = new Float64Array(planes.channels * width);
  }

  /** A row's values, plane after plane; good until rows {@link cubicTaps} below are asked for. */
  row(row: number): Float64Array {
    const place = this.#rows[row % cubicTaps];
    if (place.row !== row) this.#widen(row, place.values);
    place.row = row;
    return place.values;
  }

  #widen(row: number, values: Float64Array): void {
    const { width: from, height, channels, data } = this.#planes;
    const { at, weight } = this.#taps;
    const { left, right } = this.#columns;
    for (let channel = 0; channel < channels; channel++) {
      const start = (channel * height + row) * from;
      for (let x = left, t = left * cubicTaps, to = channel * this.#width + left; x < right; x++, t += cubicTaps, to++)
        values[to] = Math.fround(
          weight[t] * data[start + at[t]] +
            weight[t + 1] * data[start + at[t + 1]] +
            weight[t + 2] * data[start + at[t + 2]] +
            weight[t + 3] * data[start + at[t + 3]],
        );
    }
  }
}

/** For each output position its {@link cubicTaps} inputs and their weights, one after the other. */
function evenTaps(from: number, to: number): { at: Int32Array; weight: Float32Array } {
  const { first, count, weights, stride } = taps(from, to, 'bicubic');
  const at = new Int32Array(to * cubicTaps);
  const weight = new Float32Array(to * cubicTaps);
  for (let out = 0; out < to; out++)
    for (let tap = 0; tap < cubicTaps; tap++) {
      at[out * cubicTaps + tap] = Math.min(from - 1, first[out] + tap);
      if (tap < count[out]) weight[out * cubicTaps + tap] = weights[out * stride + tap];
    }
  return { at, weight };
}
