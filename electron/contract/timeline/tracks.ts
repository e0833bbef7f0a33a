import type { ItemRecord, TrackRecord } from './timelineRecords.ts';

const plain = { kind: 'track', muted: false, hidden: false, locked: false, volume: 1 } as const;

/** The tracks of every new project: what is brought in, and the takes above it. */
export const firstTracks: readonly [TrackRecord, TrackRecord] = [
  { ...plain, id: 'track-source', media: 'video', name: 'Source', order: 0 },
  { ...plain, id: 'track-take', media: 'video', name: 'Takes', order: 1 },
];

/** A new track of a kind, over the others of it (sound: below them), named by their number. */
export function newTrack(tracks: readonly TrackRecord[], media: TrackRecord['media'], id: string): TrackRecord {
  const alike = tracks.filter((track) => track.media === media);
  const order = Math.max(-1, ...alike.map((track) => track.order)) + 1;
  return { ...plain, id, media, name: `${media === 'video' ? 'Video' : 'Sound'} ${alike.length + 1}`, order };
}

/** Tracks as they are drawn: the lowest first. Two of the same order lie by their ids. */
export function byOrder(tracks: readonly TrackRecord[]): TrackRecord[] {
  return [...tracks].sort((a, b) => a.order - b.order || (a.id < b.id ? -1 : 1));
}

/** One past the last frame of a piece. */
export function endOf({ startFrame, lengthFrames }: Pick<ItemRecord, 'startFrame' | 'lengthFrames'>): number {
  return startFrame + lengthFrames;
}

/** What lies on a track, by time. */
export function onTrack(items: readonly ItemRecord[], trackId: string): ItemRecord[] {
  return items.filter((item) => item.trackId === trackId).sort((a, b) => a.startFrame - b.startFrame);
}
