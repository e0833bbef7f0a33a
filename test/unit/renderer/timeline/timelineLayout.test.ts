import { describe, expect, it } from 'vitest';
import { firstTracks, newTrack } from '../../../../electron/contract/timeline/tracks.ts';
import {
  frameOfX,
  hitTest,
  layOutRows,
  tickStep,
  timecode,
  xOfFrame,
} from '../../../../renderer/timeline/timelineLayout.ts';

describe('timeline layout', () => {
  const item = (id: string, startFrame: number) => ({
    ...{ kind: 'item' as const, id, trackId: 'track-source', targetId: 's', startFrame, lengthFrames: 10, inFrame: 0 },
  });

  it('finds items, their edges and the handles of their fades', () => {
    const items = [item('a', 0), { ...item('b', 10), fadeInFrames: 4 }];
    const window = { scale: 10, offset: 0 };
    const rows = layOutRows(firstTracks);
    const [above, row] = rows.tracks;
    if (!above || !row) throw new Error('no rows');
    const hit = (x: number, y: number) => hitTest(items, rows, { x, y }, window);
    const middle = row.top + row.height / 2;
    expect([above.track.id, row.track.id]).toEqual(['track-take', 'track-source']);
    expect(hit(20, middle)).toMatchObject({ item: { id: 'a' }, part: 'body' });
    expect(hit(101, middle)).toMatchObject({ item: { id: 'b' }, part: 'start' });
    expect(hit(198, middle)).toMatchObject({ item: { id: 'b' }, part: 'end' });
    expect(hit(140, row.top + 5)).toMatchObject({ item: { id: 'b' }, part: 'fadeIn' });
    expect(hit(140, middle)).toMatchObject({ item: { id: 'b' }, part: 'body' });
    expect(hit(260, middle)).toMatchObject({ kind: 'track', track: { id: 'track-source' } });
    expect(hit(20, above.top + 5)).toMatchObject({ kind: 'track', track: { id: 'track-take' } });
    expect(hit(20, 5).kind).toBe('ruler');
    expect(hitTest(items, layOutRows(firstTracks, 40), { x: 20, y: 50 }, window).kind).toBe('ruler');
    expect(frameOfX(xOfFrame(7.5, window), window)).toBe(7.5);
  });

  it('puts sound tracks below picture tracks, and the mask’s rows last', () => {
    const tracks = [newTrack(firstTracks, 'sound', 's'), ...firstTracks, newTrack(firstTracks, 'video', 'v')];
    const rows = layOutRows(tracks);
    expect(rows.tracks.map(({ track }) => track.id)).toEqual(['v', 'track-take', 'track-source', 's']);
    expect(rows.keys.top).toBeGreaterThan(rows.tracks.at(-1)?.top ?? 0);
  });

  it('labels the ruler without crowding and tells times by the frame', () => {
    for (const scale of [0.02, 0.5, 3, 40]) expect(tickStep(scale, 25) * scale).toBeGreaterThanOrEqual(68);
    expect(timecode(61 * 25 + 3, 25)).toBe('01:01:03');
  });
});
