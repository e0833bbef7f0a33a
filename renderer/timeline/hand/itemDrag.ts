import type { ItemRecord } from '../../../electron/contract/records.ts';
import { mediaPerFrame } from '../../../electron/contract/timeline/shownItems.ts';
import type { Editor } from '../../editor/editor.ts';
import { arrangementOf } from '../../editor/timeline/arrangement.ts';
import { changeItem, moveItem, slipItem, trimItem } from '../../editor/timeline/itemCommands.ts';
import { snapFrame } from '../../editor/timelineCommands.ts';
import { frameOfX, type ItemPart, type TimelineRows, type TimelineWindow } from '../timelineLayout.ts';

/** A piece in hand: as it was taken, by which part, and at which timeline frame. */
export interface ItemDrag {
  readonly item: ItemRecord;
  readonly part: ItemPart;
  readonly grabbed: number;
  moved: boolean;
}

/** Where the pointer is over the timeline, and the keys that are held. */
export interface DragPoint {
  readonly x: number;
  readonly y: number;
  readonly window: TimelineWindow;
  readonly rows: TimelineRows;
  /** Shows other frames of the media instead of moving. */
  readonly slips: boolean;
  /** What lies where it goes makes room. */
  readonly inserts: boolean;
}

/** How near, in pixels, an edge must come to snap. */
export const snapPixels = 8;

/** Pixels that the pointer must move before anything does. */
const dead = 3;

const labels: Readonly<Record<ItemPart, string>> = {
  body: 'Move',
  start: 'Trim',
  end: 'Trim',
  fadeIn: 'Fade',
  fadeOut: 'Fade',
};

/** Brings the piece in hand to where the pointer is: always from where it was taken, so that a drag leaves one step. */
export function dragItem(editor: Editor, drag: ItemDrag, point: DragPoint): void {
  const { item } = drag;
  const by = frameOfX(point.x, point.window) - drag.grabbed;
  const isOnOtherTrack = drag.part === 'body' && trackAt(editor, item, point) !== item.trackId;
  if (!drag.moved && Math.abs(by) * point.window.scale < dead && !isOnOtherTrack) return;
  if (drag.moved) editor.bail();
  editor.begin(drag.part === 'body' && point.slips ? 'Slip' : labels[drag.part]);
  drag.moved = true;
  const reach = snapPixels / point.window.scale;
  const snapped = (frame: number): number => snapFrame(editor, Math.round(frame), reach, item.id);
  if (drag.part === 'start' || drag.part === 'end') {
    trimItem(editor, item, drag.part, snapped(frameOfX(point.x, point.window)));
  } else if (drag.part === 'fadeIn') {
    const frames = Math.max(0, Math.round((item.fadeInFrames ?? 0) + by));
    changeItem(editor, 'Fade', item, { fadeInFrames: Math.min(frames, item.lengthFrames - (item.fadeOutFrames ?? 0)) });
  } else if (drag.part === 'fadeOut') {
    const frames = Math.max(0, Math.round((item.fadeOutFrames ?? 0) - by));
    changeItem(editor, 'Fade', item, { fadeOutFrames: Math.min(frames, item.lengthFrames - (item.fadeInFrames ?? 0)) });
  } else if (point.slips) {
    const { mediaOf, rate } = arrangementOf(editor.document);
    slipItem(editor, item, -by * mediaPerFrame(item, mediaOf(item), rate));
  } else {
    const wanted = Math.round(item.startFrame + by);
    const start = snapped(wanted);
    const end = snapped(wanted + item.lengthFrames) - item.lengthFrames;
    moveItem(
      editor,
      item,
      { startFrame: start !== wanted ? start : end, trackId: trackAt(editor, item, point) },
      point.inserts,
    );
  }
}

/** The track that a piece would go to: the one under the pointer where it takes such pieces and is not locked, else its own. */
function trackAt(editor: Editor, item: ItemRecord, { y, rows }: DragPoint): string {
  const own = editor.document.get('track', item.trackId);
  const row = rows.tracks.find(({ top, height }) => y >= top && y < top + height);
  return row && !row.track.locked && row.track.media === own?.media ? row.track.id : item.trackId;
}
