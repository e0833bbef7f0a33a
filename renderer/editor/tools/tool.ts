import type { SourceRecord } from '../../../electron/contract/records.ts';
import type { Editor } from '../editor.ts';
import type { Scribbles } from '../session.ts';

/** Where the pointer is, in the source's pixels, and how it is held. */
export interface ToolPointer {
  x: number;
  y: number;
  /** 0..1; 1 where the device knows no pressure. */
  pressure: number;
  shift: boolean;
  /** The eraser end of a pen, or the key that swaps painting and erasing. */
  invert: boolean;
}

/** What a click of the smart tool says: a place that is the subject or is not, or a box around it. */
export type ClickGesture =
  | { readonly kind: 'point'; readonly x: number; readonly y: number; readonly adds: boolean; readonly begins: boolean }
  | { readonly kind: 'box'; readonly box: [number, number, number, number] };

/** What a tool works on. */
export interface ToolContext {
  /** Screen pixels per source pixel. */
  scale: number;
  editor: Editor;
  source: SourceRecord;
  frameIndex: number;
  /** Hands over scribbles for smart select. */
  onScribbles(scribbles: Scribbles): void;
  /** Hands over a click for smart select. */
  onClick(gesture: ClickGesture): void;
}

/** A tool as a small state machine: idle until `down`, then drawing until `up` or `cancel`. */
export interface Tool {
  down(pointer: ToolPointer, context: ToolContext): void;
  move(pointer: ToolPointer, context: ToolContext): void;
  up(pointer: ToolPointer, context: ToolContext): void;
  /** Escape: as if the gesture had never begun. */
  cancel(context: ToolContext): void;
}
