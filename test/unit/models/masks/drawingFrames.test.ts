import { describe, expect, it } from 'vitest';
import { drawingAtFrame, drawingFromFrame } from '../../../../models/masks/drawingFrames.ts';
import type { MaskDrawing, MaskOperation } from '../../../../models/masks/maskDrawing.ts';
import { rasterizeMask } from '../../../../models/masks/rasterizeMask.ts';

const box = (x: number): MaskOperation => ({ kind: 'rectangle', mode: 'paint', x, y: 4, width: 12, height: 12 });
const drawing: MaskDrawing = {
  width: 48,
  height: 24,
  growPixels: 1,
  featherPixels: 4,
  keys: [
    { frameIndex: 4, interpolation: 'linear', operations: [box(2)] },
    { frameIndex: 12, interpolation: 'hold', operations: [box(26)] },
  ],
};
const size = { width: 48, height: 24 };

/** Largest difference of two masks, in levels of 255, away from rounding. */
function difference(a: Uint8Array, b: Uint8Array): number {
  return Math.max(...a.map((value, index) => Math.abs(value - (b[index] ?? 0))));
}

describe('a mask for the pipeline', () => {
  it('of one frame equals the whole drawing’s at that frame', () => {
    for (const frameIndex of [0, 4, 12, 40]) {
      const alone = rasterizeMask(drawingAtFrame(drawing, frameIndex), { ...size, frameIndex: 0 });
      expect(alone).toEqual(rasterizeMask(drawing, { ...size, frameIndex }));
    }
    // Between linear keys the outline is frozen as a bitmap: the same to within its hard edge.
    const between = rasterizeMask(drawingAtFrame(drawing, 8), { ...size, frameIndex: 0 });
    expect(difference(between, rasterizeMask(drawing, { ...size, frameIndex: 8 }))).toBeLessThan(100);
  });

  it('of a range begins at its first frame', () => {
    for (const first of [0, 4, 12, 20]) {
      const moved = drawingFromFrame(drawing, first);
      for (const frame of [0, 3, 9]) {
        if (first < 4 && frame + first > 4 && frame + first < 12) continue;
        const expected = rasterizeMask(drawing, { ...size, frameIndex: first + frame });
        expect(difference(rasterizeMask(moved, { ...size, frameIndex: frame }), expected)).toBeLessThan(2);
      }
    }
    expect(drawingAtFrame({ ...drawing, keys: [] }, 3).keys).toEqual([]);
  });
});
