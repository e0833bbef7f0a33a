import { describe, expect, it } from 'vitest';
import { keptHistory } from '../../../../../electron/contract/documentDiff.ts';
import { parseProjectFile } from '../../../../../electron/contract/projectFile.ts';
import { type DocumentRecord, documentRecord } from '../../../../../electron/contract/records.ts';
import { settleTimeline } from '../../../../../electron/contract/timeline/settleTimeline.ts';
import { layersAt } from '../../../../../electron/contract/timeline/shownItems.ts';
import { endOf } from '../../../../../electron/contract/timeline/tracks.ts';

/** A piece as the second format has it. */
const old = (id: string, track: 'source' | 'take', startFrame: number, lengthFrames: number) => ({
  ...{ kind: 'item', id, track, targetId: `of-${id}`, startFrame, lengthFrames, inFrame: 0 },
});

function opened(pieces: readonly unknown[]): DocumentRecord[] {
  const file = parseProjectFile(
    { format: 'magdiff-project', schemaVersion: 2, sequence: 4, records: pieces },
    'a file',
  );
  const records = new Map(file.records.map((record) => [record.id, record]));
  settleTimeline(records);
  return [...records.values()];
}

const tracksOf = (records: readonly DocumentRecord[]) => records.filter((record) => record.kind === 'track');
const itemsOf = (records: readonly DocumentRecord[]) => records.filter((record) => record.kind === 'item');

describe('a timeline of the second format', () => {
  it('gets its two tracks, and every piece its place on them', () => {
    const records = opened([old('a', 'source', 0, 10), old('b', 'take', 4, 6)]);
    expect(tracksOf(records).map(({ id }) => id)).toEqual(['track-source', 'track-take']);
    expect(itemsOf(records).map(({ id, trackId }) => [id, trackId])).toEqual([
      ['a', 'track-source'],
      ['b', 'track-take'],
    ]);
  });

  it('shows what it showed where pieces overlapped, and none does any more', () => {
    const pieces = [
      ...[old('a', 'source', 0, 20), old('b', 'source', 10, 20), old('c', 'source', 5, 8), old('d', 'take', 8, 4)],
      old('e', 'take', 10, 10),
    ] as const;
    // The later piece won, and a take over any source.
    const seen = (frame: number): string | undefined => {
      const lying = pieces.filter((item) => item.startFrame <= frame && frame < item.startFrame + item.lengthFrames);
      return (lying.findLast((item) => item.track === 'take') ?? lying.at(-1))?.id;
    };
    const records = opened(pieces);
    const [tracks, items] = [tracksOf(records), itemsOf(records)];
    for (let frame = 0; frame < 32; frame++)
      expect(layersAt(tracks, items, frame).at(-1)?.item.id, `frame ${frame}`).toBe(seen(frame));
    for (const { id } of tracks) {
      const row = items.filter(({ trackId }) => trackId === id).sort((a, b) => a.startFrame - b.startFrame);
      for (const [index, item] of row.entries())
        expect(item.startFrame).toBeGreaterThanOrEqual(index === 0 ? 0 : endOf(row[index - 1] ?? item));
    }
    const again = new Map(records.map((record) => [record.id, record]));
    settleTimeline(again);
    expect([...again.values()]).toEqual(records);
  });

  it('is brought up to date in journals and kept steps as well', () => {
    expect(documentRecord.parse(old('a', 'take', 0, 5))).toMatchObject({ trackId: 'track-take' });
    const step = {
      label: 'Move',
      diff: { added: [], updated: [[old('a', 'source', 0, 5), old('a', 'source', 3, 5)]], removed: [] },
    };
    const kept = keptHistory.parse({ done: [step], undone: [] });
    expect(kept.done[0]?.diff.updated[0]).toMatchObject([{ trackId: 'track-source' }, { startFrame: 3 }]);
  });

  it('refuses a piece that shows nothing', () => {
    expect(documentRecord.safeParse({ ...old('a', 'take', 0, 5), targetId: null }).success).toBe(false);
  });
});
