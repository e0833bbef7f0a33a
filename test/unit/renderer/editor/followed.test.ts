import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { keyMarkOf } from '../../../../electron/contract/masks/followPlan.ts';
import type { DocumentRecord, FollowedRecord, MaskRecord } from '../../../../electron/contract/records.ts';
import { MaskSequence } from '../../../../models/masks/maskSequence.ts';
import { Editor } from '../../../../renderer/editor/editor.ts';
import { followStatus } from '../../../../renderer/editor/followed.ts';
import { activeMask, addOperation, removeMask } from '../../../../renderer/editor/maskCommands.ts';
import { shownKey } from '../../../../renderer/editor/maskDrawings.ts';
import { addSources } from '../../../../renderer/editor/timelineCommands.ts';
import { clipRecord, emptyProject } from '../../../fixtures/projectRecords.ts';

let editor: Editor;
let saved: number;
beforeEach(() => {
  saved = 0;
  editor = new Editor(() => saved++);
  editor.load(emptyProject);
  addSources(editor, [clipRecord('clip')]);
});

const asset = 'b'.repeat(64);
const clip = () => editor.document.get('source', 'clip') ?? clipRecord('clip');
const paint = (frame: number) => addOperation(editor, clip(), frame, { kind: 'fill', mode: 'paint' }, 'Fill');
function mask(): MaskRecord {
  const active = activeMask(editor);
  if (!active) throw new Error('no mask');
  return active;
}

/** A run behind the mask's key at 10, as a job would leave it. */
function followedRun(firstFrame: number, confidence: number[], more: Partial<FollowedRecord> = {}): FollowedRecord {
  const [key] = editor.document.childrenOf('maskKey', mask().id);
  if (!key) throw new Error('no key');
  return {
    ...{ kind: 'followed', id: `f${firstFrame}`, maskId: mask().id, firstFrame, masksAssetId: asset, confidence },
    ...{ endFrame: firstFrame + confidence.length, absent: [], cut: null, after: null, follower: 'x' },
    before: keyMarkOf(key, editor.document.childrenOf('stroke', key.id)),
    ...more,
  };
}

const adopt = (...added: DocumentRecord[]) => editor.adopt('Follow', { added, updated: [], removed: [] });
const records = () =>
  JSON.stringify([...(['mask', 'maskKey', 'stroke', 'followed'] as const)].map((kind) => editor.document.all(kind)));

describe('what was followed', () => {
  it('is one step that can be taken back, also while a hand draws, and is not saved a second time', () => {
    paint(10);
    const before = saved;
    editor.begin('Brush stroke');
    adopt(followedRun(11, [90, 80]));
    expect(saved).toBe(before);
    editor.bail();
    expect(editor.document.all('followed')).toHaveLength(1);
    expect(editor.undo()).toBe('Follow');
    expect(editor.document.all('followed')).toHaveLength(0);
    editor.redo();
    expect(editor.document.all('followed')).toHaveLength(1);
  });

  it('says what is open, and where the follower doubts, the worst first', () => {
    paint(10);
    expect(
      followStatus(editor.document, mask()).open.map(({ firstFrame, endFrame }) => [firstFrame, endFrame]),
    ).toEqual([
      [0, 10],
      [11, 60],
    ]);
    const sure = new Array<number>(43).fill(95);
    adopt(followedRun(11, [90, 45, 30, 40, 90, 20, ...sure]));
    const status = followStatus(editor.document, mask());
    expect(status.open).toHaveLength(1);
    expect(status.doubts).toEqual([
      { frame: 16, confidence: 20 },
      { frame: 13, confidence: 30 },
    ]);
    expect(status.doubtfulCount).toBe(4);
    expect(followStatus(editor.document, mask())).toBe(status);
  });

  it('is out of date behind a correction, which begins with what was followed', () => {
    paint(10);
    adopt(followedRun(11, new Array<number>(49).fill(40)));
    const masks = Array.from({ length: 49 }, (_, index) => [index, 3]);
    editor.sequences.set({ byAsset: new Map([[asset, MaskSequence.read(MaskSequence.write(clip(), masks))]]) });
    addOperation(editor, clip(), 30, { kind: 'rectangle', mode: 'erase', x: 0, y: 0, width: 2, height: 2 }, 'Erase');
    const key = shownKey(editor, mask(), 30);
    expect(key?.operations).toMatchObject([{ kind: 'region', runs: [19, 3] }, { kind: 'rectangle' }]);
    const status = followStatus(editor.document, mask());
    expect(status.open.map(({ firstFrame, endFrame }) => [firstFrame, endFrame])).toEqual([
      [0, 10],
      [11, 30],
      [31, 60],
    ]);
    expect(status.runs.every((run) => !status.isCurrent(run))).toBe(true);
    expect(status.doubts.every(({ frame }) => frame !== 30)).toBe(true);
    editor.undo();
    expect(followStatus(editor.document, mask()).open).toHaveLength(1);
  });

  it('shows where a cut stopped it, until the scene beyond is marked', () => {
    paint(10);
    adopt(followedRun(11, [90, 90], { cut: 'end' }));
    expect(followStatus(editor.document, mask()).cuts).toEqual([13]);
    expect(shownKey(editor, mask(), 20)?.frameIndex).toBe(10);
    paint(13);
    expect(followStatus(editor.document, mask()).cuts).toEqual([]);
  });

  it('goes with its mask, and any undo and redo bring back exactly what was', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('paint', 'follow', 'remove', 'forget'), { maxLength: 12 }), (steps) => {
        editor = new Editor(() => undefined);
        editor.load(emptyProject);
        addSources(editor, [clipRecord('clip')]);
        const states = [records()];
        steps.forEach((step, index) => {
          if (step === 'paint' || !activeMask(editor)) paint(10 + index);
          else if (step === 'follow') adopt(followedRun(20 + 3 * index, [60, 70], { id: `f${index}` }));
          else if (step === 'remove') removeMask(editor, mask());
          else editor.remove('Remove followed masks', ...editor.document.childrenOf('followed', mask().id));
          if (records() !== states.at(-1)) states.push(records());
        });
        for (const state of [...states].reverse().slice(1)) {
          editor.undo();
          expect(sorted(records())).toEqual(sorted(state));
        }
        for (const state of states.slice(1)) {
          editor.redo();
          expect(sorted(records())).toEqual(sorted(state));
        }
      }),
    );
  });
});

/** Lists in the order of their ids: a record that came back lies where it comes. */
const sorted = (text: string): string[] =>
  (JSON.parse(text) as DocumentRecord[][])
    .flat()
    .map((record) => JSON.stringify(record))
    .sort();
