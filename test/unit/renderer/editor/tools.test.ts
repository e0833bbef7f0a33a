import { beforeEach, describe, expect, it } from 'vitest';
import { Editor } from '../../../../renderer/editor/editor.ts';
import { addSources } from '../../../../renderer/editor/timelineCommands.ts';
import type { ClickGesture, ToolContext, ToolPointer } from '../../../../renderer/editor/tools/tool.ts';
import { createToolbox } from '../../../../renderer/editor/tools/toolbox.ts';
import { clipRecord, emptyProject } from '../../../fixtures/projectRecords.ts';

let editor: Editor;
beforeEach(() => {
  editor = new Editor(() => undefined);
  editor.load(emptyProject);
});

describe('tools', () => {
  const pointer = (x: number, y: number, more: Partial<ToolPointer> = {}): ToolPointer => ({
    x,
    y,
    pressure: 1,
    shift: false,
    invert: false,
    ...more,
  });
  let context: ToolContext;
  const tools = createToolbox(false);
  let clicked: ClickGesture[];
  beforeEach(() => {
    addSources(editor, [clipRecord('clip')]);
    editor.session.set({ brushRadius: 10 });
    const clip = editor.document.get('source', 'clip');
    if (!clip) throw new Error('no clip');
    clicked = [];
    context = {
      ...{ editor, source: clip, frameIndex: 3, scale: 2, onScribbles: () => undefined },
      onClick: (gesture) => clicked.push(gesture),
    };
  });
  const strokes = () => editor.document.all('stroke').map((stroke) => stroke.operation);

  it('draw a stroke that makes mask and key with it: one undo takes all of it back', () => {
    tools.brush?.down(pointer(10, 10), context);
    tools.brush?.move(pointer(20, 10), context);
    expect(editor.session.state.live).toMatchObject({ kind: 'stroke', points: [10, 10, 1, 20, 10, 1] });
    tools.brush?.up(pointer(30, 10), context);
    expect(strokes()).toMatchObject([{ mode: 'paint', radius: 10, points: [10, 10, 1, 30, 10, 1] }]);
    expect(editor.document.all('maskKey')).toMatchObject([{ frameIndex: 3 }]);
    expect(editor.session.state.live).toBeNull();
    editor.undo();
    expect([strokes(), editor.document.all('mask')]).toEqual([[], []]);
  });

  it('draw straight while Shift is held, erase when inverted, and follow pen pressure', () => {
    tools.brush?.down(pointer(0, 0, { pressure: 0.5, invert: true }), context);
    for (let x = 2; x < 20; x += 2) tools.brush?.move(pointer(x, x, { shift: true }), context);
    tools.brush?.up(pointer(20, 0, { shift: true }), context);
    expect(strokes()).toMatchObject([{ mode: 'erase', points: [0, 0, 0.5, 20, 0, 1] }]);
  });

  it('of clicks tell a click from a box by how far it went on screen', () => {
    const { smart } = createToolbox(true);
    const gesture = (from: ToolPointer, to: ToolPointer): void => {
      smart?.down(from, context);
      smart?.move(to, context);
      smart?.up(to, context);
    };
    gesture(pointer(10, 10), pointer(11, 11));
    gesture(pointer(20, 20, { invert: true, shift: true }), pointer(20, 20, { invert: true }));
    gesture(pointer(40, 30), pointer(30, 10));
    gesture(pointer(-5, 10), pointer(-5, 10));
    expect(clicked).toEqual([
      { kind: 'point', x: 10, y: 10, adds: true, begins: false },
      { kind: 'point', x: 20, y: 20, adds: false, begins: true },
      { kind: 'box', box: [30, 10, 40, 30] },
    ]);
    expect(editor.session.state.live).toBeNull();
  });

  it('leave no key where nothing of them lies in the picture', () => {
    for (const tool of [tools.brush, tools.rectangle, tools.lasso, tools.fill]) {
      tool?.down(pointer(-80, -90), context);
      for (const x of [-70, -60, -50]) tool?.move(pointer(x, -70), context);
      tool?.up(pointer(-40, -60), context);
    }
    expect([strokes(), editor.document.all('maskKey'), editor.document.all('mask')]).toEqual([[], [], []]);
    expect(editor.history.undoLabel).toBe('Import');
    expect(editor.session.state.live).toBeNull();
  });

  it('gather scribbles over one frame and begin anew over another', () => {
    const scribble = (frameIndex: number): void => {
      tools.smart?.down(pointer(0, 0), { ...context, frameIndex });
      tools.smart?.up(pointer(10, 0), { ...context, frameIndex });
    };
    const gathered = () => {
      const { scribbles } = editor.session.state;
      return [scribbles?.sourceId, scribbles?.frameIndex, scribbles?.strokes.length];
    };
    scribble(3);
    scribble(3);
    expect(gathered()).toEqual(['clip', 3, 2]);
    scribble(4);
    expect(gathered()).toEqual(['clip', 4, 1]);
    expect(strokes()).toEqual([]);
  });

  it('go on from the last stroke’s end with a Shift-click', () => {
    tools.brush?.down(pointer(0, 0), context);
    tools.brush?.up(pointer(10, 0), context);
    tools.brush?.down(pointer(50, 0, { shift: true }), context);
    tools.brush?.up(pointer(50, 0, { shift: true }), context);
    expect(strokes()[1]).toMatchObject({ points: [10, 0, 1, 50, 0, 1] });
  });

  it('leave nothing when cancelled or too small', () => {
    tools.lasso?.down(pointer(0, 0), context);
    tools.lasso?.move(pointer(10, 0), context);
    tools.lasso?.cancel(context);
    tools.rectangle?.down(pointer(5, 5), context);
    tools.rectangle?.up(pointer(5.2, 5.2), context);
    expect([strokes(), editor.history.undoLabel]).toEqual([[], 'Import']);
  });

  it('make squares with Shift in any direction', () => {
    tools.rectangle?.down(pointer(50, 40), context);
    tools.rectangle?.up(pointer(30, 35, { shift: true }), context);
    expect(strokes()).toEqual([{ kind: 'rectangle', mode: 'paint', x: 30, y: 20, width: 20, height: 20 }]);
  });
});
