import type { ItemRecord } from './timelineRecords.ts';
import { endOf, onTrack } from './tracks.ts';

/** Frames in which nothing lies: the first, and one past the last. */
export interface Room {
  readonly from: number;
  readonly to: number;
}

/** The rooms of a track without the pieces named, from the beginning to beyond the end. */
export function roomsOn(items: readonly ItemRecord[], trackId: string, without: ReadonlySet<string>): Room[] {
  const rooms: Room[] = [];
  let from = 0;
  for (const item of onTrack(items, trackId)) {
    if (without.has(item.id)) continue;
    if (item.startFrame > from) rooms.push({ from, to: item.startFrame });
    from = Math.max(from, endOf(item));
  }
  return [...rooms, { from, to: Number.MAX_SAFE_INTEGER }];
}

/** Whether nothing lies on a track in some frames. */
export function isRoom(items: readonly ItemRecord[], trackId: string, { from, to }: Room, without = noOne): boolean {
  return roomsOn(items, trackId, without).some((room) => room.from <= from && to <= room.to);
}

/** The start nearest to the wanted one at which so many frames have room on a track. */
export function nearestRoom(
  items: readonly ItemRecord[],
  trackId: string,
  wanted: { startFrame: number; lengthFrames: number },
  without: ReadonlySet<string> = noOne,
): number {
  let best = Number.POSITIVE_INFINITY;
  for (const { from, to } of roomsOn(items, trackId, without)) {
    if (to - from < wanted.lengthFrames) continue;
    const start = Math.min(Math.max(wanted.startFrame, from), to - wanted.lengthFrames);
    if (Math.abs(start - wanted.startFrame) < Math.abs(best - wanted.startFrame)) best = start;
  }
  return best;
}

/** The first start from the wanted one on at which so many frames have room on a track. */
export function roomAfter(
  items: readonly ItemRecord[],
  trackId: string,
  wanted: { startFrame: number; lengthFrames: number },
): number {
  for (const { from, to } of roomsOn(items, trackId, noOne)) {
    const start = Math.max(from, wanted.startFrame);
    if (to - start >= wanted.lengthFrames) return start;
  }
  throw new Error('Assertion failed: the last room of a track has no end');
}

/** The room around a piece: from the end of the one before it to the beginning of the one after it. */
export function roomAround(items: readonly ItemRecord[], item: ItemRecord): Room {
  const rooms = roomsOn(items, item.trackId, new Set([item.id]));
  return (
    rooms.find(({ from, to }) => from <= item.startFrame && endOf(item) <= to) ?? {
      from: item.startFrame,
      to: endOf(item),
    }
  );
}

const noOne: ReadonlySet<string> = new Set();
