import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coverageFromDistance, signedDistance } from '../../../../models/masks/edgeShape.ts';
import type { MaskDrawing, MaskOperation } from '../../../../models/masks/maskDrawing.ts';
import { MaskLayer } from '../../../../models/masks/maskLayer.ts';
import { rasterizeMask } from '../../../../models/masks/rasterizeMask.ts';
import { decodeRuns, encodeRuns } from '../../../../models/masks/regionRuns.ts';
import { simplifyStroke } from '../../../../models/masks/simplifyStroke.ts';

function drawing(operations: MaskOperation[], more: Partial<MaskDrawing> = {}): MaskDrawing {
  return {
    width: 64,
    height: 48,
    growPixels: 0,
    featherPixels: 0,
    keys: [{ frameIndex: 0, interpolation: 'hold', operations }],
    ...more,
  };
}
const size = { width: 64, height: 48, frameIndex: 0 };
const at = (data: Uint8Array, x: number, y: number): number => data[y * 64 + x] ?? -1;
const areaOf = (data: Uint8Array): number => data.reduce((sum, value) => sum + value, 0) / 255;
const stroke = (points: number[], more: Partial<Extract<MaskOperation, { kind: 'stroke' }>> = {}): MaskOperation => ({
  kind: 'stroke',
  mode: 'paint',
  radius: 6,
  hardness: 1,
  points,
  ...more,
});
const box = (
  x: number,
  y: number,
  width: number,
  height: number,
  mode: 'paint' | 'erase' = 'paint',
): MaskOperation => ({
  kind: 'rectangle',
  mode,
  x,
  y,
  width,
  height,
});

describe('rasterizeMask', () => {
  it('covers the area of a hard round dot', () => {
    const data = rasterizeMask(drawing([stroke([32, 24, 1])]), size);
    expect(areaOf(data)).toBeCloseTo(Math.PI * 36, -1);
    expect(at(data, 32, 24)).toBe(255);
    expect(at(data, 40, 24)).toBe(0);
  });

  it('lets pressure set the width and hardness the edge', () => {
    const light = areaOf(rasterizeMask(drawing([stroke([32, 24, 0.5])]), size));
    expect(light).toBeLessThan(areaOf(rasterizeMask(drawing([stroke([32, 24, 1])]), size)) * 0.4);
    const soft = rasterizeMask(drawing([stroke([32, 24, 1], { hardness: 0 })]), size);
    expect(at(soft, 35, 24)).toBeGreaterThan(20);
    expect(at(soft, 35, 24)).toBeLessThan(235);
  });

  it('draws a stroke through points that leave the canvas', () => {
    const data = rasterizeMask(drawing([stroke([10, 24, 1, -500, 24, 1, -500, 40, 1, 10, 40, 1])]), size);
    expect(at(data, 0, 24)).toBe(255);
    expect(at(data, 0, 40)).toBe(255);
    expect(at(data, 0, 32)).toBe(0);
  });

  it('fills a lasso even-odd with exact area', () => {
    const data = rasterizeMask(drawing([{ kind: 'lasso', mode: 'paint', points: [10, 10, 30, 10, 10, 30] }]), size);
    expect(areaOf(data)).toBeCloseTo(200, 0);
  });

  it('paints, erases, inverts and floods in order', () => {
    const ring = [box(10, 10, 30, 30), box(15, 15, 20, 20, 'erase')];
    expect(areaOf(rasterizeMask(drawing(ring), size))).toBe(900 - 400);
    expect(areaOf(rasterizeMask(drawing([...ring, { kind: 'invert' }]), size))).toBe(64 * 48 - 500);
    const filled = rasterizeMask(drawing([...ring, { kind: 'flood', mode: 'paint', x: 20, y: 20 }]), size);
    expect(areaOf(filled)).toBe(900);
  });

  it('grows, shrinks and feathers the finished outline', () => {
    const grown = rasterizeMask(drawing([box(20, 16, 20, 16)], { growPixels: 4 }), size);
    expect(at(grown, 17, 24)).toBe(255);
    expect(at(grown, 14, 24)).toBe(0);
    const shrunk = rasterizeMask(drawing([box(20, 16, 20, 16)], { growPixels: -4 }), size);
    expect(areaOf(shrunk)).toBeCloseTo(12 * 8, 0);
    const soft = rasterizeMask(drawing([box(20, 16, 20, 16)], { featherPixels: 8 }), size);
    expect(at(soft, 20, 24)).toBeGreaterThan(100);
    expect(at(soft, 20, 24)).toBeLessThan(200);
    expect(at(soft, 30, 24)).toBe(255);
  });

  it('holds a key, or moves its outline linearly to the next', () => {
    const keys = (interpolation: 'hold' | 'linear') => [
      { frameIndex: 10, interpolation: 'hold' as const, operations: [box(20, 12, 20, 24)] },
      { frameIndex: 0, interpolation, operations: [box(10, 12, 20, 24)] },
    ];
    const left = (interpolation: 'hold' | 'linear', frameIndex: number): number => {
      const data = rasterizeMask(drawing([], { keys: keys(interpolation) }), { ...size, frameIndex });
      return data.subarray(24 * 64, 25 * 64).findIndex((value) => value >= 128);
    };
    expect([left('hold', 9), left('hold', 10), left('hold', 99), left('hold', -5)]).toEqual([10, 20, 20, 10]);
    expect([left('linear', 0), left('linear', 10)]).toEqual([10, 20]);
    expect(left('linear', 5)).toBeGreaterThanOrEqual(14);
    expect(left('linear', 5)).toBeLessThanOrEqual(16);
  });

  it('scales to any size', () => {
    const small = rasterizeMask(drawing([box(16, 12, 32, 24)]), { width: 32, height: 24, frameIndex: 0 });
    expect(areaOf(small)).toBe(16 * 12);
  });
});

describe('signedDistance', () => {
  it('measures from the outline and gives it back', () => {
    const data = rasterizeMask(drawing([box(20, 16, 20, 16)]), size);
    const distance = signedDistance({ width: 64, height: 48, data });
    expect(distance[24 * 64 + 19]).toBeCloseTo(0.5);
    expect(distance[24 * 64 + 20]).toBeCloseTo(-0.5);
    expect(distance[24 * 64 + 10]).toBeCloseTo(9.5);
    expect(coverageFromDistance(distance)).toEqual(data);
  });
});

describe('runs', () => {
  it('give any bitmap back', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 300 }), (bits) => {
        const bitmap = Uint8Array.from(bits, (bit) => (bit ? 255 : 0));
        expect(decodeRuns(encodeRuns(bitmap), bitmap.length)).toEqual(bitmap);
      }),
    );
  });
});

describe('simplifyStroke', () => {
  it('leaves the mask as it was with far fewer points', () => {
    const points: number[] = [];
    for (let step = 0; step < 50; step++)
      points.push(5 + step, 24 + 8 * Math.sin(step / 9), 0.6 + 0.3 * Math.cos(step / 12));
    const simple = simplifyStroke(points, 6, 0.2);
    expect(simple.length).toBeLessThan(points.length / 2);
    const [whole, fewer] = [points, simple].map((each) => rasterizeMask(drawing([stroke(each)]), size));
    const worst = Math.max(...(whole ?? []).map((value, index) => Math.abs(value - (fewer?.[index] ?? 0))));
    expect(worst).toBeLessThan(80);
    expect(Math.abs(areaOf(whole ?? new Uint8Array()) - areaOf(fewer ?? new Uint8Array()))).toBeLessThan(5);
    expect(simplifyStroke([1, 2, 1], 5, 0.2)).toEqual([1, 2, 1]);
  });
});

describe('MaskLayer', () => {
  const operation = fc.oneof(
    fc
      .record({
        points: fc.array(fc.tuple(fc.integer({ min: -20, max: 80 }), fc.integer({ min: -20, max: 70 })), {
          minLength: 1,
          maxLength: 5,
        }),
        erase: fc.boolean(),
      })
      .map(({ points, erase }) =>
        stroke(
          points.flatMap(([x, y]) => [x, y, 1]),
          { mode: erase ? 'erase' : 'paint', hardness: 0.5 },
        ),
      ),
    fc.constant<MaskOperation>({ kind: 'invert' }),
    fc.constant<MaskOperation>({ kind: 'flood', mode: 'paint', x: 30, y: 20 }),
    fc.constant(box(5, 5, 20, 30)),
  );

  it('equals painting from the start after any undo and redo', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 6 }), fc.nat(6), (operations, keep) => {
        const layer = new MaskLayer(64, 48, { x: 1, y: 1 });
        layer.setOperations(operations);
        layer.setOperations(operations.slice(0, keep));
        expect(layer.raster.data).toEqual(rasterizeMask(drawing(operations.slice(0, keep)), size));
        layer.setOperations(operations);
        expect(layer.raster.data).toEqual(rasterizeMask(drawing(operations), size));
      }),
      { numRuns: 60 },
    );
  });

  it('shows a growing stroke as its finished self and changes nothing outside the told rectangle', () => {
    const layer = new MaskLayer(64, 48, { x: 1, y: 1 });
    layer.setOperations([box(0, 0, 20, 48)]);
    const points = [10, 10, 1, 20, 12, 0.8, 30, 30, 1, 12, 40, 0.4, 70, 44, 1];
    for (let count = 3; count <= points.length; count += 3) {
      const before = layer.raster.data.slice();
      const dirty = layer.setLiveStroke({
        kind: 'stroke',
        mode: 'erase',
        radius: 5,
        hardness: 0.7,
        points: points.slice(0, count),
      });
      for (let y = 0; y < 48; y++)
        for (let x = 0; x < 64; x++)
          if (x < dirty.x || y < dirty.y || x >= dirty.x + dirty.width || y >= dirty.y + dirty.height)
            expect(at(layer.raster.data, x, y)).toBe(at(before, x, y));
    }
    const finished = [box(0, 0, 20, 48), stroke(points, { mode: 'erase', radius: 5, hardness: 0.7 })];
    expect(layer.raster.data).toEqual(rasterizeMask(drawing(finished), size));
    layer.dropLiveStroke();
    expect(layer.raster.data).toEqual(rasterizeMask(drawing([box(0, 0, 20, 48)]), size));
  });

  it('paints anew only around the last points of a stroke, however many strokes lie below it on a 4K frame', () => {
    const layer = new MaskLayer(3840, 2160, { x: 1, y: 1 });
    const strokes: MaskOperation[] = [];
    for (let index = 0; index < 2000; index++) {
      const x = (index * 97) % 3840;
      const y = (index * 61) % 2160;
      strokes.push(stroke([x, y, 1, x + 60, y + 20, 1], { radius: 30, hardness: 0.8 }));
    }
    layer.setOperations(strokes);
    const points: number[] = [];
    for (let event = 0; event < 200; event++) {
      points.push(400 + event * 12, 900 + 300 * Math.sin(event / 15), 1);
      const dirty = layer.setLiveStroke({ kind: 'stroke', mode: 'paint', radius: 60, hardness: 0.7, points });
      expect(dirty.width * dirty.height).toBeLessThan(200 * 200);
    }
  });
});
