import type { Editor } from '../../editor/editor.ts';
import type { TimelineRows, TimelineWindow } from '../timelineLayout.ts';
import type { TimelineColours } from './timelineColours.ts';

/** What the timeline is drawn with: on what, of what, which part of it, and in which colours. */
export interface TimelinePaint {
  context: CanvasRenderingContext2D;
  editor: Editor;
  projectId: string;
  window: TimelineWindow;
  rows: TimelineRows;
  /** Of the canvas, in pixels. */
  size: { width: number; height: number };
  colours: TimelineColours;
  /** The item under the pointer. */
  hoveredId: string | undefined;
  /** Called when a picture arrives that was missing. */
  redraw: () => void;
}

/** Fills a shape by its corners, x and y in turn. */
export function fillShape(context: CanvasRenderingContext2D, colour: string, corners: readonly number[]): void {
  context.fillStyle = colour;
  context.beginPath();
  for (let at = 0; at < corners.length; at += 2) context.lineTo(corners[at] ?? 0, corners[at + 1] ?? 0);
  context.fill();
}
