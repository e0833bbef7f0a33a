import { newId } from '../../electron/contract/newId.ts';
import type { DocumentRecord, ItemRecord, SourceRecord, TakeRecord } from '../../electron/contract/records.ts';
import { nearestRoom } from '../../electron/contract/timeline/rooms.ts';
import { mediaFrameAt, mediaPerFrame, timelineLength } from '../../electron/contract/timeline/shownItems.ts';
import { shownMedia } from '../../electron/contract/timeline/shownMedia.ts';
import { byOrder, endOf, newTrack } from '../../electron/contract/timeline/tracks.ts';
import type { DocumentStore } from './documentStore.ts';
import type { Editor } from './editor.ts';
import { recordsOfMask } from './maskCommands.ts';
import { setupIdOf } from './setups.ts';
import { timelineRate } from './timeline/arrangement.ts';
import { secondsOf } from './timeline/itemCommands.ts';
import { rescaledItems } from './timeline/itemEdits.ts';

/** One past the last frame anything lies on. */
export function timelineEnd(document: DocumentStore): number {
  return timelineLength(document.all('item'));
}

/** The topmost item at a timeline frame that shows a source, or a take. */
export function itemAt(document: DocumentStore, kind: 'source' | 'take', frame: number): ItemRecord | undefined {
  const lying = document.all('item').filter((item) => item.startFrame <= frame && frame < endOf(item));
  if (lying.length === 0) return undefined;
  for (const track of byOrder(document.all('track')).reverse()) {
    const item = lying.find(({ trackId, targetId }) => trackId === track.id && document.get(kind, targetId));
    if (item && track.media === 'video') return item;
  }
  return undefined;
}

/** The frame of a source shown at a timeline frame by an item. */
export function sourceFrameAt(document: DocumentStore, item: ItemRecord, source: SourceRecord, frame: number): number {
  return mediaFrameAt(item, shownMedia(source), timelineRate(document), frame);
}

/** The frame of a take shown at a timeline frame by an item. */
export function takeFrameAt(document: DocumentStore, item: ItemRecord, take: TakeRecord, frame: number): number {
  return mediaFrameAt(item, shownMedia(take), timelineRate(document), frame);
}

/** The timeline frame at which an item shows a source's frame. */
export function timelineFrameOf(
  document: DocumentStore,
  item: ItemRecord,
  source: SourceRecord,
  sourceFrame: number,
): number {
  const perFrame = mediaPerFrame(item, shownMedia(source), timelineRate(document));
  return item.startFrame + Math.round((sourceFrame - item.inFrame) / perFrame);
}

/** The timeline frame that shows a source's frame, on the item that has it, else beyond the nearest's end; undefined where none lies there. */
export function timelineFrameOfSource(
  document: DocumentStore,
  source: SourceRecord,
  sourceFrame: number,
): number | undefined {
  const items = document.all('item').filter((item) => item.targetId === source.id);
  const frameOn = (item: ItemRecord): number => timelineFrameOf(document, item, source, sourceFrame);
  const holds = (item: ItemRecord): boolean => {
    const frame = frameOn(item);
    return frame >= item.startFrame && frame < item.startFrame + item.lengthFrames;
  };
  const item = items.find(holds) ?? items[0];
  return item && frameOn(item);
}

/**
 * Brings sources in, as one step: pictures and clips at the end of the lowest track, sounds from the beginning of a sound track or where it has
 * room. The first clip gives the timeline its rate.
 */
export function addSources(editor: Editor, sources: readonly SourceRecord[]): void {
  const { document } = editor;
  const added: DocumentRecord[] = [];
  const updated: [DocumentRecord, DocumentRecord][] = [];
  const project = document.get('project', 'project');
  const firstClip = sources.find((source) => source.media === 'clip');
  let rate = timelineRate(document);
  let items: readonly ItemRecord[] = document.all('item');
  if (project && firstClip && !document.all('source').some((source) => source.media === 'clip')) {
    const rescaled = rescaledItems(items, firstClip.framesPerSecond / rate);
    rate = firstClip.framesPerSecond;
    items = rescaled.map(([, to]) => to);
    updated.push([project, { ...project, framesPerSecond: rate }], ...rescaled);
  }
  let tracks = document.all('track');
  for (const source of sources) {
    const isSound = source.media === 'sound';
    const track =
      byOrder(tracks).find(({ media, locked }) => media === (isSound ? 'sound' : 'video') && !locked) ??
      newTrack(tracks, isSound ? 'sound' : 'video', newId('track'));
    if (!tracks.includes(track)) {
      added.push(track);
      tracks = [...tracks, track];
    }
    const lengthFrames = Math.max(1, Math.round(secondsOf(source) * rate));
    const end = timelineLength(items.filter(({ trackId }) => trackId === track.id));
    const item: ItemRecord = {
      ...{ kind: 'item', id: newId('item'), trackId: track.id, targetId: source.id, lengthFrames, inFrame: 0 },
      startFrame: isSound ? nearestRoom(items, track.id, { startFrame: 0, lengthFrames }) : end,
      ...(source.hasAlpha ? { clear: true } : {}),
    };
    items = [...items, item];
    added.push(source, item);
  }
  editor.run('Import', { added, updated, removed: [] });
  const last = sources.findLast(({ media }) => media !== 'sound');
  if (!last) return;
  editor.look({ sourceId: last.id, maskId: null, takeId: null, compareTakeId: null });
  const item = document.all('item').find((candidate) => candidate.targetId === last.id);
  if (item) editor.session.set({ playhead: item.startFrame, viewport: null, viewMode: 'source' });
}

/** Frame of an edge near `frame`, within `reach` frames: items' ends, markers, the playhead and the start. `frame` where none is. */
export function snapFrame(editor: Editor, frame: number, reach: number, ignoreId?: string): number {
  if (!editor.session.state.snapping) return frame;
  const edges = [0, editor.session.state.playhead, ...editor.document.all('marker').map((marker) => marker.frameIndex)];
  for (const item of editor.document.all('item')) if (item.id !== ignoreId) edges.push(item.startFrame, endOf(item));
  let best = frame;
  let distance = reach;
  for (const edge of edges) {
    if (Math.abs(edge - frame) <= distance) {
      distance = Math.abs(edge - frame);
      best = edge;
    }
  }
  return best;
}

/** The nearest frame before or after one at which a piece begins or ends, or a marker lies; the frame itself where there is none. */
export function nextCut(document: DocumentStore, frame: number, direction: 1 | -1): number {
  const cuts = [
    ...document.all('item').flatMap((item) => [item.startFrame, endOf(item)]),
    ...document.all('marker').map(({ frameIndex }) => frameIndex),
  ].filter((cut) => (cut - frame) * direction > 0);
  return cuts.length === 0 ? frame : direction === 1 ? Math.min(...cuts) : Math.max(...cuts);
}

/** Puts a marker at the playhead, or takes away the one that is there. */
export function toggleMarker(editor: Editor): void {
  const { playhead } = editor.session.state;
  const there = editor.document.all('marker').find((marker) => marker.frameIndex === playhead);
  if (there) editor.remove('Delete marker', there);
  else
    editor.add('Add marker', {
      kind: 'marker',
      id: newId('marker'),
      frameIndex: playhead,
      label: '',
      colour: 'yellow',
    });
}

/** Takes a take away with its places on the timeline. */
export function removeTake(editor: Editor, take: TakeRecord): void {
  editor.remove('Delete take', take, ...editor.document.all('item').filter((item) => item.targetId === take.id));
  if (editor.view?.takeId === take.id) editor.look({ takeId: null });
  if (editor.view?.compareTakeId === take.id) editor.look({ compareTakeId: null });
}

/** Takes a source away with its masks and places on the timeline; takes made from it stay. */
export function removeSource(editor: Editor, source: SourceRecord): void {
  const { document } = editor;
  const masks = document.all('mask').filter((mask) => mask.sourceId === source.id);
  const items = document.all('item').filter((item) => item.targetId === source.id);
  const setup = document.get('setup', setupIdOf(source.id));
  const ofMasks = masks.flatMap((mask) => recordsOfMask(document, mask));
  editor.remove('Remove media', source, ...ofMasks, ...items, ...(setup ? [setup] : []));
  if (editor.view?.sourceId === source.id)
    editor.look({ sourceId: document.all('source').find(({ media }) => media !== 'sound')?.id ?? null, maskId: null });
}
