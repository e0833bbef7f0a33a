import type { ItemRecord, TrackRecord } from '../../electron/contract/records.ts';
import { byOrder, endOf } from '../../electron/contract/timeline/tracks.ts';

/** A row of the timeline, in pixels from its top. */
export interface Row {
  readonly top: number;
  readonly height: number;
}

/** A track with its row. */
export interface TrackRow extends Row {
  readonly track: TrackRecord;
}

/** Where everything lies on the timeline, from top to bottom. */
export interface TimelineRows {
  readonly ruler: Row;
  /** Picture tracks as they lie over each other, sound tracks below them. */
  readonly tracks: readonly TrackRow[];
  readonly keys: Row;
  readonly lane: Row;
  readonly height: number;
}

const heights = { ruler: 24, video: 48, sound: 42, keys: 16, lane: 22, gap: 3 };

/** Lays the rows out. The ruler stays at the top of what is seen, `scrolled` pixels down. */
export function layOutRows(tracks: readonly TrackRecord[], scrolled = 0): TimelineRows {
  let top = heights.ruler + heights.gap;
  const next = (height: number): Row => {
    const row = { top, height };
    top += height + heights.gap;
    return row;
  };
  const ordered = byOrder(tracks);
  const pictures = ordered.filter(({ media }) => media === 'video').reverse();
  const sounds = ordered.filter(({ media }) => media === 'sound');
  return {
    ruler: { top: scrolled, height: heights.ruler },
    tracks: [...pictures, ...sounds].map((track) => ({ track, ...next(heights[track.media]) })),
    keys: next(heights.keys),
    lane: next(heights.lane),
    height: top,
  };
}

/** Which part of the timeline is on screen: pixels per frame and the first frame, which may be a fraction. */
export interface TimelineWindow {
  scale: number;
  offset: number;
}

/** Horizontal pixel of a frame's beginning. */
export function xOfFrame(frame: number, { scale, offset }: TimelineWindow): number {
  return (frame - offset) * scale;
}

/** The frame at a horizontal pixel, as a fraction. */
export function frameOfX(x: number, { scale, offset }: TimelineWindow): number {
  return x / scale + offset;
}

/** A part of an item that can be taken hold of. */
export type ItemPart = 'body' | 'start' | 'end' | 'fadeIn' | 'fadeOut';

/** What lies under the pointer. */
export type TimelineHit =
  | { kind: 'ruler' }
  | { kind: 'item'; item: ItemRecord; part: ItemPart }
  | { kind: 'track'; track: TrackRecord }
  | { kind: 'empty' };

/** Width of an item's edge that trims, height of its upper corner that fades, and how near a fade's handle must be, in pixels. */
const edgeWidth = 7;
const cornerHeight = 13;
const handleReach = 6;

/** Finds what lies at a point. An item's fades are held by the handles along its top, while it is wide enough to tell them from its edges. */
export function hitTest(
  items: readonly ItemRecord[],
  rows: TimelineRows,
  point: { readonly x: number; readonly y: number },
  window: TimelineWindow,
): TimelineHit {
  if (isWithin(point.y, rows.ruler)) return { kind: 'ruler' };
  const row = rows.tracks.find((candidate) => isWithin(point.y, candidate));
  if (!row) return { kind: 'empty' };
  const frame = frameOfX(point.x, window);
  const item = items.find(
    (candidate) => candidate.trackId === row.track.id && candidate.startFrame <= frame && frame < endOf(candidate),
  );
  return item ? { kind: 'item', item, part: partAt(item, point, row, window) } : { kind: 'track', track: row.track };
}

function partAt(item: ItemRecord, { x, y }: { x: number; y: number }, row: Row, window: TimelineWindow): ItemPart {
  const [left, right] = [xOfFrame(item.startFrame, window), xOfFrame(endOf(item), window)];
  if (y < row.top + cornerHeight && right - left > 6 * edgeWidth) {
    const { fadeIn, fadeOut } = fadeHandles(item, window);
    if (Math.abs(x - fadeIn) <= handleReach) return 'fadeIn';
    if (Math.abs(x - fadeOut) <= handleReach) return 'fadeOut';
  }
  const edge = Math.min(edgeWidth, (right - left) / 3);
  return x < left + edge ? 'start' : x >= right - edge ? 'end' : 'body';
}

/** Where an item's fades are held: at their ends, a little inside the item where there is none. */
export function fadeHandles(item: ItemRecord, window: TimelineWindow): { fadeIn: number; fadeOut: number } {
  const inside = edgeWidth + handleReach;
  return {
    fadeIn: xOfFrame(item.startFrame, window) + Math.max(inside, (item.fadeInFrames ?? 0) * window.scale),
    fadeOut: xOfFrame(endOf(item), window) - Math.max(inside, (item.fadeOutFrames ?? 0) * window.scale),
  };
}

const isWithin = (y: number, row: Row): boolean => y >= row.top && y < row.top + row.height;

/** Frames between labelled ticks of the ruler, so that labels stand at least `pixels` apart. */
export function tickStep(scale: number, framesPerSecond: number, pixels = 68): number {
  const rate = Math.max(1, Math.round(framesPerSecond));
  const ofSecond = [1, 2, 5, 10, 30, 60, 300, 600, 3600].map((seconds) => seconds * rate);
  const steps = [1, 2, 5, 10, ...ofSecond].sort((a, b) => a - b);
  return steps.find((step) => step * scale >= pixels) ?? rate * 7200;
}

/** A frame as minutes, seconds and frames. */
export function timecode(frame: number, framesPerSecond: number): string {
  const rate = Math.max(1, Math.round(framesPerSecond));
  const whole = Math.max(0, Math.floor(frame));
  const seconds = Math.floor(whole / rate);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}:${two(whole % rate)}`;
}
