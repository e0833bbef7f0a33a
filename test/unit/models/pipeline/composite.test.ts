import fc from 'fast-check';
import { expect, test } from 'vitest';
import { layKept, laySubject } from '../../../../models/pipeline/compositing/composite.ts';
import { keepShare, sharesOf } from '../../../../models/pipeline/compositing/keepShare.ts';

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
        const kept = take(width * height).map((value) => (value < 128 ? 0 : 255));
        const source = { width, height, data: take(width * height * 4) };
        const made = { width, height, data: take(width * height * 4) };
        const result = { width, height, data: made.data.slice() };
        layKept(result, source, keepShare(kept, width, height, feather));
        kept.forEach((value, i) => {
          if (value === 255)
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
  const share = sharesOf(keepShare(kept, width, 1, 6));
  expect([...share.slice(0, 10)]).toEqual(Array(10).fill(1));
  for (let x = 10; x < 16; x++) {
    expect(share[x]).toBeGreaterThan(0);
    expect(share[x]).toBeLessThan(share[x - 1] ?? 0);
  }
  expect([...share.slice(17)].every((value) => value === 0)).toBe(true);
});

test('what is made is told by its box; nothing is where all is kept', () => {
  const kept = Uint8Array.from({ length: 40 * 30 }, (_, i) => (i % 40 === 7 && i > 40 * 12 ? 0 : 255));
  expect(keepShare(kept, 40, 30, 4).made).toEqual({ left: 7, top: 12, right: 8, bottom: 30 });
  expect(keepShare(kept.fill(255), 40, 30, 4).made).toBeUndefined();
});

test('a source whose bytes begin anywhere is kept as any other', () => {
  const kept = Uint8Array.of(255, 0);
  const source = { width: 2, height: 1, data: Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8).subarray(1) };
  const made = { width: 2, height: 1, data: new Uint8Array(8).fill(99) };
  layKept(made, source, keepShare(kept, 2, 1, 0));
  expect([...made.data]).toEqual([1, 2, 3, 4, 99, 99, 99, 99]);
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
