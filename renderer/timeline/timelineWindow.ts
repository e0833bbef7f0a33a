import type { Editor } from '../editor/editor.ts';
import { timelineEnd } from '../editor/timelineCommands.ts';
import { frameOfX, type TimelineWindow, xOfFrame } from './timelineLayout.ts';

/** Pixels per frame: of a long film on a narrow screen, and of single frames to look at. */
const scales = { least: 0.02, most: 160 };

/** The first frame that can stand at the left edge: a little room before the beginning. */
const leftmost = -2;

/** Which part of the timeline is on screen. */
export function shownWindow({ session }: Editor): TimelineWindow {
  return { scale: session.state.timelineScale, offset: session.state.timelineOffset };
}

/** Zooms the timeline by `factor`; the point `x` pixels from its left stays where it is, else the playhead does. */
export function zoomTimeline(editor: Editor, factor: number, x?: number): void {
  const shown = shownWindow(editor);
  const fixed = x ?? xOfFrame(editor.session.state.playhead, shown);
  const scale = Math.min(scales.most, Math.max(scales.least, shown.scale * factor));
  editor.session.set({
    timelineScale: scale,
    timelineOffset: Math.max(leftmost, frameOfX(fixed, shown) - fixed / scale),
  });
}

/** Moves the timeline's left edge to a frame, which may be a fraction. */
export function scrollTimeline(editor: Editor, offset: number): void {
  editor.session.set({ timelineOffset: Math.max(leftmost, offset) });
}

/** Shows everything that lies on the timeline, with some room at its end. */
export function fitTimeline(editor: Editor): void {
  const end = Math.max(8, timelineEnd(editor.document));
  const scale = Math.min(24, Math.max(scales.least, (editor.session.state.timelineWidth * 0.8) / end));
  editor.session.set({ timelineScale: scale, timelineOffset: -8 / scale });
}
