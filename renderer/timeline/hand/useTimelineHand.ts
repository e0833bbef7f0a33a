import { type KeyboardEvent, type MouseEvent, type PointerEvent, type RefObject, useRef } from 'react';
import type { Editor } from '../../editor/editor.ts';
import { snapFrame } from '../../editor/timelineCommands.ts';
import { useProject } from '../../project/hooks.ts';
import { laneFrameAt } from '../confidence/laneFrames.ts';
import { shownKeys } from '../shownKeys.ts';
import { frameOfX, hitTest, type TimelineHit, type TimelineRows, type TimelineWindow } from '../timelineLayout.ts';
import { shownWindow } from '../timelineWindow.ts';
import { dragItem, type ItemDrag, snapPixels } from './itemDrag.ts';

/** Handlers of the timeline's canvas. */
export interface TimelineHand {
  readonly handlers: {
    onPointerDown(event: PointerEvent<HTMLCanvasElement>): void;
    onPointerMove(event: PointerEvent<HTMLCanvasElement>): void;
    onPointerUp(event: PointerEvent<HTMLCanvasElement>): void;
    onPointerCancel(): void;
    onPointerLeave(): void;
    onDoubleClick(event: MouseEvent<HTMLCanvasElement>): void;
    onKeyDown(event: KeyboardEvent<HTMLCanvasElement>): void;
  };
  /** What lies where the pointer pressed. */
  hitAt(event: MouseEvent<HTMLCanvasElement>): { hit: TimelineHit; frame: number };
}

type Drag = { kind: 'scrub' } | { kind: 'item'; drag: ItemDrag };

const cursors = { body: 'grab', start: 'ew-resize', end: 'ew-resize', fadeIn: 'col-resize', fadeOut: 'col-resize' };

/**
 * The pointer on the timeline: scrubs, selects, moves (Alt slips, Ctrl makes room), trims and fades. A drag is one step; Escape abandons it.
 * `onHover` is told which item is under the pointer.
 */
export function useTimelineHand(
  rows: RefObject<TimelineRows>,
  onHover: (itemId: string | undefined) => void,
): TimelineHand {
  const { editor, playback, following, view } = useProject();
  const held = useRef<Drag | undefined>(undefined);

  const pointOf = (event: MouseEvent<HTMLCanvasElement>): { x: number; y: number; window: TimelineWindow } => {
    const box = event.currentTarget.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top, window: shownWindow(editor) };
  };
  const hitOf = (point: { x: number; y: number; window: TimelineWindow }): TimelineHit =>
    hitTest(editor.document.all('item'), rows.current, point, point.window);
  const scrub = (x: number, window: TimelineWindow): void =>
    playback.seek(snapFrame(editor, Math.max(0, Math.floor(frameOfX(x, window))), snapPixels / window.scale / 2));
  const abandon = (): void => {
    if (held.current?.kind === 'item' && held.current.drag.moved) editor.bail();
    held.current = undefined;
  };

  const handlers: TimelineHand['handlers'] = {
    onPointerDown(event) {
      if (event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      const point = pointOf(event);
      const key = keyNear(editor, rows.current, point);
      if (key !== undefined) return playback.seek(key);
      const followed = laneFrameAt(editor, rows.current, point, point.window);
      if (followed !== undefined) return following.goTo(followed);
      const hit = hitOf(point);
      if (hit.kind !== 'item') {
        held.current = { kind: 'scrub' };
        if (hit.kind !== 'ruler') editor.session.set({ selectedItemId: null });
        return scrub(point.x, point.window);
      }
      const { item, part } = hit;
      editor.session.set({ selectedItemId: item.id });
      view.showItem(item);
      const grabbed = frameOfX(point.x, point.window);
      held.current = { kind: 'item', drag: { item, part, grabbed, moved: false } };
    },
    onPointerMove(event) {
      const point = pointOf(event);
      const now = held.current;
      if (now?.kind === 'scrub') scrub(point.x, point.window);
      else if (now)
        dragItem(editor, now.drag, {
          ...point,
          rows: rows.current,
          slips: event.altKey,
          inserts: event.ctrlKey || event.metaKey,
        });
      else {
        const hit = hitOf(point);
        onHover(hit.kind === 'item' ? hit.item.id : undefined);
        const isOnLane = laneFrameAt(editor, rows.current, point, point.window) !== undefined;
        event.currentTarget.style.cursor = isOnLane ? 'pointer' : hit.kind === 'item' ? cursors[hit.part] : 'default';
      }
    },
    onPointerUp(event) {
      const now = held.current;
      held.current = undefined;
      if (now?.kind !== 'item') return;
      if (now.drag.moved) editor.commit();
      else scrub(pointOf(event).x, pointOf(event).window);
    },
    onPointerCancel: abandon,
    onPointerLeave: () => onHover(undefined),
    onDoubleClick(event) {
      const hit = hitOf(pointOf(event));
      if (hit.kind === 'item') editor.session.set({ selectedItemId: hit.item.id, rightSide: 'clip' });
    },
    onKeyDown(event) {
      if (event.key === 'Escape') abandon();
    },
  };
  return {
    handlers,
    hitAt(event) {
      const point = pointOf(event);
      return { hit: hitOf(point), frame: Math.max(0, Math.floor(frameOfX(point.x, point.window))) };
    },
  };
}

/** The timeline frame of the looked-at mask's key under the pointer. */
function keyNear(
  editor: Editor,
  rows: TimelineRows,
  { x, y, window }: { x: number; y: number; window: TimelineWindow },
): number | undefined {
  if (y < rows.keys.top || y >= rows.keys.top + rows.keys.height) return undefined;
  return shownKeys(editor, window).find((shown) => Math.abs(shown.x - x) <= 7)?.frame;
}
