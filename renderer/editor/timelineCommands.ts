import { newId } from '../../electron/contract/newId.ts';
import type { DocumentRecord, ItemRecord, SourceRecord, TakeRecord } from '../../electron/contract/records.ts';
import { itemOnTrackAt, mediaFrameAt, timelineLength } from '../../electron/contract/timeline/shownItems.ts';
import type { DocumentStore } from './documentStore.ts';
import type { Editor } from './editor.ts';
import { recordsOfMask } from './maskCommands.ts';

/** Length in seconds of a picture put on the timeline. */
const pictureSeconds = 2;

/** The timeline's rate, frames per second. */
export function timelineRate(document: DocumentStore): number {
  return document.get('project', 'project')?.framesPerSecond ?? 8;
}

/** One past the last frame anything lies on. */
export function timelineEnd(document: DocumentStore): number {
  return timelineLength(document.all('item'));
}

/** The item of a track that shows at a timeline frame; the later one where two overlap. */
export function itemAt(document: DocumentStore, track: ItemRecord['track'], frame: number): ItemRecord | undefined {
  return itemOnTrackAt(document.all('item'), track, frame);
}

/** The frame of a source shown at a timeline frame by an item. */
export function sourceFrameAt(document: DocumentStore, item: ItemRecord, source: SourceRecord, frame: number): number {
  return source.media === 'picture' ? 0 : mediaFrameAt(item, source, timelineRate(document), frame);
}

/** The frame of a take shown at a timeline frame by an item. */
export function takeFrameAt(document: DocumentStore, item: ItemRecord, take: TakeRecord, frame: number): number {
  return mediaFrameAt(item, take.result, timelineRate(document), frame);
}

/** The timeline frame at which an item shows a source's frame. */
export function timelineFrameOf(
  document: DocumentStore,
  item: ItemRecord,
  source: SourceRecord,
  sourceFrame: number,
): number {
  return item.startFrame + Math.round(((sourceFrame - item.inFrame) / source.framesPerSecond) * timelineRate(document));
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

/** Brings sources in at the end of their track, as one step. The first clip gives the timeline its rate. */
export function addSources(editor: Editor, sources: readonly SourceRecord[]): void {
  const { document } = editor;
  const added: DocumentRecord[] = [];
  const updated: [DocumentRecord, DocumentRecord][] = [];
  const project = document.get('project', 'project');
  const firstClip = sources.find((source) => source.media === 'clip');
  let rate = timelineRate(document);
  if (project && firstClip && !document.all('source').some((source) => source.media === 'clip')) {
    const scale = firstClip.framesPerSecond / rate;
    rate = firstClip.framesPerSecond;
    updated.push([project, { ...project, framesPerSecond: rate }]);
    for (const item of document.all('item'))
      updated.push([
        item,
        {
          ...item,
          startFrame: Math.round(item.startFrame * scale),
          lengthFrames: Math.max(1, Math.round(item.lengthFrames * scale)),
        },
      ]);
  }
  let at = 0;
  for (const item of document.all('item')) {
    if (item.track !== 'source') continue;
    const moved = updated.find(([from]) => from.id === item.id)?.[1];
    const now = moved?.kind === 'item' ? moved : item;
    at = Math.max(at, now.startFrame + now.lengthFrames);
  }
  for (const source of sources) {
    const seconds = source.media === 'clip' ? source.frameCount / source.framesPerSecond : pictureSeconds;
    const lengthFrames = Math.max(1, Math.round(seconds * rate));
    added.push(source, {
      kind: 'item',
      id: newId('item'),
      track: 'source',
      targetId: source.id,
      startFrame: at,
      lengthFrames,
      inFrame: 0,
    });
    at += lengthFrames;
  }
  editor.run('Import', { added, updated, removed: [] });
  const last = sources.at(-1);
  if (last) {
    editor.look({ sourceId: last.id, maskId: null, takeId: null, compareTakeId: null });
    const item = document.all('item').find((candidate) => candidate.targetId === last.id);
    if (item) editor.session.set({ playhead: item.startFrame, viewport: null, viewMode: 'source' });
  }
}

/** Moves an item; `startFrame` is held at 0 or later. */
export function moveItem(editor: Editor, item: ItemRecord, startFrame: number): void {
  editor.update('Move', item, { startFrame: Math.max(0, Math.round(startFrame)) });
}

/** Trims an item's beginning (`edge` start) or end to a timeline frame, within what its media holds. */
export function trimItem(editor: Editor, item: ItemRecord, edge: 'start' | 'end', frame: number): void {
  const { document } = editor;
  const end = item.startFrame + item.lengthFrames;
  const perFrame = targetRate(document, item) / timelineRate(document);
  if (edge === 'start') {
    const earliest = isStill(document, item) ? 0 : item.startFrame - Math.floor(item.inFrame / perFrame);
    const startFrame = clamp(Math.round(frame), Math.max(0, earliest), end - 1);
    const inFrame = isStill(document, item)
      ? 0
      : Math.max(0, Math.round(item.inFrame + (startFrame - item.startFrame) * perFrame));
    editor.update('Trim', item, { startFrame, lengthFrames: end - startFrame, inFrame });
  } else {
    const latest = isStill(document, item)
      ? Number.MAX_SAFE_INTEGER
      : item.startFrame + Math.floor((targetLength(document, item) - item.inFrame) / perFrame);
    editor.update('Trim', item, {
      lengthFrames: clamp(Math.round(frame), item.startFrame + 1, latest) - item.startFrame,
    });
  }
}

/** Cuts an item in two at a timeline frame; outside it nothing happens. */
export function splitItem(editor: Editor, item: ItemRecord, frame: number): void {
  const first = frame - item.startFrame;
  if (first <= 0 || first >= item.lengthFrames) return;
  const { document } = editor;
  const perFrame = targetRate(document, item) / timelineRate(document);
  const second: ItemRecord = {
    ...item,
    id: newId('item'),
    startFrame: frame,
    lengthFrames: item.lengthFrames - first,
    inFrame: isStill(document, item) ? 0 : Math.round(item.inFrame + first * perFrame),
  };
  editor.run('Split', { added: [second], updated: [[item, { ...item, lengthFrames: first }]], removed: [] });
}

/** Frame of an edge near `frame`, within `reach` frames: items' ends, markers, the playhead and the start. `frame` where none is. */
export function snapFrame(editor: Editor, frame: number, reach: number, ignoreId?: string): number {
  if (!editor.session.state.snapping) return frame;
  const edges = [0, editor.session.state.playhead, ...editor.document.all('marker').map((marker) => marker.frameIndex)];
  for (const item of editor.document.all('item'))
    if (item.id !== ignoreId) edges.push(item.startFrame, item.startFrame + item.lengthFrames);
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
  editor.remove('Remove media', source, ...masks.flatMap((mask) => recordsOfMask(document, mask)), ...items);
  if (editor.view?.sourceId === source.id)
    editor.look({ sourceId: document.all('source')[0]?.id ?? null, maskId: null });
}

function isStill(document: DocumentStore, item: ItemRecord): boolean {
  return document.get('source', item.targetId)?.media === 'picture';
}

function targetRate(document: DocumentStore, item: ItemRecord): number {
  return (
    document.get('source', item.targetId)?.framesPerSecond ??
    document.get('take', item.targetId)?.result.framesPerSecond ??
    timelineRate(document)
  );
}

function targetLength(document: DocumentStore, item: ItemRecord): number {
  return (
    document.get('source', item.targetId)?.frameCount ??
    document.get('take', item.targetId)?.result.frameCount ??
    item.lengthFrames
  );
}

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));
