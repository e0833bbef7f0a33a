import { nearestRoom, roomAround } from '../../../electron/contract/timeline/rooms.ts';
import { mediaPerFrame } from '../../../electron/contract/timeline/shownItems.ts';
import type { ItemRecord } from '../../../electron/contract/timeline/timelineRecords.ts';
import { endOf, onTrack } from '../../../electron/contract/timeline/tracks.ts';
import type { Arrangement, ItemChanges } from './arrangement.ts';

/** Slowest and fastest that a piece can play. */
export const speeds = { least: 0.1, most: 10 };

/** Nothing changes. */
export const noChanges: ItemChanges = { added: [], updated: [], removed: [] };

/** A piece at the place nearest to the wanted one where it has room; it never comes to lie over another. */
export function movedItem(
  { items }: Arrangement,
  item: ItemRecord,
  to: { startFrame: number; trackId?: string },
): ItemChanges {
  const trackId = to.trackId ?? item.trackId;
  const wanted = { startFrame: Math.max(0, Math.round(to.startFrame)), lengthFrames: item.lengthFrames };
  const startFrame = nearestRoom(items, trackId, wanted, new Set([item.id]));
  return changed([item, { ...item, trackId, startFrame }]);
}

/** A piece put in at a cut or a gap: what lies there and after it on the track moves on, as far as it must. */
export function insertedItem(
  { items }: Arrangement,
  item: ItemRecord,
  to: { startFrame: number; trackId?: string },
): ItemChanges {
  const trackId = to.trackId ?? item.trackId;
  const row = onTrack(items, trackId).filter(({ id }) => id !== item.id);
  let startFrame = Math.max(0, Math.round(to.startFrame));
  const under = row.find((other) => other.startFrame < startFrame && startFrame < endOf(other));
  if (under) startFrame = startFrame - under.startFrame < endOf(under) - startFrame ? under.startFrame : endOf(under);
  const later = row.filter((other) => other.startFrame >= startFrame);
  const push = Math.max(0, startFrame + item.lengthFrames - (later[0]?.startFrame ?? Number.MAX_SAFE_INTEGER));
  const pushed = later.map((other): Pair => [other, { ...other, startFrame: other.startFrame + push }]);
  return changed([item, { ...item, trackId, startFrame }], ...(push > 0 ? pushed : []));
}

/** A piece whose beginning or end lies at another frame: within what its media holds, and up to its neighbours. */
export function trimmedItem(
  arrangement: Arrangement,
  item: ItemRecord,
  edge: 'start' | 'end',
  frame: number,
): ItemChanges {
  const { from, to } = roomAround(arrangement.items, item);
  const media = arrangement.mediaOf(item);
  const perFrame = mediaPerFrame(item, media, arrangement.rate);
  const end = endOf(item);
  if (edge === 'start') {
    const earliest = media.isStill ? 0 : item.startFrame - Math.floor(item.inFrame / perFrame + 1e-6);
    const startFrame = clamp(Math.round(frame), Math.max(from, earliest), end - 1);
    const inFrame = media.isStill
      ? 0
      : Math.max(0, Math.round(item.inFrame + (startFrame - item.startFrame) * perFrame));
    return changed([item, withFades({ ...item, startFrame, inFrame, lengthFrames: end - startFrame })]);
  }
  const reach = media.isStill ? to : item.startFrame + framesLeft(arrangement, item);
  const last = clamp(Math.round(frame), item.startFrame + 1, Math.max(item.startFrame + 1, Math.min(to, reach)));
  return changed([item, withFades({ ...item, lengthFrames: last - item.startFrame })]);
}

/** A piece that shows other frames of its media at the same place; `frames` of the media, later ones where positive. */
export function slippedItem(arrangement: Arrangement, item: ItemRecord, frames: number): ItemChanges {
  const media = arrangement.mediaOf(item);
  if (media.isStill) return noChanges;
  const used = Math.ceil(item.lengthFrames * mediaPerFrame(item, media, arrangement.rate) - 1e-6);
  const last = Math.max(0, media.frameCount - used);
  return changed([item, { ...item, inFrame: clamp(item.inFrame + Math.round(frames), 0, last) }]);
}

/** A piece cut in two at a frame within it; the later one gets the id. */
export function splitItem(arrangement: Arrangement, item: ItemRecord, frame: number, id: string): ItemChanges {
  const first = Math.round(frame) - item.startFrame;
  if (first <= 0 || first >= item.lengthFrames) return noChanges;
  const media = arrangement.mediaOf(item);
  const skipped = media.isStill ? 0 : Math.round(first * mediaPerFrame(item, media, arrangement.rate));
  const { fadeOutFrames: _out, ...opening } = item;
  const { fadeInFrames: _in, crossFadeFrames: _cross, ...closing } = item;
  const second: ItemRecord = {
    ...closing,
    id,
    startFrame: item.startFrame + first,
    lengthFrames: item.lengthFrames - first,
    inFrame: media.isStill ? 0 : Math.min(media.frameCount - 1, item.inFrame + skipped),
  };
  return { ...changed([item, withFades({ ...opening, lengthFrames: first })]), added: [withFades(second)] };
}

/** A piece at another speed: as long as its frames then take, or as there is room for. */
export function spedItem({ items }: Arrangement, item: ItemRecord, speed: number): ItemChanges {
  const held = clamp(speed, speeds.least, speeds.most);
  const { to } = roomAround(items, item);
  const long = Math.max(1, Math.round((item.lengthFrames * (item.speed ?? 1)) / held));
  return changed([item, withFades({ ...item, speed: held, lengthFrames: Math.min(long, to - item.startFrame) })]);
}

/** Takes a piece away and closes its gap: what lies later moves up, on every unlocked track where nothing else lies beside the piece. */
export function rippleRemoved(arrangement: Arrangement, item: ItemRecord): ItemChanges {
  const rest = arrangement.items.filter(({ id }) => id !== item.id);
  return { ...closedUp(arrangement, rest, { from: item.startFrame, to: endOf(item) }), removed: [item] };
}

/** Closes the gap of a track in which a frame lies, likewise; nothing where a piece lies there, or nothing after it. */
export function closedGap(arrangement: Arrangement, trackId: string, frame: number): ItemChanges {
  const row = onTrack(arrangement.items, trackId);
  const next = row.find((item) => item.startFrame > frame);
  const from = Math.max(0, ...row.filter((item) => item.startFrame <= frame).map(endOf));
  return next && from <= frame ? closedUp(arrangement, arrangement.items, { from, to: next.startFrame }) : noChanges;
}

function closedUp(
  { tracks }: Arrangement,
  items: readonly ItemRecord[],
  gap: { from: number; to: number },
): ItemChanges {
  const moved = tracks
    .filter(({ locked }) => !locked)
    .map(({ id }) => onTrack(items, id))
    .filter((row) => !row.some((item) => item.startFrame < gap.to && endOf(item) > gap.from))
    .flatMap((row) => row.filter((item) => item.startFrame >= gap.to))
    .map((item): Pair => [item, { ...item, startFrame: item.startFrame - (gap.to - gap.from) }]);
  return changed(...moved);
}

/** Pieces on a timeline of another rate, `scale` times as many frames a second: they last as long, and none comes to overlap another. */
export function rescaledItems(items: readonly ItemRecord[], scale: number): Pair[] {
  const trackIds = new Set(items.map(({ trackId }) => trackId));
  return [...trackIds].flatMap((trackId) => {
    let free = 0;
    return onTrack(items, trackId).map((item): Pair => {
      const startFrame = Math.max(free, Math.round(item.startFrame * scale));
      free = Math.max(startFrame + 1, Math.round(endOf(item) * scale));
      const scaled = { ...item, startFrame, lengthFrames: free - startFrame };
      for (const name of ['fadeInFrames', 'fadeOutFrames', 'crossFadeFrames'] as const) {
        const frames = item[name];
        if (frames !== undefined) scaled[name] = Math.round(frames * scale);
      }
      return [item, withFades(scaled)];
    });
  });
}

/** Timeline frames that an item could show from its first on. */
function framesLeft({ rate, mediaOf }: Arrangement, item: ItemRecord): number {
  const media = mediaOf(item);
  return Math.floor((media.frameCount - item.inFrame) / mediaPerFrame(item, media, rate) + 1e-6);
}

/** A piece whose fades fit into it. */
export function withFades(item: ItemRecord): ItemRecord {
  const { fadeInFrames = 0, fadeOutFrames = 0, lengthFrames } = item;
  if (fadeInFrames + fadeOutFrames <= lengthFrames) return item;
  const fadeIn = Math.min(fadeInFrames, lengthFrames);
  return { ...item, fadeInFrames: fadeIn, fadeOutFrames: Math.min(fadeOutFrames, lengthFrames - fadeIn) };
}

type Pair = [ItemRecord, ItemRecord];

function changed(...pairs: Pair[]): ItemChanges {
  return { ...noChanges, updated: pairs.filter(differs) };
}

/** Whether a piece becomes another at all. */
export function differs([from, to]: Pair): boolean {
  return Object.keys({ ...from, ...to }).some((key) => Reflect.get(from, key) !== Reflect.get(to, key));
}

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));
