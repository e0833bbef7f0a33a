import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FollowedMasks, withFollowed } from '../../../../models/masks/followedMasks.ts';
import type { MaskDrawing, MaskKey } from '../../../../models/masks/maskDrawing.ts';
import { rasterizeMask } from '../../../../models/masks/rasterizeMask.ts';

const size = { width: 8, height: 4 };

/** Every frame's followed mask begins at another pixel, so that frames are told apart. */
function followed(firstFrame: number, endFrame: number, cut: FollowedMasks['cut'] = null): FollowedMasks {
  return { firstFrame, endFrame, cut, masks: { ...size, runs: (index) => [(firstFrame + index) % 30, 2] } };
}

const key = (frameIndex: number, interpolation: MaskKey['interpolation'] = 'hold'): MaskKey => ({
  frameIndex,
  interpolation,
  operations: [{ kind: 'rectangle', mode: 'paint', x: frameIndex % 6, y: 0, width: 2, height: 4 }],
});

const drawn = (...keys: MaskKey[]): MaskDrawing => ({ ...size, growPixels: 0, featherPixels: 0, keys });
const at = (drawing: MaskDrawing, frameIndex: number) => [...rasterizeMask(drawing, { ...size, frameIndex })];

describe('followed masks', () => {
  it('show on their frames, and what was made by hand stays', () => {
    const drawing = withFollowed(drawn(key(3)), [followed(0, 3), followed(3, 8)]);
    expect(at(drawing, 3)).toEqual(at(drawn(key(3)), 3));
    for (const frame of [0, 2, 4, 7])
      expect(at(drawing, frame).flatMap((value, index) => (value > 0 ? [index] : []))).toEqual([frame, frame + 1]);
  });

  it('end where the clip cuts', () => {
    const drawing = withFollowed(drawn(key(3)), [followed(4, 6, 'end'), followed(2, 3, 'start')]);
    expect(at(drawing, 6).every((value) => value === 0)).toBe(true);
    expect(at(drawing, 1).every((value) => value === 0)).toBe(true);
    expect(at(drawing, 5).some((value) => value > 0)).toBe(true);
  });

  it('of a span decide its frames as all of them do', () => {
    const run = fc.record({
      first: fc.nat(20),
      length: fc.integer({ min: 1, max: 8 }),
      cut: fc.constantFrom(null, 'start' as const, 'end' as const),
    });
    const keys = fc.uniqueArray(fc.tuple(fc.nat(30), fc.constantFrom('hold' as const, 'linear' as const)), {
      selector: ([frame]) => frame,
      maxLength: 4,
    });
    fc.assert(
      fc.property(keys, fc.array(run, { maxLength: 3 }), fc.nat(30), fc.nat(5), (made, spans, first, more) => {
        // Runs of one mask lie one behind the other.
        let start = 0;
        const runs = spans.map(({ first: gap, length, cut }) => {
          const begin = start + gap;
          start = begin + length;
          return followed(begin, start, cut);
        });
        const drawing = drawn(...made.map(([frame, interpolation]) => key(frame, interpolation)));
        const all = withFollowed(drawing, runs);
        const some = withFollowed(drawing, runs, { first, last: first + more });
        for (let frame = first; frame <= first + more; frame++) expect(at(some, frame)).toEqual(at(all, frame));
      }),
    );
  });
});
