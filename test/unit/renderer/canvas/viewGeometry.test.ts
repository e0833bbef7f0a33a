import { describe, expect, it } from 'vitest';
import { fitViewport, layOut, zoomAt } from '../../../../renderer/canvas/viewGeometry.ts';

describe('viewer geometry', () => {
  it('fits, lays out side by side and zooms around a point', () => {
    const stage = { width: 1000, height: 600 };
    const fitted = fitViewport('sideBySide', { width: 100, height: 100 }, stage);
    const { source, result } = layOut('sideBySide', { width: 100, height: 100 }, fitted);
    expect(source.x + 100 * fitted.scale).toBeLessThan(result.x);
    expect(result.x + 100 * fitted.scale).toBeCloseTo(stage.width - source.x);
    const zoomed = zoomAt(fitted, 2, 300, 200);
    expect((300 - zoomed.x) / zoomed.scale).toBeCloseTo((300 - fitted.x) / fitted.scale);
    expect(zoomAt(fitted, 1e9, 0, 0).scale).toBe(64);
  });
});
