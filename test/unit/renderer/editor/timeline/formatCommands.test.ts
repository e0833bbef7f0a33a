import { expect, it } from 'vitest';
import { endOf } from '../../../../../electron/contract/timeline/tracks.ts';
import { Editor } from '../../../../../renderer/editor/editor.ts';
import { changeFormat, changeRate } from '../../../../../renderer/editor/timeline/formatCommands.ts';
import { addSources } from '../../../../../renderer/editor/timelineCommands.ts';
import { clipRecord, emptyProject } from '../../../../fixtures/projectRecords.ts';

it('keeps everything at its time at another rate, as one step', () => {
  const editor = new Editor(() => undefined);
  editor.load(emptyProject);
  addSources(editor, [clipRecord('a'), clipRecord('b', { frameCount: 7 })]);
  editor.add('Marker', { kind: 'marker', id: 'm', frameIndex: 30, label: '', colour: 'red' });
  changeFormat(editor, 'Mark in', { inFrame: 10, outFrame: 40 });
  const before = [...editor.document.records];
  changeRate(editor, 60);
  expect(editor.document.all('item').map((item) => [item.startFrame, endOf(item)])).toEqual([
    [0, 180],
    [180, 201],
  ]);
  expect(editor.document.get('marker', 'm')?.frameIndex).toBe(90);
  expect(editor.document.get('project', 'project')?.timeline).toEqual({ inFrame: 30, outFrame: 120 });
  editor.undo();
  expect([...editor.document.records]).toEqual(before);
});

it('takes a member away again', () => {
  const editor = new Editor(() => undefined);
  editor.load(emptyProject);
  changeFormat(editor, 'Size', { width: 640, height: 360 });
  changeFormat(editor, 'Size', { width: undefined, height: undefined });
  expect(editor.document.get('project', 'project')?.timeline).toEqual({});
});
