import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MaskSequence } from '../../../../models/masks/maskSequence.ts';
import { decodeRuns, encodeRuns } from '../../../../models/masks/regionRuns.ts';

const size = { width: 16, height: 9 };
const mask = fc.uint8Array({ minLength: 144, maxLength: 144 });

describe('a sequence of masks', () => {
  it('gives every mask back as it was written', () => {
    fc.assert(
      fc.property(fc.array(mask, { maxLength: 6 }), (masks) => {
        const read = MaskSequence.read(MaskSequence.write(size, masks.map(encodeRuns)));
        expect([read.width, read.height, read.count]).toEqual([16, 9, masks.length]);
        masks.forEach((coverage, index) => {
          const cut = coverage.map((value) => (value >= 128 ? 255 : 0));
          expect(decodeRuns(read.runs(index), cut.length)).toEqual(cut);
        });
      }),
    );
  });

  it('takes a few bytes for what is simple', () => {
    const square = encodeRuns(Uint8Array.from({ length: 1280 * 720 }, (_, at) => (at % 1280 < 400 ? 255 : 0)));
    expect(MaskSequence.write({ width: 1280, height: 720 }, [square]).length).toBeLessThan(3000);
  });

  it('refuses bytes that are damaged, cut short or too long, and never hangs over them', () => {
    const whole = MaskSequence.write(size, [encodeRuns(new Uint8Array(144).fill(255)), [10, 134]]);
    for (const bytes of [new Uint8Array(), whole.slice(0, -1), Uint8Array.from([...whole, 0])])
      expect(() => MaskSequence.read(bytes)).toThrow(/damaged/);
    const toomany = MaskSequence.read(MaskSequence.write(size, [[100, 100]]));
    expect(() => toomany.runs(0)).toThrow(/damaged/);
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, value) => {
        const bytes = whole.slice();
        bytes[at] = value;
        try {
          const read = MaskSequence.read(bytes);
          for (let index = 0; index < read.count; index++) read.runs(index);
        } catch (error) {
          expect(String(error)).toMatch(/damaged/);
        }
      }),
    );
  });
});
