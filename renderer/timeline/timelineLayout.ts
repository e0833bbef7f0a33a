import type { ItemRecord } from '../../electron/contract/records.ts';

/** Rows of the timeline, in pixels from its top. */
export const rows = {
  ruler: { top: 0, height: 24 },
  take: { top: 28, height: 38 },
  source: { top: 70, height: 54 },
  keys: { top: 127, height: 16 },
  lane: { top: 145, height: 22 },
} as const;

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

/** What lies under the pointer. */
export type TimelineHit =
  | { kind: 'ruler' }
  | { kind: 'item'; item: ItemRecord; part: 'body' | 'start' | 'end' }
  | { kind: 'empty' };

/** Width of an item's edge that trims, in pixels. */
const edgeWidth = 7;

/** Finds what lies at a point; the last drawn item wins. */
export function hitTest(items: readonly ItemRecord[], x: number, y: number, window: TimelineWindow): TimelineHit {
  if (y < rows.ruler.top + rows.ruler.height) return { kind: 'ruler' };
  const track = inRow(y, rows.take) ? 'take' : inRow(y, rows.source) ? 'source' : undefined;
  for (let index = items.length - 1; track && index >= 0; index--) {
    const item = items[index];
    if (!item || item.track !== track) continue;
    const left = xOfFrame(item.startFrame, window);
    const right = xOfFrame(item.startFrame + item.lengthFrames, window);
    if (x < left || x >= right) continue;
    const edge = Math.min(edgeWidth, (right - left) / 3);
    return { kind: 'item', item, part: x < left + edge ? 'start' : x >= right - edge ? 'end' : 'body' };
  }
  return { kind: 'empty' };
}

const inRow = (y: number, row: { top: number; height: number }): boolean => y >= row.top && y < row.top + row.height;

/** Frames between labelled ticks of the ruler, so that labels stand at least `pixels` apart. */
export function tickStep(scale: number, framesPerSecond: number, pixels = 68): number {
  const rate = Math.max(1, Math.round(framesPerSecond));
  const steps = [
    1,
    2,
    5,
    10,
    rate,
    rate * 2,
    rate * 5,
    rate * 10,
    rate * 30,
    rate * 60,
    rate * 300,
    rate * 600,
    rate * 3600,
  ];
  return steps.sort((a, b) => a - b).find((step) => step * scale >= pixels) ?? rate * 7200;
}

/** A frame as minutes, seconds and frames. */
export function timecode(frame: number, framesPerSecond: number): string {
  const rate = Math.max(1, Math.round(framesPerSecond));
  const whole = Math.max(0, Math.floor(frame));
  const seconds = Math.floor(whole / rate);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}:${two(whole % rate)}`;
}
