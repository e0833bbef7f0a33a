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

/** What a tool works on. */
export interface ToolContext {
  editor: Editor;
  source: SourceRecord;
  frameIndex: number;
  /** Hands over scribbles for smart select. */
  onScribbles(scribbles: Scribbles): void;
}

/** A tool as a small state machine: idle until `down`, then drawing until `up` or `cancel`. */
export interface Tool {
  down(pointer: ToolPointer, context: ToolContext): void;
  move(pointer: ToolPointer, context: ToolContext): void;
  up(pointer: ToolPointer, context: ToolContext): void;
  /** Escape: as if the gesture had never begun. */
  cancel(context: ToolContext): void;
}
