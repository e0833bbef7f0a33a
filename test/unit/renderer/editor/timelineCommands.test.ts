import { beforeEach, describe, expect, it } from 'vitest';
import type { ItemRecord, MarkerRecord } from '../../../../electron/contract/records.ts';
import { Editor } from '../../../../renderer/editor/editor.ts';
import { addOperation } from '../../../../renderer/editor/maskCommands.ts';
import { moveItem, splitItem, trimItem } from '../../../../renderer/editor/timeline/itemCommands.ts';
import {
  addSources,
  removeSource,
  snapFrame,
  sourceFrameAt,
  timelineEnd,
} from '../../../../renderer/editor/timelineCommands.ts';
import { clipRecord, emptyProject } from '../../../fixtures/projectRecords.ts';

let editor: Editor;
beforeEach(() => {
  editor = new Editor(() => undefined);
  editor.load(emptyProject);
});
const marker = (id: string, frameIndex = 0): MarkerRecord => ({
  kind: 'marker',
  id,
  frameIndex,
  label: '',
  colour: 'red',
});
const item = (): ItemRecord => {
  const [first] = editor.document.all('item');
  if (!first) throw new Error('no item');
  return first;
};

describe('timeline', () => {
  beforeEach(() => addSources(editor, [clipRecord('clip')]));

  it('takes the first clip’s rate and stretches what lay there before', () => {
    const fresh = new Editor(() => undefined);
    fresh.load(emptyProject);
    addSources(fresh, [clipRecord('still', { media: 'picture', frameCount: 1 })]);
    expect(timelineEnd(fresh.document)).toBe(20);
    addSources(fresh, [clipRecord('clip')]);
    expect(fresh.document.get('project', 'project')?.framesPerSecond).toBe(20);
    expect(fresh.document.all('item').map((each) => [each.startFrame, each.lengthFrames])).toEqual([
      [0, 40],
      [40, 60],
    ]);
    fresh.undo();
    expect(timelineEnd(fresh.document)).toBe(20);
  });

  it('trims within what the media holds and splits to the frame', () => {
    trimItem(editor, item(), 'end', 999);
    expect(item().lengthFrames).toBe(60);
    trimItem(editor, item(), 'start', 10);
    expect(item()).toMatchObject({ startFrame: 10, inFrame: 10, lengthFrames: 50 });
    trimItem(editor, item(), 'start', -50);
    expect(item()).toMatchObject({ startFrame: 0, inFrame: 0, lengthFrames: 60 });
    splitItem(editor, item(), 25);
    const [first, second] = editor.document.all('item');
    expect([first?.lengthFrames, second?.startFrame, second?.inFrame, second?.lengthFrames]).toEqual([25, 25, 25, 35]);
    const clip = editor.document.get('source', 'clip');
    if (!second || !clip) throw new Error('no second part');
    expect([
      sourceFrameAt(editor.document, second, clip, 25),
      sourceFrameAt(editor.document, second, clip, 59),
    ]).toEqual([25, 59]);
    splitItem(editor, second, second.startFrame);
    expect(editor.document.all('item')).toHaveLength(2);
  });

  it('snaps to edges, markers and the playhead within reach only', () => {
    editor.add('Marker', marker('a', 33));
    expect([snapFrame(editor, 31, 3), snapFrame(editor, 29, 3), snapFrame(editor, 58, 3)]).toEqual([33, 29, 60]);
    editor.session.set({ snapping: false });
    expect(snapFrame(editor, 31, 3)).toBe(31);
  });

  it('moves no further left than the start and removes a source with all that hangs on it', () => {
    moveItem(editor, item(), { startFrame: -5 });
    expect(item().startFrame).toBe(0);
    const clip = editor.document.get('source', 'clip');
    if (!clip) throw new Error('no clip');
    addOperation(editor, clip, 0, { kind: 'invert' }, 'Invert');
    removeSource(editor, clip);
    expect(
      ['source', 'item', 'mask', 'maskKey', 'stroke'].map((kind) => editor.document.all(kind as 'source').length),
    ).toEqual([0, 0, 0, 0, 0]);
    editor.undo();
    expect(editor.document.all('stroke')).toHaveLength(1);
  });

  it('brings a removed medium back where it was', () => {
    addSources(editor, [clipRecord('b', { createdAt: '1' }), clipRecord('a', { createdAt: '2' })]);
    addSources(editor, [clipRecord('c', { createdAt: '3' })]);
    const first = editor.document.get('source', 'b');
    if (!first) throw new Error('no source');
    removeSource(editor, first);
    editor.undo();
    expect(editor.document.all('source').map(({ id }) => id)).toEqual(['clip', 'b', 'a', 'c']);
  });
});
