import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Planes } from '../../../../models/math/resample.ts';
import { layKept } from '../../../../models/pipeline/compositing/composite.ts';
import { enlargeMade } from '../../../../models/pipeline/compositing/enlarge.ts';
import { keepShare, sharesOf } from '../../../../models/pipeline/compositing/keepShare.ts';
import { matchSeam } from '../../../../models/pipeline/compositing/matchSeam.ts';
import { joinCells } from '../../../../models/pipeline/decoding/joinCells.ts';

/** Three equal planes of what is drawn by place. */
const planes = (width: number, height: number, value: (x: number, y: number) => number): Planes => {
  const data = new Float32Array(3 * width * height);
  for (let i = 0; i < data.length; i++) data[i] = value(i % width, Math.floor(i / width) % height);
  return { width, height, channels: 3, data };
};
const line = (data: ArrayLike<number>, width: number, y: number, step = 1): number[] =>
  Array.from({ length: width }, (_, x) => data[(y * width + x) * step]);

describe('enlarging', () => {
  test('what is even stays even, at any size', () => {
    const size = fc.integer({ min: 4, max: 90 });
    fc.assert(
      fc.property(size, size, fc.integer({ min: 0, max: 255 }), (width, height, value) => {
        const out = enlargeMade(
          planes(16, 12, () => value),
          { width, height },
        );
        expect(out.every((byte, i) => byte === (i % 4 === 3 ? 255 : value))).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  test('an edge is narrower than the pixels it was made of, and hardly anything rings beside it', () => {
    const out = enlargeMade(
      planes(20, 12, (x) => (x < 10 ? 40 : 200)),
      { width: 200, height: 120 },
    );
    const row = line(out, 200, 60, 4);
    expect(row.filter((value) => value > 56 && value < 184).length).toBeLessThan(8);
    expect(Math.min(...row)).toBeGreaterThanOrEqual(28);
    expect(Math.max(...row)).toBeLessThanOrEqual(212);
  });

  test('what is wanted of it is as in the whole', () => {
    const made = planes(24, 16, (x, y) => 128 + 100 * Math.sin(x / 2) * Math.cos(y / 3));
    const whole = enlargeMade(made, { width: 211, height: 130 });
    const wanted = { left: 31, top: 17, right: 170, bottom: 101 };
    const part = enlargeMade(made, { width: 211, height: 130 }, wanted);
    for (let y = wanted.top; y < wanted.bottom; y++) {
      const [from, to] = [(y * 211 + wanted.left) * 4, (y * 211 + wanted.right) * 4];
      expect(part.subarray(from, to)).toEqual(whole.subarray(from, to));
    }
  });
});

describe('cells of the decoder', () => {
  const steps = (made: Planes) =>
    line(made.data, made.width, 10).map((value, x, row) => Math.abs(value - (row[x - 1] ?? value)));

  test('a small step at a border becomes a ramp', () => {
    const made = planes(32, 24, (x) => (100 + 12 * Math.floor(x / 8)) / 127.5 - 1);
    joinCells(made, 8);
    expect(Math.max(...steps(made))).toBeLessThan(3 / 127.5);
  });

  test('an edge of the picture, and a step inside a cell, stay', () => {
    const made = planes(32, 24, (x) => ((x < 16 ? 20 : 180) + (x > 4 ? 10 : 0)) / 127.5 - 1);
    const before = new Float32Array(made.data);
    joinCells(made, 8);
    expect([...made.data]).toEqual([...before]);
  });
});

describe('the seam', () => {
  const [width, height] = [96, 48];
  const kept = Float32Array.from({ length: width * height }, (_, i) => (i % width < 32 ? 1 : 0));

  test('the made side takes on the kept one’s colours beside it, and less and less of them away from it', () => {
    const source = planes(width, height, () => 110);
    const made = planes(width, height, () => 100);
    const row = line(matchSeam({ made, source, kept }, 'rest').data, width, 20);
    expect(row[32]).toBeGreaterThan(107);
    expect(row[90]).toBeLessThan(101);
    for (let x = 34; x < 90; x++) expect(row[x]).toBeLessThanOrEqual(row[x - 1] + 0.01);
  });

  test('a fringe of the subject in its place is painted over with the place', () => {
    const made = planes(width, height, (x) => (x < 34 ? 220 : 60));
    const row = line(matchSeam({ made, source: planes(width, height, () => 220), kept }, 'subject').data, width, 20);
    expect(Math.max(...row.slice(32))).toBeLessThan(100);
  });

  test('the band beside what is kept has nothing of what the mask leaves out', () => {
    const fill = (value: (x: number) => readonly [number, number, number]) =>
      Uint8Array.from({ length: 40 * 9 * 4 }, (_, i) => (i % 4 === 3 ? 255 : value(Math.floor(i / 4) % 40)[i % 4]));
    const source = { width: 40, height: 9, data: fill((x) => (x < 20 ? [200, 0, 0] : [0, 200, 0])) };
    const made = { width: 40, height: 9, data: fill(() => [0, 0, 200]) };
    const mask = Uint8Array.from({ length: 40 * 9 }, (_, i) => (i % 40 < 20 ? 255 : 0));
    layKept(made, source, keepShare(mask, 40, 9, 5));
    const { data } = made;
    for (let x = 0; x < 40; x++) expect(data[(4 * 40 + x) * 4 + 1]).toBe(0);
    expect(data[(4 * 40 + 21) * 4]).toBeGreaterThan(100);
  });

  test('narrow and wide bands fall alike', () => {
    const mask = Uint8Array.from({ length: 60 * 40 }, (_, i) =>
      Math.hypot((i % 60) - 30, Math.floor(i / 60) - 20) < 8 ? 255 : 0,
    );
    const narrow = sharesOf(keepShare(mask, 60, 40, 12));
    const wide = sharesOf(keepShare(mask, 60, 40, 12.01));
    narrow.forEach((value, i) => {
      expect(Math.abs(value - wide[i])).toBeLessThan(0.02);
    });
  });
});
