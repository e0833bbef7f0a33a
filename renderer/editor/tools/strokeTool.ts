import type { MaskOperation } from '../../../models/masks/maskDrawing.ts';
import { simplifyStroke } from '../../../models/masks/simplifyStroke.ts';
import { addOperation } from '../maskCommands.ts';
import type { Tool, ToolContext, ToolPointer } from './tool.ts';

/** Points nearer than this, in source pixels, to the line through their neighbours are not kept. */
const invisibleDistance = 0.2;

type Stroke = Extract<MaskOperation, { kind: 'stroke' }>;

/** Brush, eraser and smart select's scribble: points follow the pointer; with Shift held a straight line from where Shift was pressed. */
export class StrokeTool implements Tool {
  readonly #purpose: 'paint' | 'erase' | 'scribble';
  #stroke: Stroke | undefined;
  /** Number of points before the straight part. */
  #anchor: number | undefined;
  #last: { x: number; y: number } | undefined;

  constructor(purpose: 'paint' | 'erase' | 'scribble') {
    this.#purpose = purpose;
  }

  down(pointer: ToolPointer, { editor }: ToolContext): void {
    const { brushRadius, brushHardness } = editor.session.state;
    const erase = (this.#purpose === 'erase') !== pointer.invert;
    const scribble = this.#purpose === 'scribble';
    const points: number[] = [];
    // Shift-click goes on from where the last stroke on this frame ended, in a straight line.
    if (pointer.shift && this.#last && !scribble) points.push(this.#last.x, this.#last.y, 1);
    points.push(round(pointer.x), round(pointer.y), this.#pressure(pointer, editor.session.state.usePressure));
    this.#anchor = pointer.shift ? 1 : undefined;
    this.#stroke = {
      kind: 'stroke',
      mode: erase ? 'erase' : 'paint',
      radius: scribble ? Math.max(2, brushRadius / 3) : brushRadius,
      hardness: scribble ? 1 : brushHardness,
      points,
    };
    editor.session.set({ live: { ...this.#stroke } });
  }

  move(pointer: ToolPointer, { editor }: ToolContext): void {
    const stroke = this.#stroke;
    if (!stroke) return;
    const pressure = this.#pressure(pointer, editor.session.state.usePressure);
    if (pointer.shift) {
      this.#anchor ??= stroke.points.length / 3;
      stroke.points = [...stroke.points.slice(0, this.#anchor * 3), round(pointer.x), round(pointer.y), pressure];
    } else {
      this.#anchor = undefined;
      const at = stroke.points.length - 3;
      const distance = Math.hypot(pointer.x - (stroke.points[at] ?? 0), pointer.y - (stroke.points[at + 1] ?? 0));
      // Points closer than a fraction of the brush change no pixel.
      if (distance < Math.max(0.25, stroke.radius * 0.04)) return;
      stroke.points.push(round(pointer.x), round(pointer.y), pressure);
    }
    editor.session.set({ live: { ...stroke } });
  }

  up(pointer: ToolPointer, context: ToolContext): void {
    const stroke = this.#stroke;
    if (!stroke) return;
    this.move(pointer, context);
    this.#stroke = undefined;
    const at = stroke.points.length - 3;
    this.#last = { x: stroke.points[at] ?? 0, y: stroke.points[at + 1] ?? 0 };
    const { editor, source, frameIndex } = context;
    const finished = { ...stroke, points: simplifyStroke(stroke.points, stroke.radius, invisibleDistance) };
    if (this.#purpose === 'scribble') {
      // Scribbles over another frame belong to a question that this one replaces.
      const before = editor.session.state.scribbles;
      const isSamePlace = before?.sourceId === source.id && before.frameIndex === frameIndex;
      const strokes = isSamePlace ? [...before.strokes, finished] : [finished];
      const scribbles = { sourceId: source.id, frameIndex, strokes };
      editor.session.set({ live: null, scribbles });
      context.onScribbles(scribbles);
      return;
    }
    addOperation(editor, source, frameIndex, finished, stroke.mode === 'paint' ? 'Brush stroke' : 'Erase');
    editor.session.set({ live: null });
  }

  cancel({ editor }: ToolContext): void {
    this.#stroke = undefined;
    editor.session.set({ live: null });
  }

  #pressure(pointer: ToolPointer, usePressure: boolean): number {
    return usePressure ? Math.round(Math.max(0.05, pointer.pressure) * 1000) / 1000 : 1;
  }
}

/** A tenth of a pixel is finer than any hand. */
const round = (value: number): number => Math.round(value * 10) / 10;
