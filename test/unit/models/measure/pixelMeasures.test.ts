import fc from 'fast-check';
import { expect, test } from 'vitest';
import { borderRatio, drift, flicker, keptPixels } from '../../../../models/measure/pixelMeasures.ts';
import { singularValues } from '../../../../models/measure/singularValues.ts';

const [width, height] = [12, 8];

/** Frames of one grey each, with a square of another. */
const frames = (ground: readonly number[], square: readonly number[] = ground): Uint8Array[] =>
  ground.map((grey, index) => {
    const frame = new Uint8Array(4 * width * height).fill(255);
    for (let pixel = 0; pixel < width * height; pixel++) {
      const inside = square[index] ?? grey;
      frame.fill(mask[pixel] > 0 ? inside : grey, 4 * pixel, 4 * pixel + 3);
    }
    return frame;
  });

const mask = Uint8Array.from({ length: width * height }, (_, pixel) => {
  const [x, y] = [pixel % width, Math.floor(pixel / width)];
  return x >= 3 && x < 8 && y >= 2 && y < 6 ? 255 : 0;
});

test('what is kept byte for byte is kept infinitely well, and one changed pixel shows', () => {
  const source = frames([40, 60]);
  const made = source.map((frame) => frame.slice());
  const clip = { width, height, frames: made };
  expect(keptPixels(clip, source, [mask, mask])).toEqual({ psnr: Number.POSITIVE_INFINITY, exact: 1 });
  made[1]?.fill(99, 4 * (3 * width + 4), 4 * (3 * width + 4) + 1);
  const { psnr, exact } = keptPixels(clip, source, [mask, mask]) ?? { psnr: 0, exact: 1 };
  expect(psnr).toBeLessThan(100);
  expect(exact).toBeCloseTo(1 - 1 / 40, 9);
  expect(keptPixels(clip, source, [new Uint8Array(width * height)])).toBeUndefined();
});

test('a subject that moves is no flicker of what is around it', () => {
  const clip = { width, height, frames: frames([50, 50, 50], [50, 120, 20]) };
  expect(flicker(clip, [mask, mask, mask])).toBe(0);
  expect(flicker(clip)).toBeGreaterThan(10);
  expect(flicker({ ...clip, frames: clip.frames.slice(0, 1) })).toBe(0);
});

test('a hard edge has a high border ratio, none where nothing differs', () => {
  const noisy = frames([100], [180]).map((frame) => frame.map((value, at) => value + (at % 7)));
  expect(borderRatio({ width, height, frames: noisy }, [mask])).toBeGreaterThan(5);
  expect(borderRatio({ width, height, frames: frames([9]) }, [mask])).toBeUndefined();
  expect(borderRatio({ width, height, frames: noisy }, [])).toBeUndefined();
});

test('a clip that grows brighter drifts by as much as its ends differ', () => {
  const greys = [10, 10, 10, 10, 90, 90, 90, 90];
  expect(drift({ width, height, frames: frames(greys) })).toBeCloseTo(80 / Math.SQRT2, 6);
  expect(drift({ width, height, frames: frames(greys.map(() => 10)) })).toBe(0);
});

test('singular values keep the sum of squares and the determinant', () => {
  const number = fc.double({ min: -3, max: 3, noNaN: true });
  fc.assert(
    fc.property(fc.tuple(number, number, number, number), ([a, b, c, d]) => {
      const [first = 0, second = 0] = singularValues([Float64Array.of(a, b), Float64Array.of(c, d)]);
      expect(first ** 2 + second ** 2).toBeCloseTo(a * a + b * b + c * c + d * d, 6);
      expect(first * second).toBeCloseTo(Math.abs(a * d - b * c), 6);
    }),
  );
});
