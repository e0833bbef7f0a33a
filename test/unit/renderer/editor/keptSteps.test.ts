import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type KeptHistory, keptHistory } from '../../../../electron/contract/documentDiff.ts';
import type { DocumentRecord, MarkerRecord } from '../../../../electron/contract/records.ts';
import { Editor } from '../../../../renderer/editor/editor.ts';
import { fittingPart, stepsToKeep } from '../../../../renderer/editor/keptSteps.ts';
import { clipRecord, emptyProject } from '../../../fixtures/projectRecords.ts';

const marker = (id: string, frameIndex: number): MarkerRecord => ({
  ...{ kind: 'marker', id, frameIndex, label: '', colour: 'red' },
});

function opened(records: Iterable<Parameters<Editor['load']>[0] extends Iterable<infer R> ? R : never>): Editor {
  const editor = new Editor(() => undefined);
  editor.load(records);
  return editor;
}

/** The steps as they come back from the disk. */
const kept = (editor: Editor): KeptHistory => {
  const { done, undone } = editor.history.steps;
  return keptHistory.parse(JSON.parse(JSON.stringify(stepsToKeep({ done: [...done], undone: [...undone] }))));
};
const markers = (editor: Editor) =>
  editor.document
    .all('marker')
    .map(({ id, frameIndex }) => `${id}@${frameIndex}`)
    .sort();

describe('steps that were kept', () => {
  it('take back and bring back in a new opening what they would have in the old', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('set' as const), id: fc.constantFrom('a', 'b', 'c'), frame: fc.nat(9) }),
      fc.record({ kind: fc.constantFrom('remove' as const), id: fc.constantFrom('a', 'b', 'c'), frame: fc.nat(9) }),
      fc.record({ kind: fc.constant('undo' as const), id: fc.constant('a'), frame: fc.constant(0) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 15 }), (steps) => {
        const editor = opened(emptyProject);
        for (const { kind, id, frame } of steps) {
          const there = editor.document.get('marker', id);
          if (kind === 'undo') editor.undo();
          else if (kind === 'remove') there && editor.remove('Remove', there);
          else if (there) editor.update('Move', there, { frameIndex: frame });
          else editor.add('Add', marker(id, frame));
        }
        const again = opened([...editor.document.records]);
        again.restoreSteps(kept(editor));
        expect([again.history.undoLabel, again.history.redoLabel]).toEqual([
          editor.history.undoLabel,
          editor.history.redoLabel,
        ]);
        while (editor.redo()) again.redo();
        expect(markers(again)).toEqual(markers(editor));
        while (editor.undo()) {
          again.undo();
          expect(markers(again)).toEqual(markers(editor));
        }
        expect(again.undo()).toBeUndefined();
      }),
    );
  });

  it('end where something else came between, and are not taken up by one who has begun', () => {
    const editor = opened(emptyProject);
    editor.add('First', marker('a', 1));
    editor.add('Second', marker('b', 2));
    const steps = kept(editor);
    const changed = opened([...emptyProject, marker('a', 7), marker('b', 2)]);
    changed.restoreSteps(steps);
    expect([changed.undo(), changed.undo()]).toEqual(['Second', undefined]);
    expect(markers(changed)).toEqual(['a@7']);
    const begun = opened([...emptyProject, marker('a', 1), marker('b', 2)]);
    begun.add('Own', marker('c', 3));
    begun.restoreSteps(steps);
    expect([begun.undo(), begun.undo()]).toEqual(['Own', undefined]);
  });

  it('are the newest where all are too many', () => {
    const editor = opened(emptyProject);
    for (let index = 0; index < 120; index++)
      editor.add(`Step ${index}`, { ...marker(`m${index}`, index), label: 'x'.repeat(190) });
    const { done } = stepsToKeep({
      done: editor.history.steps.done.flatMap((step) => new Array(60).fill(step)),
      undone: [],
    });
    expect(done.length).toBeLessThan(7200);
    expect(done.at(-1)?.label).toBe('Step 119');
  });
});

describe('changes that were kept with the page', () => {
  it('are taken up as far as they fit what is there now', () => {
    const [one, two] = [clipRecord('one'), clipRecord('two')];
    const now = new Map<string, DocumentRecord>([
      ['one', one],
      ['two', { ...two, name: 'renamed elsewhere' }],
    ]);
    const renamed = { ...one, name: 'here' };
    const diff = {
      added: [clipRecord('three'), one],
      updated: [pair(one, renamed), pair(two, { ...two, name: 'x' })],
      removed: [two],
    };
    expect(fittingPart(now, diff)).toEqual({ added: [clipRecord('three')], updated: [[one, renamed]], removed: [] });
  });
});

const pair = (from: DocumentRecord, to: DocumentRecord): [DocumentRecord, DocumentRecord] => [from, to];
