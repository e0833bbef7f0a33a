import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { applyDiff, type DocumentDiff, invertDiff, squashDiffs } from '../../../../electron/contract/documentDiff.ts';
import type {
  DocumentRecord,
  ItemRecord,
  MarkerRecord,
  SourceRecord,
  TakeRecord,
} from '../../../../electron/contract/records.ts';
import { takeSettings } from '../../../../electron/contract/takeSettings.ts';
import { Editor } from '../../../../renderer/editor/editor.ts';
import { historyLimit } from '../../../../renderer/editor/history.ts';
import { activeMask, addOperation, drawingOfMask, removeMask } from '../../../../renderer/editor/maskCommands.ts';
import { differencesOf } from '../../../../renderer/editor/settingsDifference.ts';
import {
  addSources,
  moveItem,
  removeSource,
  snapFrame,
  sourceFrameAt,
  splitItem,
  timelineEnd,
  trimItem,
} from '../../../../renderer/editor/timelineCommands.ts';
import type { ToolContext, ToolPointer } from '../../../../renderer/editor/tools/tool.ts';
import { createToolbox } from '../../../../renderer/editor/tools/toolbox.ts';

const settings = takeSettings.parse({ task: 'generate', prompt: 'a', seed: 1 });
const base: DocumentRecord[] = [
  { kind: 'project', id: 'project', name: 'P', createdAt: '', framesPerSecond: 10 },
  { kind: 'setup', id: 'setup', modelId: 'm', settings },
  { kind: 'view', id: 'view', sourceId: null, maskId: null, takeId: null, compareTakeId: null, playheadFrame: 0 },
];

function source(id: string, more: Partial<SourceRecord> = {}): SourceRecord {
  return {
    kind: 'source',
    id,
    media: 'clip',
    assetId: 'a'.repeat(64),
    name: id,
    mimeType: 'video/mp4',
    sizeBytes: 1,
    width: 100,
    height: 50,
    frameCount: 60,
    framesPerSecond: 20,
    durationSeconds: 3,
    hasAudio: false,
    hasAlpha: false,
    inFrame: 0,
    outFrame: 60,
    createdAt: '',
    ...more,
  };
}

let saved: DocumentDiff[];
let editor: Editor;
beforeEach(() => {
  saved = [];
  editor = new Editor((diff) => saved.push(diff));
  editor.load(base);
});
const marker = (id: string, frameIndex = 0): MarkerRecord => ({
  kind: 'marker',
  id,
  frameIndex,
  label: '',
  colour: 'red',
});
const ids = (): string[] =>
  editor.document
    .all('marker')
    .map((record) => record.id)
    .sort();
const item = (): ItemRecord => {
  const [first] = editor.document.all('item');
  if (!first) throw new Error('no item');
  return first;
};

describe('history', () => {
  it('takes back one gesture at a time, however many changes it was made of', () => {
    editor.begin('Slide');
    for (let step = 1; step <= 20; step++) editor.updateSettings('Slide', { strength: step / 40 });
    editor.commit();
    editor.add('Marker', marker('a'));
    expect(editor.history.undoLabel).toBe('Marker');
    editor.undo();
    expect(editor.setup?.settings.strength).toBe(0.5);
    editor.undo();
    expect(editor.setup?.settings.strength).toBe(1);
    editor.redo();
    expect(editor.setup?.settings.strength).toBe(0.5);
    expect(ids()).toEqual([]);
  });

  it('abandons a gesture without a trace', () => {
    editor.begin('Slide');
    editor.updateSettings('Slide', { strength: 0.2 });
    editor.add('Slide', marker('a'));
    editor.bail();
    expect(editor.setup?.settings.strength).toBe(1);
    expect(ids()).toEqual([]);
    expect(editor.history.undoLabel).toBeUndefined();
  });

  it('forgets redo after a new step, and the oldest beyond its limit', () => {
    editor.add('One', marker('one'));
    editor.undo();
    editor.add('Two', marker('two'));
    expect(editor.history.redoLabel).toBeUndefined();
    for (let step = 0; step < historyLimit + 10; step++) editor.add('More', marker(`m${step}`));
    let steps = 0;
    while (editor.undo() !== undefined) steps++;
    expect(steps).toBe(historyLimit);
    expect(ids()).toHaveLength(11);
  });

  it('saves every change, keeps what was looked at out of history, and changes nothing for a window that only looks', () => {
    editor.add('One', marker('one'));
    editor.look({ playheadFrame: 7 });
    expect(saved).toHaveLength(2);
    editor.undo();
    expect(editor.view?.playheadFrame).toBe(7);
    expect(saved).toHaveLength(3);
    editor.session.set({ writer: false });
    editor.add('No', marker('no'));
    expect(editor.redo()).toBeUndefined();
    expect([ids(), saved.length]).toEqual([[], 3]);
  });

  it('undoes any mixture of steps to where it began, in memory and on disk alike', () => {
    const step = fc.record({
      id: fc.constantFrom('a', 'b', 'c'),
      what: fc.constantFrom('add', 'move', 'remove'),
      frame: fc.nat(9),
    });
    fc.assert(
      fc.property(fc.array(fc.array(step, { maxLength: 4 }), { maxLength: 8 }), (gestures) => {
        const disk = new Map<string, DocumentRecord>(base.map((record) => [record.id, record]));
        const fresh = new Editor((diff) => applyDiff(disk, diff));
        fresh.load(base);
        for (const gesture of gestures) {
          fresh.begin('g');
          for (const { id, what, frame } of gesture) {
            const record = fresh.document.get('marker', id);
            if (what === 'add' && !record) fresh.add('g', marker(id, frame));
            if (what === 'move' && record) fresh.update('g', record, { frameIndex: frame });
            if (what === 'remove' && record) fresh.remove('g', record);
          }
          fresh.commit();
        }
        const after = [...disk.values()];
        let steps = 0;
        while (fresh.undo() !== undefined) steps++;
        expect([...disk.keys()].sort()).toEqual(['project', 'setup', 'view']);
        for (let redone = 0; redone < steps; redone++) fresh.redo();
        expect([...disk.values()].sort(byId)).toEqual(after.sort(byId));
      }),
    );
  });
});

const byId = (a: DocumentRecord, b: DocumentRecord): number => (a.id < b.id ? -1 : 1);

describe('diffs', () => {
  it('squash to their net effect and invert to nothing', () => {
    const one = marker('a');
    const two = { ...one, frameIndex: 5 };
    const come: DocumentDiff = { added: [one], updated: [], removed: [] };
    const move: DocumentDiff = { added: [], updated: [[one, two]], removed: [] };
    expect(squashDiffs([come, move])).toEqual({ added: [two], updated: [], removed: [] });
    expect(squashDiffs([come, move, invertDiff(squashDiffs([come, move]))])).toEqual({
      added: [],
      updated: [],
      removed: [],
    });
  });
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
  const tools = createToolbox();
  beforeEach(() => {
    addSources(editor, [source('clip')]);
    editor.session.set({ brushRadius: 10 });
    const clip = editor.document.get('source', 'clip');
    if (!clip) throw new Error('no clip');
    context = { editor, source: clip, frameIndex: 3, onScribbles: () => undefined };
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

describe('masks', () => {
  it('begin a new key with what the mask shows there, in the strokes’ order', () => {
    addSources(editor, [source('clip')]);
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

describe('timeline', () => {
  beforeEach(() => addSources(editor, [source('clip')]));

  it('takes the first clip’s rate and stretches what lay there before', () => {
    const fresh = new Editor(() => undefined);
    fresh.load(base);
    addSources(fresh, [source('still', { media: 'picture', frameCount: 1 })]);
    expect(timelineEnd(fresh.document)).toBe(20);
    addSources(fresh, [source('clip')]);
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
    moveItem(editor, item(), -5);
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
});

describe('a gesture', () => {
  it('is one step, and no step at all where its work throws', () => {
    editor.gesture('Both', () => {
      editor.add('One', marker('a'));
      editor.add('Two', marker('b'));
    });
    expect([editor.undo(), ids()]).toEqual(['Both', []]);
    const failing = (): void =>
      editor.gesture('Fails', () => {
        editor.add('One', marker('a'));
        throw new Error('no');
      });
    expect(failing).toThrow('no');
    expect([ids(), editor.history.isGesturing, editor.history.undoLabel]).toEqual([[], false, undefined]);
  });

  it('within another is part of it', () => {
    editor.gesture('Outer', () => {
      editor.add('One', marker('a'));
      editor.gesture('Inner', () => editor.add('Two', marker('b')));
    });
    expect([editor.undo(), ids()]).toEqual(['Outer', []]);
  });
});

describe('differencesOf', () => {
  it('names every setting in which two recipes differ', () => {
    const recipe: TakeRecord['recipe'] = {
      settings,
      source: {
        sourceId: 's',
        assetId: 'a'.repeat(64),
        media: 'picture',
        name: 'n',
        frameIndex: 0,
        inFrame: 0,
        outFrame: 1,
        place: null,
      },
      drawingAssetId: null,
      maskFile: null,
      maskId: null,
      model: { id: 'm', title: 'M', hash: 'h' },
      provider: 'cpu',
      studioVersion: '0',
    };
    const other = { ...recipe, settings: { ...settings, alpha: { ...settings.alpha, text: 1.5 }, steps: 4 } };
    expect(differencesOf(recipe, other)).toEqual([
      { path: 'settings.alpha.text', first: '1', second: '1.5' },
      { path: 'settings.steps', first: '–', second: '4' },
    ]);
    expect(differencesOf(recipe, recipe)).toEqual([]);
  });
});
