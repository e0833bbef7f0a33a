import type { ItemRecord } from '../records.ts';

/** The item that shows at a timeline frame: a take lies over a source; the later one where two of a track overlap. */
export function shownItemAt(items: readonly ItemRecord[], frame: number): ItemRecord | undefined {
  const here = (item: ItemRecord): boolean => item.startFrame <= frame && frame < item.startFrame + item.lengthFrames;
  return (
    items.findLast((item) => item.track === 'take' && here(item)) ??
    items.findLast((item) => item.track === 'source' && here(item))
  );
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
