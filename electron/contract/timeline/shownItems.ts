import type { ItemRecord } from '../records.ts';

/** The item of a track that lies at a timeline frame; the later one where two overlap. */
export function itemOnTrackAt(
  items: readonly ItemRecord[],
  track: ItemRecord['track'],
  frame: number,
): ItemRecord | undefined {
  return items.findLast(
    (item) => item.track === track && item.startFrame <= frame && frame < item.startFrame + item.lengthFrames,
  );
}

/** The item that shows at a timeline frame: a take lies over a source. */
export function shownItemAt(items: readonly ItemRecord[], frame: number): ItemRecord | undefined {
  return itemOnTrackAt(items, 'take', frame) ?? itemOnTrackAt(items, 'source', frame);
}

/** One past the last frame anything lies on. */
export function timelineLength(items: readonly ItemRecord[]): number {
  let end = 0;
  for (const item of items) end = Math.max(end, item.startFrame + item.lengthFrames);
  return end;
}

/** The frame, from 0, that an item shows of its clip at a timeline frame (which may be a fraction), held to the frames it has. */
export function mediaFrameAt(
  item: ItemRecord,
  media: { readonly framesPerSecond: number; readonly frameCount: number },
  timelineRate: number,
  frame: number,
): number {
  const seconds = (frame - item.startFrame) / timelineRate;
  const shown = item.inFrame + Math.floor(seconds * media.framesPerSecond + 1e-6);
  return Math.min(media.frameCount - 1, Math.max(0, shown));
}
