import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compositeKept, keepShare } from '../../../../models/pipeline/composite.ts';

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
