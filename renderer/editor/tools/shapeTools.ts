import type { MaskOperation } from '../../../models/masks/maskDrawing.ts';
import { addOperation } from '../maskCommands.ts';
import type { Tool, ToolContext, ToolPointer } from './tool.ts';

/** Draws an outline freehand; letting go closes and fills it. */
export class LassoTool implements Tool {
  #points: number[] | undefined;
  #mode: 'paint' | 'erase' = 'paint';

  down(pointer: ToolPointer, { editor }: ToolContext): void {
    this.#mode = pointer.invert ? 'erase' : 'paint';
    this.#points = [pointer.x, pointer.y];
    editor.session.set({ live: this.#operation() });
  }

  move(pointer: ToolPointer, { editor }: ToolContext): void {
    if (!this.#points) return;
    this.#points.push(Math.round(pointer.x * 10) / 10, Math.round(pointer.y * 10) / 10);
    editor.session.set({ live: this.#operation() });
  }

  up(_pointer: ToolPointer, { editor, source, frameIndex }: ToolContext): void {
    const operation = this.#operation();
    const enough = (this.#points?.length ?? 0) >= 6;
    this.#points = undefined;
    editor.session.set({ live: null });
    if (enough) addOperation(editor, source, frameIndex, operation, 'Lasso');
  }

  cancel({ editor }: ToolContext): void {
    this.#points = undefined;
    editor.session.set({ live: null });
  }

  #operation(): MaskOperation {
    return { kind: 'lasso', mode: this.#mode, points: [...(this.#points ?? [])] };
  }
}

/** Draws a rectangle from corner to corner; Shift makes it a square. */
export class RectangleTool implements Tool {
  #start: { x: number; y: number; mode: 'paint' | 'erase' } | undefined;

  down(pointer: ToolPointer, context: ToolContext): void {
    this.#start = { x: pointer.x, y: pointer.y, mode: pointer.invert ? 'erase' : 'paint' };
    this.move(pointer, context);
  }

  move(pointer: ToolPointer, { editor }: ToolContext): void {
    const operation = this.#operation(pointer);
    if (operation) editor.session.set({ live: operation });
  }

  up(pointer: ToolPointer, { editor, source, frameIndex }: ToolContext): void {
    const operation = this.#operation(pointer);
    this.#start = undefined;
    editor.session.set({ live: null });
    if (operation && operation.width >= 1 && operation.height >= 1)
      addOperation(editor, source, frameIndex, operation, 'Rectangle');
  }

  cancel({ editor }: ToolContext): void {
    this.#start = undefined;
    editor.session.set({ live: null });
  }

  #operation(pointer: ToolPointer): Extract<MaskOperation, { kind: 'rectangle' }> | undefined {
    const start = this.#start;
    if (!start) return undefined;
    let width = Math.abs(pointer.x - start.x);
    let height = Math.abs(pointer.y - start.y);
    if (pointer.shift) width = height = Math.max(width, height);
    const x = pointer.x < start.x ? start.x - width : start.x;
    const y = pointer.y < start.y ? start.y - height : start.y;
    return { kind: 'rectangle', mode: start.mode, x, y, width, height };
  }
}

/** Fills the connected area under the pointer; inverted it empties it. */
export class FillTool implements Tool {
  down(pointer: ToolPointer, { editor, source, frameIndex }: ToolContext): void {
    const mode = pointer.invert ? 'erase' : 'paint';
    addOperation(editor, source, frameIndex, { kind: 'flood', mode, x: pointer.x, y: pointer.y }, 'Fill');
  }
  move(): void {}
  up(): void {}
  cancel(): void {}
}
