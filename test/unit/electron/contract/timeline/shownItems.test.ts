import { describe, expect, it } from 'vitest';
import { gainAt, heardPieces } from '../../../../../electron/contract/timeline/heardPieces.ts';
import { layersAt, mediaFrameAt } from '../../../../../electron/contract/timeline/shownItems.ts';
import type { ItemRecord } from '../../../../../electron/contract/timeline/timelineRecords.ts';
import { firstTracks, newTrack } from '../../../../../electron/contract/timeline/tracks.ts';

const piece = (id: string, startFrame: number, more: Partial<ItemRecord> = {}): ItemRecord => ({
  ...{ kind: 'item', id, trackId: 'track-source', targetId: id, startFrame, lengthFrames: 10, inFrame: 0 },
  ...more,
});
const clip = { framesPerSecond: 20, frameCount: 100, isStill: false };
const shown = (
  items: readonly ItemRecord[],
  position: number,
  tracks = firstTracks as readonly (typeof firstTracks)[0][],
) => layersAt(tracks, items, position).map(({ item, opacity }) => [item.id, Math.round(opacity * 100) / 100]);

describe('what is seen on the timeline', () => {
  it('lies by its tracks, the lowest first; gaps and hidden tracks show nothing', () => {
    const items = [piece('over', 5, { trackId: 'track-take' }), piece('under', 0)];
    expect([shown(items, 2), shown(items, 6), shown(items, 12), shown(items, 15)]).toEqual([
      [['under', 1]],
      [
        ['under', 1],
        ['over', 1],
      ],
      [['over', 1]],
      [],
    ]);
    const hidden = firstTracks.map((track) => ({ ...track, hidden: track.id === 'track-take' }));
    expect(shown(items, 6, hidden)).toEqual([['under', 1]]);
  });

  it('comes and goes by its fades and its own opacity', () => {
    const items = [piece('a', 0, { opacity: 0.5, fadeInFrames: 2, fadeOutFrames: 4 })];
    expect([0, 1, 4, 6, 9].map((frame) => shown(items, frame)[0]?.[1] ?? 0)).toEqual([0.13, 0.38, 0.5, 0.44, 0.06]);
  });

  it('crosses from one piece to the next about the cut, half and half in the middle', () => {
    const items = [piece('a', 0), piece('b', 10, { crossFadeFrames: 5 })];
    expect(shown(items, 7)).toEqual([['a', 1]]);
    expect(shown(items, 10)).toEqual([
      ['a', 1],
      ['b', 0.5],
    ]);
    expect(shown(items, 13)).toEqual([['b', 1]]);
    const apart = [piece('a', 0), piece('b', 11, { crossFadeFrames: 5 })];
    expect(shown(apart, 11)).toEqual([['b', 1]]);
  });

  it('shows a faster piece’s frames further apart, and holds its last', () => {
    const item = piece('a', 10, { inFrame: 5, speed: 2 });
    expect([10, 11, 12.5, 200].map((frame) => mediaFrameAt(item, clip, 10, frame))).toEqual([5, 9, 15, 99]);
    expect(mediaFrameAt(item, { ...clip, isStill: true }, 10, 15)).toBe(0);
  });
});

describe('what is heard on the timeline', () => {
  const tracks = [...firstTracks, newTrack(firstTracks, 'sound', 's')];
  const heard = (items: readonly ItemRecord[], volume?: number) =>
    heardPieces({ tracks, items, rate: 20, volume }, () => clip);

  it('is as loud as piece, track and whole say together', () => {
    const [sound] = heard([piece('a', 0, { volume: 0.5, fadeInFrames: 4 })], 0.8);
    if (!sound) throw new Error('nothing is heard');
    expect([0, 2, 4, 9, 10].map((position) => gainAt(sound, position))).toEqual([0, 0.2, 0.4, 0.4, 0]);
    expect(heard([piece('a', 0, { volume: 0 })])).toEqual([]);
    const muted = tracks.map((track) => ({ ...track, muted: true }));
    expect(heardPieces({ tracks: muted, items: [piece('a', 0)], rate: 20 }, () => clip)).toEqual([]);
  });

  it('crosses with the same power throughout, as far as the files reach', () => {
    const pieces = heard([piece('a', 0), piece('b', 10, { crossFadeFrames: 4, inFrame: 50 })]);
    const [a, b] = pieces;
    if (!a || !b) throw new Error('not both are heard');
    expect([a.to, b.from]).toEqual([12, 8]);
    for (const position of [8, 9, 10, 11, 11.9])
      expect(gainAt(a, position) ** 2 + gainAt(b, position) ** 2).toBeCloseTo(1, 6);
    const [, short] = heard([piece('a', 0), piece('b', 10, { crossFadeFrames: 4, inFrame: 0 })]);
    expect(short?.from).toBe(10);
  });
});
