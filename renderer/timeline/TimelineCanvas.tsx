import { type PointerEvent, type ReactNode, useEffect, useRef } from 'react';
import type { ItemRecord } from '../../electron/contract/records.ts';
import type { Editor } from '../editor/editor.ts';
import { moveItem, snapFrame, trimItem } from '../editor/timelineCommands.ts';
import { useDocument, useProject } from '../project/hooks.ts';
import { UnseenList } from '../ui/surfaces/Unseen.tsx';
import { texts } from '../ui/texts/texts.ts';
import { laneFrameAt, laneOf } from './confidence/laneFrames.ts';
import { drawTimeline } from './drawTimeline.ts';
import { shownKeys } from './shownKeys.ts';
import styles from './TimelineCanvas.module.css';
import { readColours } from './timelineColours.ts';
import { frameOfX, hitTest, rows, type TimelineWindow } from './timelineLayout.ts';
import { fitTimeline, scrollTimeline, shownWindow, zoomTimeline } from './timelineWindow.ts';

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
  const { id: projectId, editor, playback, following, view } = useProject();
  const canvas = useRef<HTMLCanvasElement>(null);
  const drag = useRef<Drag | undefined>(undefined);
  const items = useDocument((document) => document.all('item'));

  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d', { alpha: false });
    if (!element || !context) return undefined;
    let scheduled = 0;
    const draw = (): void => {
      scheduled = 0;
      const ratio = window.devicePixelRatio || 1;
      const size = { width: element.clientWidth, height: element.clientHeight };
      if (element.width !== Math.round(size.width * ratio) || element.height !== Math.round(size.height * ratio)) {
        element.width = Math.round(size.width * ratio);
        element.height = Math.round(size.height * ratio);
      }
      const shown = shownWindow(editor);
      element.dataset.scale = String(shown.scale);
      element.dataset.offset = String(shown.offset);
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      drawTimeline({
        ...{ context, editor, projectId, size, redraw },
        window: shown,
        colours: readColours(element),
      });
    };
    const redraw = (): void => {
      if (scheduled === 0) scheduled = requestAnimationFrame(draw);
    };
    const onWheel = (event: WheelEvent): void => {
      event.preventDefault();
      const { scale, offset } = shownWindow(editor);
      if (event.ctrlKey || event.altKey)
        zoomTimeline(editor, Math.exp(-event.deltaY / 300), event.clientX - element.getBoundingClientRect().left);
      else scrollTimeline(editor, offset + (event.deltaX + event.deltaY) / scale);
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    const measure = (): void => {
      editor.session.set({ timelineWidth: element.clientWidth });
      redraw();
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    const theme = new MutationObserver(redraw);
    theme.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    let drawn = editor.session.state;
    const onSession = (): void => {
      const now = editor.session.state;
      if (drawnMembers.some((member) => now[member] !== drawn[member])) redraw();
      drawn = now;
    };
    let isEmpty = editor.document.all('item').length === 0;
    const onDocument = (): void => {
      const wasEmpty = isEmpty;
      isEmpty = editor.document.all('item').length === 0;
      // What comes first is shown whole.
      if (wasEmpty && !isEmpty) fitTimeline(editor);
      redraw();
    };
    const ends = [editor.session.subscribe(onSession), editor.document.subscribe(onDocument)];
    measure();
    fitTimeline(editor);
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
    return { x: event.clientX - box.left, y: event.clientY - box.top, window: shownWindow(editor) };
  };

  const scrub = (x: number, window: TimelineWindow): void => {
    playback.seek(snapFrame(editor, Math.max(0, Math.floor(frameOfX(x, window))), snapPixels / window.scale / 2));
  };

  const onPointerDown = (event: PointerEvent<HTMLCanvasElement>): void => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const { x, y, window } = pointOf(event);
    const key = keyNear(editor, x, y, window);
    if (key !== undefined) {
      playback.seek(key);
      return;
    }
    const followed = laneFrameAt(editor, x, y, window);
    if (followed !== undefined) {
      following.goTo(followed);
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
    view.showItem(item);
    drag.current = { kind: 'item', item, part, grabbed: frameOfX(x, window), moved: false };
  };

  const onPointerMove = (event: PointerEvent<HTMLCanvasElement>): void => {
    const { x, y, window } = pointOf(event);
    const now = drag.current;
    if (!now) {
      const hit = hitTest(items, x, y, window);
      if (laneFrameAt(editor, x, y, window) !== undefined) event.currentTarget.style.cursor = 'pointer';
      else
        event.currentTarget.style.cursor =
          hit.kind === 'item' ? (hit.part === 'body' ? 'grab' : 'ew-resize') : 'default';
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

  const abandon = (): void => {
    if (drag.current?.kind === 'item') editor.bail();
    drag.current = undefined;
  };

  return (
    <>
      <canvas
        ref={canvas}
        className={styles.canvas}
        data-testid="timeline"
        tabIndex={0}
        aria-label={`${texts.timeline.label}. ${texts.timeline.help}`}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onPointerCancel={abandon}
        onKeyDown={(event) => {
          if (event.key === 'Escape') abandon();
        }}
      />
      <ItemList />
      <DoubtList />
    </>
  );
}

/** What the confidence lane shows, for those who do not see it: the doubtful stretches' worst frames, the first hundred. */
function DoubtList(): ReactNode {
  const { editor } = useProject();
  useDocument((document) => document.all('stroke'));
  useDocument((document) => document.get('view', 'view'));
  const status = useDocument(() => laneOf(editor)?.status);
  if (!status || status.runs.length === 0) return null;
  return (
    <UnseenList aria-label={texts.follow.laneLabel(status.frameCount, status.doubtfulCount)}>
      {status.doubts.slice(0, 100).map(({ frame, confidence }) => (
        <li key={frame}>{texts.follow.sure(frame + 1, confidence)}</li>
      ))}
    </UnseenList>
  );
}

/** The timeline frame of the looked-at mask's key under the pointer. */
function keyNear(editor: Editor, x: number, y: number, window: TimelineWindow): number | undefined {
  if (y < rows.keys.top || y >= rows.keys.top + rows.keys.height) return undefined;
  return shownKeys(editor, window).find((shown) => Math.abs(shown.x - x) <= 7)?.frame;
}

/** What lies on the timeline, for those who do not see it; the first hundred. */
function ItemList(): ReactNode {
  const { editor } = useProject();
  const items = useDocument((document) => document.all('item'));
  const nameOf = (item: ItemRecord): string =>
    editor.document.get('source', item.targetId)?.name ?? editor.document.get('take', item.targetId)?.name ?? '';
  return (
    <UnseenList aria-label={texts.timeline.items}>
      {items.slice(0, 100).map((item) => (
        <li key={item.id}>{texts.timeline.item(nameOf(item), item.startFrame + 1, item.lengthFrames)}</li>
      ))}
    </UnseenList>
  );
}
