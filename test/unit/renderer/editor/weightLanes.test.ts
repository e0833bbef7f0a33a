import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Lane, laneCurves, loraWeight } from '../../../../models/lanes/weightsOverTime.ts';
import { Editor } from '../../../../renderer/editor/editor.ts';
import { addSources } from '../../../../renderer/editor/timelineCommands.ts';
import {
  laneOf,
  nextTakePlace,
  takeFrameOf,
  toggleLane,
  weightAt,
  weightsInMotion,
  withKey,
  withLane,
  withMovedKey,
  withoutKey,
} from '../../../../renderer/editor/weightLanes.ts';
import { clipRecord, emptyProject } from '../../../fixtures/projectRecords.ts';

let editor: Editor;
beforeEach(() => {
  editor = new Editor(() => undefined);
  editor.load(emptyProject);
});
const settings = () => {
  const found = editor.setup?.settings;
  if (!found) throw new Error('no settings');
  return found;
};

const lanes = fc
  .uniqueArray(
    fc.record({
      frame: fc.nat(60),
      value: fc.double({ min: 0, max: 2, noNaN: true }),
      curve: fc.constantFrom(...laneCurves),
    }),
    { maxLength: 8, selector: ({ frame }) => frame },
  )
  .map((keys): Lane => keys.sort((a, b) => a.frame - b.frame));

const isOrdered = (lane: Lane): boolean =>
  lane.every(({ frame }, index) => index === 0 || frame > (lane[index - 1]?.frame ?? -1));

describe('keys of a lane', () => {
  it('stay in ascending frames, one a frame, whatever is done', () => {
    fc.assert(
      fc.property(
        lanes,
        fc.nat(60),
        fc.double({ min: 0, max: 2, noNaN: true }),
        fc.nat(60),
        (lane, frame, value, to) => {
          const added = withKey(lane, { frame, value });
          expect(isOrdered(added)).toBe(true);
          expect(added.filter((key) => key.frame === frame)).toHaveLength(1);
          expect(withoutKey(added, frame)).toEqual(withoutKey(lane, frame));
          const moved = withMovedKey(added, frame, { frame: to, value: 1 });
          expect(isOrdered(moved)).toBe(true);
          expect(moved).toHaveLength(added.length);
        },
      ),
    );
  });

  it('keep their curve when they get another value, and take their neighbour’s when they are new', () => {
    const lane: Lane = [{ frame: 2, value: 1, curve: 'hold' }];
    expect(withKey(lane, { frame: 2, value: 0.5 })).toEqual([{ frame: 2, value: 0.5, curve: 'hold' }]);
    expect(withKey(lane, { frame: 5, value: 0.5 })[1]).toEqual({ frame: 5, value: 0.5, curve: 'hold' });
    expect(withKey(lane, { frame: 0, value: 0.5 })[0]).toEqual({ frame: 0, value: 0.5, curve: 'linear' });
  });
});

describe('a lane', () => {
  it('begins with a key of the slider’s number and ends with its value as the number, one undo each', () => {
    editor.updateSettings('Text α', { alpha: { ...settings().alpha, text: 0.7 } });
    toggleLane(editor, 'textAlpha', 3, 'Lane');
    expect(settings().overTime.frames.textAlpha).toEqual([{ frame: 3, value: 0.7, curve: 'linear' }]);
    editor.updateSettings(
      'Text α',
      withLane(settings(), 'textAlpha', withKey(settings().overTime.frames.textAlpha, { frame: 7, value: 1.7 })),
    );
    toggleLane(editor, 'textAlpha', 5, 'Lane');
    expect(settings().overTime.frames.textAlpha).toEqual([]);
    expect(settings().alpha.text).toBeCloseTo(1.2);
    editor.undo();
    expect(settings().overTime.frames.textAlpha).toHaveLength(2);
    editor.undo();
    editor.undo();
    expect(settings().overTime.frames.textAlpha).toEqual([]);
    expect(weightAt(settings(), 'textAlpha', 4)).toBe(0.7);
  });

  it('of a LoRA begins with what the prompt asks for, or with its own strength, and ends in the prompt', () => {
    const weight = loraWeight('detail');
    const now = () => ({ lanes: settings().overTime.loras, prompt: settings().prompt });
    toggleLane(editor, weight, 2, 'Lane', 0.6);
    expect(now().lanes).toEqual([{ lora: 'detail', keys: [{ frame: 2, value: 0.6, curve: 'linear' }] }]);
    expect(weightsInMotion(settings())).toEqual([weight]);
    editor.updateSettings(
      'Detail',
      withLane(settings(), weight, withKey(laneOf(settings(), weight), { frame: 6, value: 1 })),
    );
    expect(weightAt(settings(), loraWeight('Detail'), 4)).toBeCloseTo(0.8);
    toggleLane(editor, weight, 4, 'Lane', 0.6);
    expect(now()).toEqual({ lanes: [], prompt: expect.stringMatching(/ <lora:detail:0\.8>$/) });
    expect(weightAt(settings(), weight, 0, 0.6)).toBeCloseTo(0.8);
    toggleLane(editor, weight, 0, 'Lane', 0.6);
    expect(now().lanes[0]?.keys[0]?.value).toBeCloseTo(0.8);
  });

  it('lies where the next take will: an edit at its range, in the clip’s frames', () => {
    addSources(editor, [clipRecord('clip')]);
    const source = editor.document.get('source', 'clip');
    if (!source) throw new Error('no clip');
    editor.update('Range', source, { inFrame: 6, outFrame: 16 });
    editor.updateSettings('Task', { task: 'edit' });
    const place = nextTakePlace(editor, 8);
    expect(place).toEqual({ start: 6, perFrame: 1, frames: 10 });
    if (!place) return;
    expect([0, 6, 9, 99].map((frame) => takeFrameOf(place, frame))).toEqual([0, 0, 3, 9]);
    editor.updateSettings('Task', { task: 'generate', frames: 8 });
    expect(nextTakePlace(editor, source.framesPerSecond / 2)).toEqual({ start: 0, perFrame: 2, frames: 8 });
  });
});
