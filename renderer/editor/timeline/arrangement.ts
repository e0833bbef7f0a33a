import type { ItemRecord, SourceRecord, TakeRecord, TrackRecord } from '../../../electron/contract/records.ts';
import type { ShownMedia } from '../../../electron/contract/timeline/shownItems.ts';
import { shownMedia } from '../../../electron/contract/timeline/shownMedia.ts';
import type { DocumentStore } from '../documentStore.ts';

/** A timeline as its operations see it: what lies where, and how many frames each piece has to show. */
export interface Arrangement {
  readonly tracks: readonly TrackRecord[];
  readonly items: readonly ItemRecord[];
  /** Timeline frames per second. */
  readonly rate: number;
  mediaOf(item: ItemRecord): ShownMedia;
}

/** What an operation changes: pieces that come, that become others, and that go. */
export interface ItemChanges {
  readonly added: ItemRecord[];
  readonly updated: [ItemRecord, ItemRecord][];
  readonly removed: ItemRecord[];
}

/** The timeline's rate, frames per second. */
export function timelineRate(document: DocumentStore): number {
  return document.get('project', 'project')?.framesPerSecond ?? 8;
}

/** What an item shows; undefined for a title, and where it has gone. */
export function targetOf(document: DocumentStore, id: string | null): SourceRecord | TakeRecord | undefined {
  return document.get('source', id) ?? document.get('take', id);
}

/** The document's timeline. */
export function arrangementOf(document: DocumentStore): Arrangement {
  return {
    tracks: document.all('track'),
    items: document.all('item'),
    rate: timelineRate(document),
    mediaOf: (item) => shownMedia(targetOf(document, item.targetId)),
  };
}
