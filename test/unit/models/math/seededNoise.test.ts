import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normalQuantile, philox, portableLog, seededNormal } from '../../../../models/math/seededNoise.ts';

describe('Philox 4×32-10', () => {
  // The known-answer vectors published with the Random123 library.
  test.each([
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ])('answers %j under key %j as published', (counter, key, expected) => {
    const out = new Uint32Array(4);
    philox(Uint32Array.from(counter), key[0], key[1], out);
    expect([...out]).toEqual(expected);
  });
});

test('the portable logarithm agrees with the platform to the last few bits', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-300, max: 1e300, noNaN: true }), (x) => {
      expect(Math.abs(portableLog(x) - Math.log(x))).toBeLessThanOrEqual(
        4e-16 * Math.max(1, Math.abs(Math.log(x))) * 2,
      );
    }),
  );
});

test('normal quantiles match tabulated values', () => {
  expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 12);
  expect(normalQuantile(1e-10)).toBeCloseTo(-6.361340902404056, 11);
  expect(normalQuantile(0.5)).toBe(0);
});

test('noise has mean 0, variance 1, and differs by seed, purpose and index', () => {
  const noise = seededNormal(40_000, 7, 'initial');
  const mean = noise.reduce((sum, value) => sum + value, 0) / noise.length;
  const variance = noise.reduce((sum, value) => sum + value * value, 0) / noise.length - mean * mean;
  expect(Math.abs(mean)).toBeLessThan(0.02);
  expect(Math.abs(variance - 1)).toBeLessThan(0.03);
  expect(seededNormal(8, 7, 'initial')).toEqual(noise.slice(0, 8));
  expect(seededNormal(8, 8, 'initial')).not.toEqual(noise.slice(0, 8));
  expect(seededNormal(8, 7, 'step')).not.toEqual(noise.slice(0, 8));
  expect(seededNormal(8, 7, 'initial', 1)).not.toEqual(noise.slice(0, 8));
});

test('the noise of a seed is pinned to the bit', () => {
  expect(
    [...new Uint32Array(seededNormal(4, 42, 'initial').buffer)].map((word) => word.toString(16)),
  ).toMatchInlineSnapshot(`
    [
      "3e5c0d84",
      "3f960ad7",
      "bf15858a",
      "bed63c9f",
    ]
  `);
});
