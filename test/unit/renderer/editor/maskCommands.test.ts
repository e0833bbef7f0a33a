import { beforeEach, describe, expect, it } from 'vitest';
import { Editor } from '../../../../renderer/editor/editor.ts';
import { activeMask, addOperation, removeMask } from '../../../../renderer/editor/maskCommands.ts';
import { drawingOfMask } from '../../../../renderer/editor/maskDrawings.ts';
import { addSources } from '../../../../renderer/editor/timelineCommands.ts';
import { clipRecord, emptyProject } from '../../../fixtures/projectRecords.ts';

let editor: Editor;
beforeEach(() => {
  editor = new Editor(() => undefined);
  editor.load(emptyProject);
});

describe('masks', () => {
  it('begin a new key with what the mask shows there, in the strokes’ order', () => {
    addSources(editor, [clipRecord('clip')]);
    const clip = editor.document.get('source', 'clip');
    if (!clip) throw new Error('no clip');
    addOperation(editor, clip, 0, { kind: 'fill', mode: 'paint' }, 'Fill');
    addOperation(editor, clip, 0, { kind: 'invert' }, 'Invert');
    addOperation(editor, clip, 10, { kind: 'flood', mode: 'erase', x: 1, y: 2 }, 'Fill');
    const mask = activeMask(editor);
    if (!mask) throw new Error('no mask');
    expect(
      drawingOfMask(editor.document, mask).keys.map((key) => [
        key.frameIndex,
        key.operations.map((operation) => operation.kind),
      ]),
    ).toEqual([
      [0, ['fill', 'invert']],
      [10, ['fill', 'invert', 'flood']],
    ]);
    removeMask(editor, mask);
    expect([editor.document.all('stroke'), editor.document.all('maskKey')]).toEqual([[], []]);
    editor.undo();
    expect(editor.document.all('stroke')).toHaveLength(5);
  });
});
