import { type PointerEvent, type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import type { SourceRecord } from '../../electron/contract/records.ts';
import type { Viewport } from '../editor/session.ts';
import { StateStore } from '../editor/stateStore.ts';
import type { Tool, ToolContext, ToolPointer } from '../editor/tools/tool.ts';
import { createToolbox } from '../editor/tools/toolbox.ts';
import { useProject, useProjectState, useSession } from '../project/hooks.ts';
import { zoomAt } from './viewGeometry.ts';

type Gesture = { kind: 'tool'; tool: Tool } | { kind: 'pan'; x: number; y: number; start: Viewport } | { kind: 'wipe' };

/** What the stage's element needs: handlers, a cursor, and where the pointer is. */
export interface PointerTools {
  handlers: {
    onPointerDown: (event: PointerEvent<HTMLDivElement>) => void;
    onPointerMove: (event: PointerEvent<HTMLDivElement>) => void;
    onPointerUp: (event: PointerEvent<HTMLDivElement>) => void;
    onPointerCancel: () => void;
    onPointerLeave: () => void;
  };
  cursor: string;
  /** Where the pointer is on the stage; its own store, so that moving draws the cursor alone again. */
  position: StateStore<PointerPosition>;
}

/** The pointer's place on the stage, in screen pixels; absent while it is elsewhere or pans. */
export interface PointerPosition {
  at: { x: number; y: number } | null;
}

/**
 * Leads the pointer to the tool in hand, to panning (Space, middle button) or to the wipe's edge; the wheel zooms at the pointer. What is
 * drawn goes to the source's frame that is `shown`; while the picture on screen is not yet that frame's, nothing can be drawn.
 */
export function usePointerTools(
  holder: RefObject<HTMLDivElement | null>,
  source: SourceRecord | undefined,
  viewport: Viewport,
  shown: { readonly frame: number; readonly isCurrent: boolean },
): PointerTools {
  const { editor, smartSelect } = useProject();
  const clicks = useProjectState((state) => state.follower !== null);
  const toolbox = useMemo(() => createToolbox(clicks), [clicks]);
  const gesture = useRef<Gesture | undefined>(undefined);
  const space = useRef(false);
  const position = useMemo(() => new StateStore<PointerPosition>({ at: null }), []);
  const [panning, setPanning] = useState(false);
  const tool = useSession((session) => session.tool);
  const writer = useSession((session) => session.writer);

  const contextOf = (from: SourceRecord): ToolContext => {
    return {
      editor,
      source: from,
      frameIndex: shown.frame,
      scale: viewport.scale,
      onClick: (gesture) => void smartSelect.click(from, shown.frame, gesture),
      onScribbles: (scribbles) => void smartSelect.ask(scribbles),
    };
  };

  useEffect(() => {
    const element = holder.current;
    if (!element) return undefined;
    const onWheel = (event: WheelEvent): void => {
      event.preventDefault();
      const box = element.getBoundingClientRect();
      if (event.shiftKey)
        editor.session.set({ viewport: { ...viewport, x: viewport.x - event.deltaY - event.deltaX } });
      else
        editor.session.set({
          viewport: zoomAt(viewport, Math.exp(-event.deltaY / 400), event.clientX - box.left, event.clientY - box.top),
        });
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, [holder, editor, viewport]);

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.code === 'Space') {
        space.current = event.type === 'keydown';
        setPanning(space.current);
      }
      if (event.type === 'keydown' && event.key === 'Escape' && gesture.current && source) {
        if (gesture.current.kind === 'tool') gesture.current.tool.cancel(contextOf(source));
        gesture.current = undefined;
      }
    };
    window.addEventListener('keydown', onKey);
    window.addEventListener('keyup', onKey);
    return () => {
      window.removeEventListener('keydown', onKey);
      window.removeEventListener('keyup', onKey);
    };
  });

  const pointersOf = (event: PointerEvent<HTMLDivElement>): ToolPointer[] => {
    const box = holder.current?.getBoundingClientRect() ?? { left: 0, top: 0 };
    const all = event.nativeEvent.getCoalescedEvents?.() ?? [];
    return (all.length > 0 ? all : [event.nativeEvent]).map((native) => ({
      x: (native.clientX - box.left - viewport.x) / viewport.scale,
      y: (native.clientY - box.top - viewport.y) / viewport.scale,
      pressure: native.pointerType === 'pen' ? native.pressure : 1,
      shift: event.shiftKey,
      invert: event.altKey || (native.buttons & 32) !== 0,
    }));
  };

  const beginGesture = (event: PointerEvent<HTMLDivElement>): Gesture | undefined => {
    const { viewMode, tool: name } = editor.session.state;
    if (event.button === 1 || space.current || name === 'pan')
      return { kind: 'pan', x: event.clientX, y: event.clientY, start: viewport };
    if (viewMode === 'wipe') return { kind: 'wipe' };
    const inHand = toolbox[name];
    if (!inHand || !writer || event.button !== 0 || (viewMode !== 'source' && viewMode !== 'sideBySide'))
      return undefined;
    if (!shown.isCurrent && editor.session.state.speed === 0) return undefined;
    return { kind: 'tool', tool: inHand };
  };

  const setWipe = (pointer: ToolPointer | undefined): void => {
    if (source && pointer) editor.session.set({ wipe: Math.min(1, Math.max(0, pointer.x / source.width)) });
  };

  const handlers: PointerTools['handlers'] = {
    onPointerDown(event) {
      if (!source || gesture.current) return;
      const begun = beginGesture(event);
      if (!begun) return;
      // With the pointer captured a stroke goes on beyond the stage's edge.
      event.currentTarget.setPointerCapture(event.pointerId);
      event.currentTarget.focus({ preventScroll: true });
      gesture.current = begun;
      const pointer = pointersOf(event).at(-1);
      if (begun.kind === 'tool' && pointer) begun.tool.down(pointer, contextOf(source));
      if (begun.kind === 'wipe') setWipe(pointer);
    },
    onPointerMove(event) {
      const box = event.currentTarget.getBoundingClientRect();
      position.set({ at: panning ? null : { x: event.clientX - box.left, y: event.clientY - box.top } });
      const now = gesture.current;
      if (!now || !source) return;
      if (now.kind === 'pan')
        editor.session.set({
          viewport: { ...now.start, x: now.start.x + event.clientX - now.x, y: now.start.y + event.clientY - now.y },
        });
      else if (now.kind === 'wipe') setWipe(pointersOf(event).at(-1));
      else for (const pointer of pointersOf(event)) now.tool.move(pointer, contextOf(source));
    },
    onPointerUp(event) {
      const now = gesture.current;
      gesture.current = undefined;
      const pointer = pointersOf(event).at(-1);
      if (now?.kind === 'tool' && source && pointer) now.tool.up(pointer, contextOf(source));
    },
    onPointerCancel() {
      if (gesture.current?.kind === 'tool' && source) gesture.current.tool.cancel(contextOf(source));
      gesture.current = undefined;
    },
    onPointerLeave() {
      if (!gesture.current) position.set({ at: null });
    },
  };
  const drawsCircle = tool === 'brush' || tool === 'eraser' || (tool === 'smart' && !clicks);
  const cursor = panning || tool === 'pan' ? 'grab' : drawsCircle ? 'none' : 'crosshair';
  return { handlers, cursor, position };
}
