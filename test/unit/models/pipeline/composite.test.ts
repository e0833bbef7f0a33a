import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compositeKept, keepShare, laySubject } from '../../../../models/pipeline/compositing/composite.ts';

const size = fc.integer({ min: 1, max: 24 });

test('kept pixels are the source’s, byte for byte, whatever the mask, the feather and the pictures', () => {
  fc.assert(
    fc.property(
      size,
      size,
      fc.integer({ min: 0, max: 20 }),
      fc.infiniteStream(fc.integer({ min: 0, max: 255 })),
      (width, height, feather, bytes) => {
        const take = (count: number) => Uint8Array.from({ length: count }, () => bytes.next().value ?? 0);
        const kept = take(width * height);
        const source = { width, height, data: take(width * height * 4) };
        const made = { width, height, data: take(width * height * 4) };
        const result = compositeKept(source, made, keepShare(kept, width, height, feather));
        kept.forEach((value, i) => {
          if (value >= 128)
            expect([...result.data.subarray(i * 4, i * 4 + 4)]).toEqual([...source.data.subarray(i * 4, i * 4 + 4)]);
          else if (feather === 0)
            expect([...result.data.subarray(i * 4, i * 4 + 4)]).toEqual([...made.data.subarray(i * 4, i * 4 + 4)]);
        });
      },
    ),
    { numRuns: 60 },
  );
});

test('the feather band is as wide as asked, and falls from the edge outwards', () => {
  const width = 40;
  const kept = Uint8Array.from({ length: width }, (_, x) => (x < 10 ? 255 : 0));
  const share = keepShare(kept, width, 1, 6);
  expect([...share.slice(0, 10)]).toEqual(Array(10).fill(1));
  for (let x = 10; x < 16; x++) {
    expect(share[x]).toBeGreaterThan(0);
    expect(share[x]).toBeLessThan(share[x - 1] ?? 0);
  }
  expect([...share.slice(17)].every((value) => value === 0)).toBe(true);
});

test('a cut-out laid over a frame: its own pixels inside, the made ones outside, no fringe of half-covered edges', () => {
  const mask = Float32Array.of(1, 0.75, 0.5, 0);
  const planes = Float32Array.from({ length: 12 }, (_, i) => mask[i % 4] * [1, 0.4, 0][Math.floor(i / 4)]);
  const made = { width: 4, height: 1, data: Uint8Array.from({ length: 16 }, (_, i) => (i % 4 === 3 ? 255 : 10)) };
  const cutOut = {
    planes: { width: 4, height: 1, channels: 3, data: planes },
    mask: { width: 4, height: 1, channels: 1, data: mask },
  };
  const { data } = laySubject(cutOut, made);
  expect([...data.subarray(0, 4)]).toEqual([255, 102, 0, 255]);
  expect([...data.subarray(4, 8)]).toEqual([133, 56, 5, 255]);
  expect([...data.subarray(8)]).toEqual([...made.data.subarray(8)]);
});
