import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { DocumentRecord, ItemRecord } from '../../../../../electron/contract/records.ts';
import { documentRecord } from '../../../../../electron/contract/records.ts';
import { mediaFrameAt } from '../../../../../electron/contract/timeline/shownItems.ts';
import { endOf, newTrack, onTrack } from '../../../../../electron/contract/timeline/tracks.ts';
import { Editor } from '../../../../../renderer/editor/editor.ts';
import { arrangementOf } from '../../../../../renderer/editor/timeline/arrangement.ts';
import * as commands from '../../../../../renderer/editor/timeline/itemCommands.ts';
import { addSources } from '../../../../../renderer/editor/timelineCommands.ts';
import { clipRecord, emptyProject } from '../../../../fixtures/projectRecords.ts';

const trackIds = ['track-source', 'track-take', 'sound'];

/** A project with two clips and a picture on the timeline, of other rates than its own, and a sound track. */
function begun(): Editor {
  const editor = new Editor(() => undefined);
  editor.load([...emptyProject, newTrack([], 'sound', 'sound')]);
  addSources(editor, [clipRecord('a'), clipRecord('b', { framesPerSecond: 24, frameCount: 100, hasAudio: true })]);
  addSources(editor, [clipRecord('still', { media: 'picture', frameCount: 1 })]);
  return editor;
}

let editor: Editor;
beforeEach(() => {
  editor = begun();
});

const items = (of = editor): readonly ItemRecord[] => of.document.all('item');
const named = (targetId: string): ItemRecord => {
  const found = items().find((item) => item.targetId === targetId);
  if (!found) throw new Error(`nothing shows ${targetId}`);
  return found;
};

/** A thing a hand can do to the `which`th piece. */
const step = fc.record({
  which: fc.nat(20),
  at: fc.integer({ min: -20, max: 260 }),
  track: fc.constantFrom(...trackIds),
  share: fc.double({ min: 0, max: 1, noNaN: true }),
  kind: fc.constantFrom(
    ...([
      'move',
      'insert',
      'start',
      'end',
      'slip',
      'split',
      'speed',
      'fade',
      'cross',
      'remove',
      'ripple',
      'gap',
    ] as const),
    ...(['title', 'detach', 'lock', 'part', 'copy'] as const),
  ),
});
type Step = (typeof step extends fc.Arbitrary<infer T> ? T : never) & object;

function take(of: Editor, { which, at, track, share, kind }: Step): void {
  const all = items(of);
  const item = all[which % Math.max(1, all.length)];
  const frames = Math.round(share * 30);
  if (kind === 'gap') {
    commands.closeGap(of, track, Math.max(0, at));
    return;
  }
  if (kind === 'title') {
    commands.addTitle(of, Math.max(0, at), 'Words');
    return;
  }
  if (kind === 'lock') {
    const record = of.document.get('track', track);
    if (record) of.update('Lock track', record, { locked: !record.locked });
    return;
  }
  if (!item) return;
  // A hand is shown tracks of the piece's own kind alone.
  const own = of.document.get('track', item.trackId)?.media;
  const trackId = of.document.get('track', track)?.media === own ? track : item.trackId;
  if (kind === 'move') commands.moveItem(of, item, { startFrame: at, trackId });
  else if (kind === 'insert') commands.moveItem(of, item, { startFrame: at, trackId }, true);
  else if (kind === 'start' || kind === 'end') commands.trimItem(of, item, kind, at);
  else if (kind === 'slip') commands.slipItem(of, item, at - 120);
  else if (kind === 'split') commands.splitItem(of, item, item.startFrame + Math.round(share * item.lengthFrames));
  else if (kind === 'speed') commands.setSpeed(of, item, 0.05 + share * 12);
  else if (kind === 'fade') commands.changeItem(of, 'Fade', item, { fadeInFrames: frames, fadeOutFrames: frames * 2 });
  else if (kind === 'cross') commands.changeItem(of, 'Cross-fade', item, { crossFadeFrames: frames });
  else if (kind === 'detach') commands.detachSound(of, item);
  else if (kind === 'copy') commands.duplicateItem(of, item);
  else if (kind === 'part') commands.changeItem(of, 'Opacity', item, { opacity: share });
  else commands.removeItem(of, item, kind === 'ripple');
}

const byId = (a: DocumentRecord, b: DocumentRecord): number => (a.id < b.id ? -1 : 1);
const records = (of: Editor): DocumentRecord[] =>
  [...of.document.records].filter(({ kind }) => kind !== 'view').sort(byId);

function expectOrder(of: Editor): void {
  const { rate, mediaOf } = arrangementOf(of.document);
  for (const { id } of of.document.all('track')) {
    let free = 0;
    for (const item of onTrack(items(of), id)) {
      expect(item.startFrame).toBeGreaterThanOrEqual(free);
      free = endOf(item);
    }
  }
  for (const item of items(of)) {
    expect(documentRecord.safeParse(item).success).toBe(true);
    const media = mediaOf(item);
    expect((item.fadeInFrames ?? 0) + (item.fadeOutFrames ?? 0)).toBeLessThanOrEqual(item.lengthFrames);
    if (!media.isStill) expect(item.inFrame).toBeLessThan(media.frameCount);
    expect(mediaFrameAt(item, media, rate, endOf(item) - 1)).toBeLessThan(media.frameCount);
  }
}

describe('whatever a hand does to the timeline', () => {
  it('nothing overlaps, and undo and redo bring back exactly what was', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const of = begun();
        const states = [records(of)];
        for (const each of steps) {
          const before = of.historyVersion.state.version;
          take(of, each);
          if (of.historyVersion.state.version !== before) states.push(records(of));
          expectOrder(of);
        }
        const changed = states.filter(
          (state, index) => index === 0 || JSON.stringify(state) !== JSON.stringify(states[index - 1]),
        );
        for (const state of changed.slice(0, -1).reverse()) {
          of.undo();
          expect(records(of)).toEqual(state);
        }
        for (const state of changed.slice(1)) {
          of.redo();
          expect(records(of)).toEqual(state);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('what lies on a locked track stays as it is', () => {
    const track = editor.document.get('track', 'track-source');
    if (!track) throw new Error('no track');
    editor.update('Lock track', track, { locked: true });
    const before = records(editor);
    fc.assert(
      fc.property(step, (each) => {
        if (each.kind === 'lock' || each.kind === 'title' || each.kind === 'detach') return;
        take(editor, each);
        expect(records(editor)).toEqual(before);
      }),
    );
  });
});

describe('an operation on the timeline', () => {
  it('moves a piece to the nearest room, and into a row that makes way', () => {
    const [a, b] = [named('a'), named('b')];
    commands.moveItem(editor, b, { startFrame: 10 });
    expect(named('b').startFrame).toBe(endOf(a));
    commands.moveItem(editor, named('b'), { startFrame: 10 }, true);
    expect([named('b').startFrame, named('a').startFrame]).toEqual([0, b.lengthFrames]);
  });

  it('splits and puts together the same frames', () => {
    const whole = named('b');
    const { rate, mediaOf } = arrangementOf(editor.document);
    const shown = (item: ItemRecord, frame: number): number => mediaFrameAt(item, mediaOf(item), rate, frame);
    commands.splitItem(editor, whole, whole.startFrame + 31);
    const [first, second] = items().filter(({ targetId }) => targetId === 'b');
    if (!first || !second) throw new Error('not split');
    for (let frame = whole.startFrame; frame < endOf(whole); frame++) {
      const part = frame < second.startFrame ? first : second;
      expect(Math.abs(shown(part, frame) - shown(whole, frame))).toBeLessThanOrEqual(1);
    }
  });

  it('plays twice as fast in half the frames, and no longer than there is room', () => {
    const { lengthFrames } = named('a');
    commands.setSpeed(editor, named('a'), 2);
    expect(named('a').lengthFrames).toBe(lengthFrames / 2);
    commands.setSpeed(editor, named('a'), 0.5);
    expect(endOf(named('a'))).toBe(named('b').startFrame);
  });

  it('closes a deleted piece’s gap on every track that has nothing beside it', () => {
    commands.addTitle(editor, named('still').startFrame, 'Words');
    const title = items().find((item) => item.title);
    const start = named('b').startFrame;
    commands.removeItem(editor, named('a'), true);
    expect(named('b').startFrame).toBe(0);
    expect(items().find((item) => item.title)?.startFrame).toBe((title?.startFrame ?? 0) - start);
  });

  it('slips within what the media holds', () => {
    commands.trimItem(editor, named('a'), 'end', 20);
    commands.slipItem(editor, named('a'), 15);
    expect(named('a')).toMatchObject({ startFrame: 0, lengthFrames: 20, inFrame: 15 });
    commands.slipItem(editor, named('a'), 999);
    expect(named('a').inFrame).toBe(40);
  });
});
