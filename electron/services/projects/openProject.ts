import { StudioError } from '../../../models/errors/studioError.ts';
import type { DocumentDiff } from '../../contract/documentDiff.ts';
import type { DocumentRecord, SourceRecord } from '../../contract/records.ts';
import type { EventBus } from '../eventBus.ts';
import type { ProjectStore } from './store/projectStore.ts';

/** A project while windows look at it: its store, who may write, and the telling of changes to the others. */
export class OpenProject {
  readonly id: string;
  readonly store: ProjectStore;
  readonly #bus: EventBus;
  readonly windows = new Set<string>();
  writer: string | null = null;
  /** Sources that were brought in and that a window is about to add: their pictures are asked for at once. */
  readonly #imported = new Map<string, SourceRecord>();

  constructor(id: string, store: ProjectStore, bus: EventBus) {
    this.id = id;
    this.store = store;
    this.#bus = bus;
  }

  /** Takes note of a source that a window is about to add. */
  noteImported(source: SourceRecord): void {
    this.#imported.set(source.assetId, source);
  }

  /** The source whose file an asset is, in the document or about to be. */
  sourceOf(assetId: string): SourceRecord | undefined {
    return this.store.all('source').find((source) => source.assetId === assetId) ?? this.#imported.get(assetId);
  }

  /** Lets a window in. It may write when nobody else does, or when it takes over; then the other is told. */
  enter(windowId: string, takeOver: boolean, isConnected: (windowId: string) => boolean): boolean {
    this.windows.add(windowId);
    const free = this.writer === null || this.writer === windowId || !isConnected(this.writer);
    if (free || takeOver) this.#setWriter(windowId);
    return this.writer === windowId;
  }

  /** Lets a window out; nobody writes until another takes over. */
  leave(windowId: string): void {
    this.windows.delete(windowId);
    if (this.writer === windowId) this.#setWriter(null);
  }

  #setWriter(windowId: string | null): void {
    if (this.writer === windowId) return;
    this.writer = windowId;
    this.#bus.publish({ type: 'writer', projectId: this.id, windowId });
  }

  /** A window's change. @throws StudioError `not-allowed` where another window writes */
  async applyFrom(windowId: string, diff: DocumentDiff): Promise<number> {
    if (this.writer !== windowId)
      throw new StudioError('not-allowed', 'This project is being edited in another window.', {
        hint: 'Choose “Edit here” to take over; the other window then only looks.',
      });
    return this.#apply(windowId, diff);
  }

  /** A change by the studio itself, such as a finished take. */
  async applyOwn(diff: DocumentDiff): Promise<number> {
    return this.#apply('studio', diff);
  }

  /** Adds records on the studio's behalf. */
  async add(records: DocumentRecord[]): Promise<void> {
    await this.applyOwn({ added: records, updated: [], removed: [] });
  }

  async #apply(windowId: string, diff: DocumentDiff): Promise<number> {
    const sequence = await this.store.apply(diff);
    if (windowId === 'studio' || this.windows.size > 1)
      this.#bus.publish({ type: 'document', projectId: this.id, windowId, sequence, diff });
    return sequence;
  }
}
