import { type DocumentDiff, isEmptyDiff } from '../../electron/contract/documentDiff.ts';
import type { DocumentRecord, RecordKind, RecordOf } from '../../electron/contract/records.ts';

/** The document in memory: typed records by id, with lists by kind and by parent that stay the same object until they change. */
export class DocumentStore {
  readonly #records = new Map<string, DocumentRecord>();
  readonly #lists = new Map<string, readonly DocumentRecord[]>();
  readonly #members = new Map<string, Set<string>>();
  readonly #listeners = new Set<(diff: DocumentDiff) => void>();

  /** Replaces everything. */
  load(records: Iterable<DocumentRecord>): void {
    const removed = [...this.#records.values()];
    this.#records.clear();
    this.#lists.clear();
    this.#members.clear();
    const added = [...records];
    for (const record of added) this.#put(record);
    this.#tell({ added, updated: [], removed });
  }

  get<K extends RecordKind>(kind: K, id: string | null | undefined): RecordOf<K> | undefined {
    const record = id === null || id === undefined ? undefined : this.#records.get(id);
    return record !== undefined && isKind(record, kind) ? record : undefined;
  }

  /** Every record, in no particular order. */
  get records(): IterableIterator<DocumentRecord> {
    return this.#records.values();
  }

  /** Any record by id. */
  find(id: string): DocumentRecord | undefined {
    return this.#records.get(id);
  }

  /** All records of a kind, sources, masks and takes by when they were made, the others in the order they came; the same array until one of them changes. */
  all<K extends RecordKind>(kind: K): readonly RecordOf<K>[] {
    return this.#list(kind, kind);
  }

  /** A mask's keys or followed runs, or a key's strokes; the same array until one of them changes. */
  childrenOf<K extends 'maskKey' | 'followed' | 'stroke'>(kind: K, parentId: string): readonly RecordOf<K>[] {
    return this.#list(kind, `${kind}/${parentId}`);
  }

  #list<K extends RecordKind>(kind: K, group: string): readonly RecordOf<K>[] {
    let list = this.#lists.get(group);
    if (!list) {
      const found: DocumentRecord[] = [];
      for (const id of this.#members.get(group) ?? []) {
        const record = this.#records.get(id);
        if (record) found.push(record);
      }
      if (kind === 'stroke') found.sort((a, b) => orderOf(a) - orderOf(b));
      if (kind === 'maskKey' || kind === 'followed') found.sort((a, b) => frameOf(a) - frameOf(b));
      // One that an undo brings back lies where it was.
      if (isDated(kind)) found.sort((a, b) => (createdAt(a) < createdAt(b) ? -1 : createdAt(a) > createdAt(b) ? 1 : 0));
      list = found;
      this.#lists.set(group, list);
    }
    // A group holds the records of one kind alone.
    return list as readonly RecordOf<K>[];
  }

  /** Writes a change and tells it. */
  apply(diff: DocumentDiff): void {
    if (isEmptyDiff(diff)) return;
    for (const record of diff.removed) this.#drop(record.id);
    for (const record of diff.added) this.#put(record);
    for (const [, to] of diff.updated) this.#put(to);
    this.#tell(diff);
  }

  #put(record: DocumentRecord): void {
    const old = this.#records.get(record.id);
    if (old) for (const group of groupsOf(old)) this.#leave(group, record.id, groupsOf(record).includes(group));
    this.#records.set(record.id, record);
    for (const group of groupsOf(record)) {
      const members = this.#members.get(group) ?? new Set<string>();
      this.#members.set(group, members);
      members.add(record.id);
      this.#lists.delete(group);
    }
  }

  #drop(id: string): void {
    const record = this.#records.get(id);
    if (!record) return;
    this.#records.delete(id);
    for (const group of groupsOf(record)) this.#leave(group, id, false);
  }

  #leave(group: string, id: string, stays: boolean): void {
    if (!stays) this.#members.get(group)?.delete(id);
    this.#lists.delete(group);
  }

  #tell(diff: DocumentDiff): void {
    for (const listener of this.#listeners) listener(diff);
  }

  /** Calls `listener` after every change; returns what ends that. */
  subscribe = (listener: (diff: DocumentDiff) => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}

function isKind<K extends RecordKind>(record: DocumentRecord, kind: K): record is RecordOf<K> {
  return record.kind === kind;
}

function groupsOf(record: DocumentRecord): string[] {
  if (record.kind === 'maskKey') return ['maskKey', `maskKey/${record.maskId}`];
  if (record.kind === 'followed') return ['followed', `followed/${record.maskId}`];
  if (record.kind === 'stroke') return ['stroke', `stroke/${record.keyId}`];
  return [record.kind];
}

const isDated = (kind: RecordKind): boolean => kind === 'source' || kind === 'take' || kind === 'mask';
const createdAt = (record: DocumentRecord): string => ('createdAt' in record ? record.createdAt : '');
const orderOf = (record: DocumentRecord): number => (record.kind === 'stroke' ? record.order : 0);
const frameOf = (record: DocumentRecord): number =>
  record.kind === 'maskKey' ? record.frameIndex : record.kind === 'followed' ? record.firstFrame : 0;
