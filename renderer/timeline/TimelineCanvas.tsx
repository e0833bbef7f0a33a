import { type PointerEvent, type ReactNode, useEffect, useRef } from 'react';
import type { ItemRecord } from '../../electron/contract/records.ts';
import type { Editor } from '../editor/editor.ts';
import { activeMask } from '../editor/maskCommands.ts';
import { moveItem, snapFrame, timelineFrameOf, trimItem } from '../editor/timelineCommands.ts';
import { useApp, useDocument, useStudio } from '../ui/hooks.ts';
import { texts } from '../ui/texts.ts';
import { drawTimeline, type TimelineColours } from './drawTimeline.ts';
import { fitTimeline } from './fitTimeline.ts';
import { frameOfX, hitTest, rows, type TimelineWindow, xOfFrame } from './timelineLayout.ts';

/** What of the session the timeline shows. */
const drawnMembers = [
  'timelineScale',
  'timelineOffset',
  'playhead',
  'selectedItemId',
  'thumbnails',
  'waveforms',
] as const;

type Drag =
  | { kind: 'scrub' }
  | { kind: 'item'; item: ItemRecord; part: 'body' | 'start' | 'end'; grabbed: number; moved: boolean };

/** How near, in pixels, an edge must come to snap. */
const snapPixels = 8;

/** The timeline's canvas: drawn once per frame when something changed; the pointer scrubs, moves and trims. */
export function TimelineCanvas(): ReactNode {
  const studio = useStudio();
  const { editor } = studio;
  const canvas = useRef<HTMLCanvasElement>(null);
  const drag = useRef<Drag | undefined>(undefined);
  const projectId = useApp((app) => app.projectId);
  const items = useDocument((document) => document.all('item'));

  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d', { alpha: false });
    if (!element || !context || !projectId) return undefined;
    let scheduled = 0;
    const draw = (): void => {
      scheduled = 0;
      const ratio = window.devicePixelRatio || 1;
      const size = { width: element.clientWidth, height: element.clientHeight };
      if (element.width !== Math.round(size.width * ratio) || element.height !== Math.round(size.height * ratio)) {
        element.width = Math.round(size.width * ratio);
        element.height = Math.round(size.height * ratio);
      }
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      drawTimeline(context, editor, projectId, size, readColours(element), redraw);
    };
    const redraw = (): void => {
      if (scheduled === 0) scheduled = requestAnimationFrame(draw);
    };
    const onWheel = (event: WheelEvent): void => {
      event.preventDefault();
      const shown = windowOf();
      if (event.ctrlKey || event.altKey)
        zoomTimeline(Math.exp(-event.deltaY / 300), event.clientX - element.getBoundingClientRect().left);
      else
        editor.session.set({
          timelineOffset: Math.max(-2, shown.offset + (event.deltaX + event.deltaY) / shown.scale),
        });
    };
    const windowOf = (): TimelineWindow => ({
      scale: editor.session.state.timelineScale,
      offset: editor.session.state.timelineOffset,
    });
    const zoomTimeline = (factor: number, x: number): void => {
      const shown = windowOf();
      const scale = Math.min(160, Math.max(0.02, shown.scale * factor));
      editor.session.set({ timelineScale: scale, timelineOffset: Math.max(-2, frameOfX(x, shown) - x / scale) });
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    const observer = new ResizeObserver(redraw);
    observer.observe(element);
    const theme = new MutationObserver(redraw);
    theme.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    let drawn = editor.session.state;
    const onSession = (): void => {
      const now = editor.session.state;
      if (drawnMembers.some((member) => now[member] !== drawn[member])) redraw();
      drawn = now;
    };
    const ends = [editor.session.subscribe(onSession), editor.document.subscribe(redraw)];
    fitTimeline(editor, element.clientWidth);
    redraw();
    return () => {
      element.removeEventListener('wheel', onWheel);
      observer.disconnect();
      theme.disconnect();
      for (const end of ends) end();
      cancelAnimationFrame(scheduled);
    };
  }, [editor, projectId]);

  const pointOf = (event: PointerEvent<HTMLCanvasElement>): { x: number; y: number; window: TimelineWindow } => {
    const box = event.currentTarget.getBoundingClientRect();
    const { timelineScale: scale, timelineOffset: offset } = editor.session.state;
    return { x: event.clientX - box.left, y: event.clientY - box.top, window: { scale, offset } };
  };

  const scrub = (x: number, window: TimelineWindow): void => {
    studio.playback.seek(
      snapFrame(editor, Math.max(0, Math.floor(frameOfX(x, window))), snapPixels / window.scale / 2),
    );
  };

  const onPointerDown = (event: PointerEvent<HTMLCanvasElement>): void => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const { x, y, window } = pointOf(event);
    const key = keyNear(editor, x, y, window);
    if (key !== undefined) {
      studio.playback.seek(key);
      return;
    }
    const hit = hitTest(items, x, y, window);
    if (hit.kind !== 'item') {
      drag.current = { kind: 'scrub' };
      editor.session.set({ selectedItemId: null });
      scrub(x, window);
      return;
    }
    const { item, part } = hit;
    editor.session.set({ selectedItemId: item.id });
    studio.looking.showItem(item);
    drag.current = { kind: 'item', item, part, grabbed: frameOfX(x, window), moved: false };
  };

  const onPointerMove = (event: PointerEvent<HTMLCanvasElement>): void => {
    const { x, y, window } = pointOf(event);
    const now = drag.current;
    if (!now) {
      const hit = hitTest(items, x, y, window);
      event.currentTarget.style.cursor = hit.kind === 'item' ? (hit.part === 'body' ? 'grab' : 'ew-resize') : 'default';
      return;
    }
    if (now.kind === 'scrub') {
      scrub(x, window);
      return;
    }
    const frame = frameOfX(x, window);
    if (!now.moved && Math.abs(frame - now.grabbed) * window.scale < 3) return;
    if (!now.moved) editor.begin(now.part === 'body' ? 'Move' : 'Trim');
    now.moved = true;
    const item = editor.document.get('item', now.item.id);
    if (!item) return;
    const reach = snapPixels / window.scale;
    if (now.part === 'body') {
      const wanted = Math.round(now.item.startFrame + frame - now.grabbed);
      const snapped = snapFrame(editor, wanted, reach, item.id);
      const end = snapFrame(editor, wanted + item.lengthFrames, reach, item.id) - item.lengthFrames;
      moveItem(editor, item, snapped !== wanted ? snapped : end);
    } else trimItem(editor, item, now.part, snapFrame(editor, Math.round(frame), reach, item.id));
  };

  const onPointerUp = (event: PointerEvent<HTMLCanvasElement>): void => {
    const now = drag.current;
    drag.current = undefined;
    if (now?.kind !== 'item') return;
    if (now.moved) editor.commit();
    else scrub(pointOf(event).x, pointOf(event).window);
  };

  return (
    <>
      <canvas
        ref={canvas}
        className="timelineCanvas"
        tabIndex={0}
        aria-label={`${texts.timeline.label}. ${texts.timeline.help}`}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || drag.current?.kind !== 'item') return;
          drag.current = undefined;
          editor.bail();
        }}
      />
      <ItemList />
    </>
  );
}

/** The timeline frame of the looked-at mask's key under the pointer. */
function keyNear(editor: Editor, x: number, y: number, window: TimelineWindow): number | undefined {
  if (y < rows.keys.top || y >= rows.keys.top + rows.keys.height) return undefined;
  const mask = activeMask(editor);
  const source = editor.document.get('source', mask?.sourceId);
  const item = source && editor.document.all('item').find((candidate) => candidate.targetId === source.id);
  if (!mask || !source || !item) return undefined;
  for (const key of editor.document.childrenOf('maskKey', mask.id)) {
    const frame = timelineFrameOf(editor.document, item, source, key.frameIndex);
    const middle = xOfFrame(frame, window) + Math.min(6, window.scale / 2);
    if (Math.abs(middle - x) <= 7) return frame;
  }
  return undefined;
}

/** What lies on the timeline, for those who do not see it; the first hundred. */
function ItemList(): ReactNode {
  const { editor } = useStudio();
  const items = useDocument((document) => document.all('item'));
  const nameOf = (item: ItemRecord): string =>
    editor.document.get('source', item.targetId)?.name ?? editor.document.get('take', item.targetId)?.name ?? '';
  return (
    <ul className="visuallyHidden" aria-label={texts.timeline.items}>
      {items.slice(0, 100).map((item) => (
        <li key={item.id}>{texts.timeline.item(nameOf(item), item.startFrame + 1, item.lengthFrames)}</li>
      ))}
    </ul>
  );
}

function readColours(element: HTMLElement): TimelineColours {
  const style = getComputedStyle(element);
  const token = (name: string): string => style.getPropertyValue(name).trim();
  return {
    ground: token('--panel'),
    field: token('--ground'),
    line: token('--line-strong'),
    text: token('--text'),
    soft: token('--text-soft'),
    source: token('--track-source'),
    take: token('--track-take'),
    key: token('--track-key'),
    accent: token('--accent'),
    playhead: token('--playhead'),
  };
}
