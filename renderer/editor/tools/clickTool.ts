import type { MaskOperation } from '../../../models/masks/maskDrawing.ts';
import type { Tool, ToolContext, ToolPointer } from './tool.ts';

/** A press that moves less than this on screen is a click, else a box. */
const boxPixels = 6;

/** Selects by clicks: a click says what is the subject, inverted what is not, with Shift it begins another region; a drag draws a box. */
export class ClickTool implements Tool {
  #start: ToolPointer | undefined;

  down(pointer: ToolPointer): void {
    this.#start = pointer;
  }

  move(pointer: ToolPointer, { editor, scale }: ToolContext): void {
    const box = this.#boxTo(pointer, scale);
    editor.session.set({ live: box ?? null });
  }

  up(pointer: ToolPointer, context: ToolContext): void {
    const start = this.#start;
    const box = this.#boxTo(pointer, context.scale);
    this.#start = undefined;
    context.editor.session.set({ live: null });
    if (box) {
      const corners: [number, number, number, number] = [box.x, box.y, box.x + box.width, box.y + box.height];
      context.onClick({ kind: 'box', box: corners });
    } else if (start && isInside(start, context))
      context.onClick({ kind: 'point', x: start.x, y: start.y, adds: !start.invert, begins: start.shift });
  }

  cancel({ editor }: ToolContext): void {
    this.#start = undefined;
    editor.session.set({ live: null });
  }

  #boxTo(pointer: ToolPointer, scale: number): Extract<MaskOperation, { kind: 'rectangle' }> | undefined {
    const start = this.#start;
    if (!start) return undefined;
    const width = Math.abs(pointer.x - start.x);
    const height = Math.abs(pointer.y - start.y);
    if (Math.max(width, height) * scale < boxPixels || width < 1 || height < 1) return undefined;
    return {
      kind: 'rectangle',
      mode: 'paint',
      x: Math.min(pointer.x, start.x),
      y: Math.min(pointer.y, start.y),
      width,
      height,
    };
  }
}

function isInside({ x, y }: ToolPointer, { source: { width, height } }: ToolContext): boolean {
  return x >= 0 && y >= 0 && x < width && y < height;
}
