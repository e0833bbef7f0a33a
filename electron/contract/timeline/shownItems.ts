import type { ItemRecord, TrackRecord } from './timelineRecords.ts';
import { byOrder, endOf, onTrack } from './tracks.ts';

/** What is known of the frames that an item shows; a still holds one for as long as it lies. */
export interface ShownMedia {
  readonly framesPerSecond: number;
  readonly frameCount: number;
  readonly isStill: boolean;
}

/** A picture at a moment of the timeline, with how much of it is seen, 0 to 1. */
export interface Layer {
  readonly item: ItemRecord;
  readonly opacity: number;
}

/** One past the last frame anything lies on. */
export function timelineLength(items: readonly ItemRecord[]): number {
  let end = 0;
  for (const item of items) end = Math.max(end, endOf(item));
  return end;
}

/** The item of a track that lies at a timeline frame, which may be a fraction. */
export function itemOnTrackAt(items: readonly ItemRecord[], trackId: string, frame: number): ItemRecord | undefined {
  return items.find((item) => item.trackId === trackId && item.startFrame <= frame && frame < endOf(item));
}

/** Timeline frames into frames of what an item shows, and back by dividing. */
export function mediaPerFrame({ speed = 1 }: ItemRecord, media: ShownMedia, timelineRate: number): number {
  return (media.framesPerSecond / timelineRate) * speed;
}

/** The frame, from 0, that an item shows of its clip at a timeline frame (which may be a fraction), held to the frames it has. */
export function mediaFrameAt(item: ItemRecord, media: ShownMedia, timelineRate: number, frame: number): number {
  if (media.isStill) return 0;
  const shown = item.inFrame + Math.floor((frame - item.startFrame) * mediaPerFrame(item, media, timelineRate) + 1e-6);
  return Math.min(media.frameCount - 1, Math.max(0, shown));
}

/** The piece that ends where another begins, where the one takes the other's place over some frames. */
export interface CrossFade {
  readonly from: ItemRecord;
  readonly to: ItemRecord;
  /** First and one past the last frame in which both are there. */
  readonly start: number;
  readonly end: number;
}

/** The cross-fade into an item; undefined where it has none, or nothing ends where it begins. */
export function crossFadeInto(items: readonly ItemRecord[], item: ItemRecord): CrossFade | undefined {
  const { crossFadeFrames = 0, startFrame } = item;
  if (crossFadeFrames === 0) return undefined;
  const from = items.find((other) => other.trackId === item.trackId && endOf(other) === startFrame);
  if (!from) return undefined;
  // Never longer than either, so that no more than two pieces meet in a frame.
  const frames = Math.min(crossFadeFrames, item.lengthFrames, from.lengthFrames);
  const start = startFrame - Math.floor(frames / 2);
  return { from, to: item, start, end: start + frames };
}

/** How far a change that runs from `start` to `end` has come in the frame at `position`, 0 to 1: at its middle in the middle frame. */
export function shareAt(position: number, start: number, end: number): number {
  return Math.min(1, Math.max(0, (position - start + 0.5) / (end - start)));
}

/** How much of an item is seen at a position by its own opacity and fades. */
export function opacityAt(item: ItemRecord, position: number): number {
  const { opacity = 1, fadeInFrames = 0, fadeOutFrames = 0, startFrame } = item;
  const end = endOf(item);
  const comes = fadeInFrames > 0 ? shareAt(position, startFrame, startFrame + fadeInFrames) : 1;
  const goes = fadeOutFrames > 0 ? 1 - shareAt(position, end - fadeOutFrames, end) : 1;
  return opacity * comes * goes;
}

/** What is seen at a position of the timeline (in frames, which may be a fraction), the lowest first. */
export function layersAt(tracks: readonly TrackRecord[], items: readonly ItemRecord[], position: number): Layer[] {
  return byOrder(tracks)
    .filter(({ media, hidden }) => media === 'video' && !hidden)
    .flatMap(({ id }) => layersOfTrack(items, id, position))
    .filter(({ opacity }) => opacity > 0);
}

function layersOfTrack(items: readonly ItemRecord[], trackId: string, position: number): Layer[] {
  const item = itemOnTrackAt(items, trackId, position);
  if (!item) return [];
  const next = items.find((other) => other.trackId === trackId && other.startFrame === endOf(item));
  const fade = [crossFadeInto(items, item), next && crossFadeInto(items, next)].find(
    (found) => found && position >= found.start && position < found.end,
  );
  if (!fade) return [{ item, opacity: opacityAt(item, position) }];
  const { from, to } = fade;
  const share = shareAt(position, fade.start, fade.end);
  // Under a piece that fills the frame the other stays whole, so that both together hide what lies below.
  const under = to.clear ? 1 - share : 1;
  return [
    { item: from, opacity: opacityAt(from, Math.min(position, endOf(from) - 1)) * under },
    { item: to, opacity: opacityAt(to, Math.max(position, to.startFrame)) * share },
  ];
}

/** The topmost seen item at a timeline frame; the sound tracks' are not seen. */
export function shownItemAt(
  tracks: readonly TrackRecord[],
  items: readonly ItemRecord[],
  frame: number,
): ItemRecord | undefined {
  for (const { id, media } of byOrder(tracks).reverse()) {
    const item = media === 'video' ? itemOnTrackAt(items, id, frame) : undefined;
    if (item) return item;
  }
  return undefined;
}

/** The pieces on a track with those that they meet, by time. */
export function neighbours(
  items: readonly ItemRecord[],
  item: ItemRecord,
): { before?: ItemRecord; after?: ItemRecord } {
  const row = onTrack(items, item.trackId);
  const at = row.findIndex(({ id }) => id === item.id);
  const [before, after] = [row[at - 1], row[at + 1]];
  return { ...(before ? { before } : {}), ...(after ? { after } : {}) };
}
