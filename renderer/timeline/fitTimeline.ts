import type { Editor } from '../editor/editor.ts';
import { timelineEnd } from '../editor/timelineCommands.ts';

/** Shows everything on a timeline `width` pixels wide, with some room at its end. */
export function fitTimeline(editor: Editor, width: number): void {
  const end = Math.max(8, timelineEnd(editor.document));
  const scale = Math.min(24, Math.max(0.02, (width * 0.8) / end));
  editor.session.set({ timelineScale: scale, timelineOffset: -8 / scale });
}
