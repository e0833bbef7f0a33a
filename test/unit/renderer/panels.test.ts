import { describe, expect, it } from 'vitest';
import { takeSettings } from '../../../electron/contract/takeSettings.ts';
import { fitViewport, layOut, zoomAt } from '../../../renderer/canvas/viewGeometry.ts';
import { settingsForModel, withWeights } from '../../../renderer/panels/inspector/settingsForModel.ts';
import { unknownWords } from '../../../renderer/panels/inspector/unknownWords.ts';
import { frameOfX, hitTest, tickStep, timecode, xOfFrame } from '../../../renderer/timeline/timelineLayout.ts';

describe('unknownWords', () => {
  const known = new Set(['the', 'ball', 'jumps']);
  it('names words the model does not know, each once, whatever their case and punctuation', () => {
    expect(unknownWords('The BALL, the zebra; jumps! Zebra über', known)).toEqual(['zebra', 'über']);
    expect(unknownWords('', known)).toEqual([]);
    expect(unknownWords('anything', new Set())).toEqual([]);
  });
});

describe('settings under another model', () => {
  const fast = takeSettings.parse({
    task: 'generate',
    prompt: 'the ball jumps',
    seed: 7,
    weights: 'student',
    steps: 3,
  });
  it('leave the few-step weights, and their steps, where the model has none', () => {
    const full = settingsForModel(fast, { studentSteps: null });
    expect(full).toMatchObject({ weights: 'teacher', prompt: 'the ball jumps', seed: 7 });
    expect(full.steps).toBeUndefined();
    expect(settingsForModel(fast, { studentSteps: 4 })).toBe(fast);
    const chosen = { ...withWeights(fast, 'teacher'), steps: 40 };
    expect(settingsForModel(chosen, { studentSteps: null })).toBe(chosen);
  });
});

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

describe('timeline layout', () => {
  it('finds items and their edges, the last drawn first', () => {
    const item = (id: string, startFrame: number) => ({
      kind: 'item' as const,
      id,
      track: 'source' as const,
      targetId: 's',
      startFrame,
      lengthFrames: 10,
      inFrame: 0,
    });
    const items = [item('a', 0), item('b', 5)];
    const window = { scale: 10, offset: 0 };
    expect(hitTest(items, 20, 90, window)).toMatchObject({ item: { id: 'a' }, part: 'body' });
    expect(hitTest(items, 70, 90, window)).toMatchObject({ item: { id: 'b' }, part: 'body' });
    expect(hitTest(items, 51, 90, window)).toMatchObject({ item: { id: 'b' }, part: 'start' });
    expect(hitTest(items, 148, 90, window)).toMatchObject({ item: { id: 'b' }, part: 'end' });
    expect(hitTest(items, 20, 5, window).kind).toBe('ruler');
    expect(hitTest(items, 20, 40, window).kind).toBe('empty');
    expect(frameOfX(xOfFrame(7.5, window), window)).toBe(7.5);
  });

  it('labels the ruler without crowding and tells times by the frame', () => {
    for (const scale of [0.02, 0.5, 3, 40]) expect(tickStep(scale, 25) * scale).toBeGreaterThanOrEqual(68);
    expect(timecode(61 * 25 + 3, 25)).toBe('01:01:03');
  });
});
