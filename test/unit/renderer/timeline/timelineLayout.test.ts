import { describe, expect, it } from 'vitest';
import { frameOfX, hitTest, tickStep, timecode, xOfFrame } from '../../../../renderer/timeline/timelineLayout.ts';

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
