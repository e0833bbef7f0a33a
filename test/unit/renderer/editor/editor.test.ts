import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { applyDiff, type DocumentDiff, invertDiff, squashDiffs } from '../../../../electron/contract/documentDiff.ts';
import type { DocumentRecord, MarkerRecord } from '../../../../electron/contract/records.ts';
import { Editor } from '../../../../renderer/editor/editor.ts';
import { historyLimit } from '../../../../renderer/editor/history.ts';
import { emptyProject } from '../../../fixtures/projectRecords.ts';

let saved: DocumentDiff[];
let editor: Editor;
beforeEach(() => {
  saved = [];
  editor = new Editor((diff) => saved.push(diff));
  editor.load(emptyProject);
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
        const disk = new Map<string, DocumentRecord>(emptyProject.map((record) => [record.id, record]));
        const fresh = new Editor((diff) => applyDiff(disk, diff));
        fresh.load(emptyProject);
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
        expect([...disk.keys()].sort()).toEqual(emptyProject.map(({ id }) => id).sort());
        for (let redone = 0; redone < steps; redone++) fresh.redo();
        expect([...disk.values()].sort(byId)).toEqual(after.sort(byId));
      }),
    );
  });
});

const byId = (a: DocumentRecord, b: DocumentRecord): number => (a.id < b.id ? -1 : 1);

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
