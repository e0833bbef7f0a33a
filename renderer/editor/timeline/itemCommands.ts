import { newId } from '../../../electron/contract/newId.ts';
import type { ItemRecord, SourceRecord, TakeRecord, TrackRecord } from '../../../electron/contract/records.ts';
import { isRoom, roomAfter } from '../../../electron/contract/timeline/rooms.ts';
import type { TitleStyle } from '../../../electron/contract/timeline/timelineRecords.ts';
import { byOrder, endOf, newTrack } from '../../../electron/contract/timeline/tracks.ts';
import type { Editor } from '../editor.ts';
import { arrangementOf, type ItemChanges, timelineRate } from './arrangement.ts';
import * as edits from './itemEdits.ts';

/** Writes what an operation changes, as a step where it is anything; what lies on a locked track stays as it is. */
function write(editor: Editor, label: string, { added, updated, removed }: ItemChanges): void {
  const { document } = editor;
  const isLocked = ({ trackId }: ItemRecord): boolean => document.get('track', trackId)?.locked === true;
  const changes = { added, updated: updated.filter(edits.differs), removed };
  const touched = [...added, ...changes.updated.flat(), ...removed];
  if (touched.length > 0 && !touched.some(isLocked)) editor.run(label, changes);
}

/** Moves an item to where it has room; with `insert` what is there makes room. */
export function moveItem(
  editor: Editor,
  item: ItemRecord,
  to: { startFrame: number; trackId?: string },
  insert = false,
): void {
  const edit = insert ? edits.insertedItem : edits.movedItem;
  write(editor, 'Move', edit(arrangementOf(editor.document), item, to));
}

/** Trims an item's beginning or end to a timeline frame, within what its media holds and up to its neighbours. */
export function trimItem(editor: Editor, item: ItemRecord, edge: 'start' | 'end', frame: number): void {
  write(editor, 'Trim', edits.trimmedItem(arrangementOf(editor.document), item, edge, frame));
}

/** Shows other frames of an item's media at its place. */
export function slipItem(editor: Editor, item: ItemRecord, frames: number): void {
  write(editor, 'Slip', edits.slippedItem(arrangementOf(editor.document), item, frames));
}

/** Cuts an item in two at a timeline frame; outside it nothing happens. */
export function splitItem(editor: Editor, item: ItemRecord, frame: number): void {
  write(editor, 'Split', edits.splitItem(arrangementOf(editor.document), item, frame, newId('item')));
}

/** Plays an item at another speed. */
export function setSpeed(editor: Editor, item: ItemRecord, speed: number): void {
  write(editor, 'Speed', edits.spedItem(arrangementOf(editor.document), item, speed));
}

/** Changes how an item looks or sounds. */
export function changeItem(editor: Editor, label: string, item: ItemRecord, change: Partial<ItemRecord>): void {
  write(editor, label, { added: [], updated: [[item, edits.withFades({ ...item, ...change })]], removed: [] });
}

/** Takes an item off the timeline; with `ripple` what lies later moves up. What it shows stays in the project. */
export function removeItem(editor: Editor, item: ItemRecord, ripple = false): void {
  const changes = ripple
    ? edits.rippleRemoved(arrangementOf(editor.document), item)
    : { ...edits.noChanges, removed: [item] };
  write(editor, ripple ? 'Ripple delete' : 'Delete', changes);
}

/** Closes the gap of a track at a frame. */
export function closeGap(editor: Editor, trackId: string, frame: number): void {
  write(editor, 'Close gap', edits.closedGap(arrangementOf(editor.document), trackId, frame));
}

/** The lowest unlocked track of a kind over `above` with room for some frames, with a new one where there is none. */
function trackWithRoom(
  editor: Editor,
  media: TrackRecord['media'],
  room: { from: number; to: number },
  above = Number.NEGATIVE_INFINITY,
): { trackId: string; made: TrackRecord[] } {
  const { document } = editor;
  const track = byOrder(document.all('track')).find(
    (candidate) =>
      candidate.media === media &&
      candidate.order > above &&
      !candidate.locked &&
      isRoom(document.all('item'), candidate.id, room),
  );
  if (track) return { trackId: track.id, made: [] };
  const made = newTrack(document.all('track'), media, newId('track'));
  return { trackId: made.id, made: [made] };
}

/** Length in seconds of a new title. */
const titleSeconds = 3;

/** Puts a title at a frame, on the lowest track over all that lies there; returns it. */
export function addTitle(editor: Editor, startFrame: number, text: string): ItemRecord {
  const { document } = editor;
  const lengthFrames = Math.max(1, Math.round(titleSeconds * timelineRate(document)));
  const room = { from: startFrame, to: startFrame + lengthFrames };
  const beside = document.all('item').filter((item) => item.startFrame < room.to && endOf(item) > room.from);
  const orders = beside.flatMap(({ trackId }) => document.get('track', trackId) ?? []).filter(isPicture);
  const { trackId, made } = trackWithRoom(editor, 'video', room, Math.max(-1, ...orders.map(({ order }) => order)));
  const title: TitleStyle = { ...plainTitle, text };
  const item: ItemRecord = {
    ...{ kind: 'item', id: newId('item'), trackId, targetId: null, startFrame, lengthFrames, inFrame: 0 },
    ...{ clear: true, title },
  };
  editor.run('Add title', { added: [...made, item], updated: [], removed: [] });
  return item;
}

const isPicture = ({ media }: TrackRecord): boolean => media === 'video';

/** How a new title looks: large enough to be read, in the lower third. */
const plainTitle: Omit<TitleStyle, 'text'> = {
  ...{ font: 'sans', bold: true, colour: '#ffffff', size: 0.09, align: 'centre', x: 0.5, y: 0.85, shadow: true },
};

/** Puts an item's sound on a sound track, where it can be moved and cut by itself; the item itself is silent then. */
export function detachSound(editor: Editor, item: ItemRecord): void {
  const { document } = editor;
  if (!document.get('source', item.targetId)?.hasAudio || document.get('track', item.trackId)?.media === 'sound')
    return;
  const room = { from: item.startFrame, to: endOf(item) };
  if (document.get('track', item.trackId)?.locked) return;
  const { trackId, made } = trackWithRoom(editor, 'sound', room);
  const {
    fadeInFrames = 0,
    fadeOutFrames = 0,
    startFrame,
    lengthFrames,
    inFrame,
    targetId,
    speed = 1,
    volume = 1,
  } = item;
  const sound: ItemRecord = {
    ...{ kind: 'item', id: newId('item'), trackId, targetId, startFrame, lengthFrames, inFrame },
    ...{ speed, volume, fadeInFrames, fadeOutFrames },
  };
  editor.gesture('Detach sound', () => {
    if (made.length > 0) editor.add('Add track', ...made);
    write(editor, 'Detach sound', { added: [sound], updated: [[item, { ...item, volume: 0 }]], removed: [] });
  });
}

/** Length in seconds of a picture put on the timeline. */
const pictureSeconds = 2;

/** How long a source lies on the timeline, in seconds, where nothing of it is cut. */
export function secondsOf({ media, frameCount, framesPerSecond }: SourceRecord): number {
  return media === 'picture' ? pictureSeconds : frameCount / framesPerSecond;
}

/** Puts a source on the timeline at a frame, on the lowest track of its kind with room there. */
export function placeSource(editor: Editor, source: SourceRecord, startFrame: number): void {
  const media = source.media === 'sound' ? 'sound' : 'video';
  place(editor, source.id, { startFrame, seconds: secondsOf(source), media }, source.hasAlpha ? { clear: true } : {});
}

/** Puts a take on the timeline at a frame, over what lies there. */
export function placeTake(editor: Editor, take: TakeRecord, startFrame: number): void {
  const seconds = take.result.frameCount / take.result.framesPerSecond;
  place(editor, take.id, { startFrame, seconds, media: 'video', above: 0 });
}

function place(
  editor: Editor,
  targetId: string,
  at: { startFrame: number; seconds: number; media: TrackRecord['media']; above?: number },
  more: Partial<ItemRecord> = {},
): void {
  const { startFrame } = at;
  const lengthFrames = Math.max(1, Math.round(at.seconds * timelineRate(editor.document)));
  const { trackId, made } = trackWithRoom(
    editor,
    at.media,
    { from: startFrame, to: startFrame + lengthFrames },
    at.above,
  );
  const item: ItemRecord = {
    ...{ kind: 'item', id: newId('item'), trackId, targetId, startFrame, lengthFrames, inFrame: 0 },
    ...more,
  };
  editor.run('Place', { added: [...made, item], updated: [], removed: [] });
  editor.session.set({ selectedItemId: item.id });
}

/** Puts another of an item on its track, where there is room after it. */
export function duplicateItem(editor: Editor, item: ItemRecord): void {
  const { crossFadeFrames: _cross, ...rest } = item;
  const wanted = { startFrame: endOf(item), lengthFrames: item.lengthFrames };
  const later = editor.document.all('item').filter(({ trackId }) => trackId === item.trackId);
  const copy: ItemRecord = { ...rest, id: newId('item'), startFrame: roomAfter(later, item.trackId, wanted) };
  write(editor, 'Duplicate', { added: [copy], updated: [], removed: [] });
  editor.session.set({ selectedItemId: copy.id });
}

/** Adds an empty track. */
export function addTrack(editor: Editor, media: TrackRecord['media']): void {
  editor.add('Add track', newTrack(editor.document.all('track'), media, newId('track')));
}

/** Takes a track away with what lies on it. */
export function removeTrack(editor: Editor, track: TrackRecord): void {
  const lying = editor.document.all('item').filter(({ trackId }) => trackId === track.id);
  editor.remove('Delete track', track, ...lying);
}
