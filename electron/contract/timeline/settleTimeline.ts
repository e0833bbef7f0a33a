import type { DocumentRecord } from '../records.ts';
import { isRoom } from './rooms.ts';
import type { ItemRecord, TrackRecord } from './timelineRecords.ts';
import { byOrder, endOf, firstTracks } from './tracks.ts';

/**
 * Brings a document's timeline into order: every piece has its track, and none overlaps another. Documents of the first formats had no
 * tracks and let pieces overlap, the later one seen; such a piece goes on a track of its own just above, so that what is seen stays.
 */
export function settleTimeline(records: Map<string, DocumentRecord>): void {
  const all = [...records.values()];
  const items = all.filter((record) => record.kind === 'item');
  const tracks = all.filter((record) => record.kind === 'track');
  const put = (record: ItemRecord | TrackRecord): void => void records.set(record.id, record);
  for (const track of missingTracks(tracks, items)) {
    tracks.push(track);
    put(track);
  }
  const settled: ItemRecord[] = [];
  for (const item of items) {
    let { trackId } = item;
    while (!isRoom(settled, trackId, { from: item.startFrame, to: endOf(item) }))
      trackId = trackAbove(tracks, trackId, put).id;
    const moved = trackId === item.trackId ? item : { ...item, trackId };
    settled.push(moved);
    if (moved !== item) put(moved);
  }
}

function missingTracks(tracks: readonly TrackRecord[], items: readonly ItemRecord[]): TrackRecord[] {
  const known = new Set(tracks.map(({ id }) => id));
  const missing = tracks.some(({ media }) => media === 'video') ? [] : firstTracks.filter(({ id }) => !known.has(id));
  for (const { id } of missing) known.add(id);
  for (const { trackId } of items) {
    if (known.has(trackId)) continue;
    known.add(trackId);
    const order = Math.max(0, ...[...tracks, ...missing].map((track) => track.order)) + 1;
    missing.push(
      firstTracks.find(({ id }) => id === trackId) ?? { ...firstTracks[1], id: trackId, name: 'Video', order },
    );
  }
  return missing;
}

/** The track for what has no room on another: of the same order's half-way to the next, made where it is not there. */
function trackAbove(tracks: TrackRecord[], trackId: string, put: (track: TrackRecord) => void): TrackRecord {
  const row = byOrder(tracks);
  const at = row.findIndex(({ id }) => id === trackId);
  const track = row[at] ?? firstTracks[1];
  const overflow = `${trackId}-over`.slice(-64);
  const there = tracks.find(({ id }) => id === overflow);
  if (there) return there;
  const above = row.slice(at + 1).find(({ media }) => media === track.media);
  const order = above ? (track.order + above.order) / 2 : track.order + 1;
  const made: TrackRecord = { ...track, id: overflow, name: `${track.name} +`.slice(0, 200), order };
  tracks.push(made);
  put(made);
  return made;
}
