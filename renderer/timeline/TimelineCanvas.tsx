import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { useDocument, useProject } from '../project/hooks.ts';
import { ContextCommands } from '../ui/surfaces/Commands.tsx';
import { texts } from '../ui/texts/texts.ts';
import { drawTimeline } from './drawing/drawTimeline.ts';
import { readColours } from './drawing/timelineColours.ts';
import { timelineCommandsAt } from './hand/timelineCommandsAt.ts';
import { useTimelineHand } from './hand/useTimelineHand.ts';
import { DoubtList, ItemList } from './SpokenTimeline.tsx';
import styles from './TimelineCanvas.module.css';
import { layOutRows, type TimelineHit, type TimelineRows } from './timelineLayout.ts';
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

/** The timeline's canvas: drawn once per frame when something changed. */
export function TimelineCanvas(): ReactNode {
  const project = useProject();
  const { id: projectId, editor } = project;
  const canvas = useRef<HTMLCanvasElement>(null);
  const tracks = useDocument((document) => document.all('track'));
  const { height } = useMemo(() => layOutRows(tracks), [tracks]);
  const rows = useRef<TimelineRows>(layOutRows(tracks));
  const hoveredId = useRef<string | undefined>(undefined);
  const redrawLater = useRef(() => {});
  const [pressed, setPressed] = useState<{ hit: TimelineHit; frame: number }>();
  const hand = useTimelineHand(rows, (itemId) => {
    if (hoveredId.current === itemId) return;
    hoveredId.current = itemId;
    redrawLater.current();
  });

  useEffect(() => {
    const element = canvas.current;
    const scroller = element?.closest<HTMLElement>('[data-scrolls]');
    const context = element?.getContext('2d', { alpha: false });
    if (!element || !scroller || !context) return undefined;
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
      rows.current = layOutRows(editor.document.all('track'), scroller.scrollTop);
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      drawTimeline({
        ...{ context, editor, projectId, size, redraw, rows: rows.current },
        window: shown,
        colours: readColours(element),
        hoveredId: hoveredId.current,
      });
    };
    const redraw = (): void => {
      if (scheduled === 0) scheduled = requestAnimationFrame(draw);
    };
    redrawLater.current = redraw;
    const onWheel = (event: WheelEvent): void => {
      const { scale, offset } = shownWindow(editor);
      const canScrollDown = scroller.scrollHeight > scroller.clientHeight;
      // Where there are more tracks than fit, the wheel goes through them; sideways then with Shift.
      if (canScrollDown && !event.shiftKey && !event.ctrlKey && !event.altKey && event.deltaX === 0) return;
      event.preventDefault();
      if (event.ctrlKey || event.altKey)
        zoomTimeline(editor, Math.exp(-event.deltaY / 300), event.clientX - element.getBoundingClientRect().left);
      else scrollTimeline(editor, offset + (event.deltaX + event.deltaY) / scale);
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    scroller.addEventListener('scroll', redraw, { passive: true });
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
      scroller.removeEventListener('scroll', redraw);
      observer.disconnect();
      theme.disconnect();
      for (const end of ends) end();
      cancelAnimationFrame(scheduled);
    };
  }, [editor, projectId]);

  return (
    <>
      <ContextCommands commands={pressed ? timelineCommandsAt(project, pressed) : []}>
        <canvas
          ref={canvas}
          className={styles.canvas}
          style={{ height }}
          data-testid="timeline"
          tabIndex={0}
          aria-label={`${texts.timeline.label}. ${texts.timeline.help}`}
          {...hand.handlers}
          onContextMenu={(event) => {
            const found = hand.hitAt(event);
            setPressed(found);
            if (found.hit.kind === 'item') editor.session.set({ selectedItemId: found.hit.item.id });
          }}
        />
      </ContextCommands>
      <ItemList />
      <DoubtList />
    </>
  );
}
