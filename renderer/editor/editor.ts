import type { KeptHistory } from '../../electron/contract/documentDiff.ts';
import { type DocumentDiff, isEmptyDiff } from '../../electron/contract/documentDiff.ts';
import type { DocumentRecord, SetupRecord, ViewRecord } from '../../electron/contract/records.ts';
import type { TakeSettings } from '../../electron/contract/takeSettings.ts';
import type { MaskSequence } from '../../models/masks/maskSequence.ts';
import { DocumentStore } from './documentStore.ts';
import { History } from './history.ts';
import { fittingSteps } from './keptSteps.ts';
import { initialSession, type Session } from './session.ts';
import { setupChange, shownSetup } from './setups.ts';
import { StateStore } from './stateStore.ts';

/** Called with every change of the document that must be saved. */
export type SaveListener = (diff: DocumentDiff) => void;

/**
 * The headless editor: document, history and session, without any page. Everything a hand does goes through `run` (one step),
 * `gesture` (one step for all that a function does) or, where a gesture spans events, lies between `begin` and `commit`; `amend` is
 * for what is kept but never undone.
 */
export class Editor {
  readonly document = new DocumentStore();
  readonly session = new StateStore<Session>(initialSession);
  /** Followed masks that have been read, by their asset. */
  readonly sequences = new StateStore<{ byAsset: ReadonlyMap<string, MaskSequence> }>({ byAsset: new Map() });
  readonly history: History;
  /** Grows with every step, undo and redo: what menus show of the history. */
  readonly historyVersion = new StateStore({ version: 0 });
  readonly #save: SaveListener;
  #isClosed = false;
  readonly #committed = new Set<() => void>();

  constructor(save: SaveListener) {
    this.#save = save;
    this.history = new History((diff) => this.#write(diff));
  }

  /** Shows a project from its records. */
  load(records: Iterable<DocumentRecord>): void {
    this.history.clear();
    this.document.load(records);
    this.#tellHistory();
  }

  /** Nothing can be changed any more, and nothing looks different: for the moment in which a project is left. */
  close(): void {
    this.#isClosed = true;
  }

  get #mayWrite(): boolean {
    return this.session.state.writer && !this.#isClosed;
  }

  #write(diff: DocumentDiff): void {
    if (isEmptyDiff(diff)) return;
    this.document.apply(diff);
    this.#save(diff);
  }

  /** A change as a step of its own, or as part of the gesture that is under way. */
  run(label: string, diff: DocumentDiff): void {
    if (!this.#mayWrite) return;
    this.#write(diff);
    this.history.record(label, diff);
    this.#tellHistory();
    if (!this.history.isGesturing) this.#tellCommitted();
  }

  /** A change that is saved but never undone, such as where the user was. */
  amend(diff: DocumentDiff): void {
    if (this.#mayWrite) this.#write(diff);
  }

  /** A change that came from elsewhere: already saved, not this hand's. */
  receive(diff: DocumentDiff): void {
    this.document.apply(diff);
  }

  /** A change that came from elsewhere on this hand's behalf: already saved, and taken back as one step. */
  adopt(label: string, diff: DocumentDiff): void {
    this.document.apply(diff);
    if (!this.#mayWrite) return;
    this.history.insert(label, diff);
    this.#tellHistory();
  }

  /** Makes one step of everything that `work` changes; where it throws, or bails, nothing of it stays. Within a gesture it is part of that. */
  gesture(label: string, work: () => void): void {
    if (this.history.isGesturing) {
      work();
      return;
    }
    this.begin(label);
    try {
      work();
      this.commit();
    } finally {
      // Still open here only where `work` threw.
      if (this.history.isGesturing) this.bail();
    }
  }

  /** Begins a gesture that spans events, such as a drag. */
  begin(label: string): void {
    this.history.mark(label);
  }

  /** Ends a gesture as one step. */
  commit(): void {
    if (!this.history.isGesturing) return;
    this.history.commit();
    this.#tellHistory();
    this.#tellCommitted();
  }

  /** Abandons a gesture without a trace. */
  bail(): void {
    this.history.bail();
    this.#tellHistory();
  }

  /** Takes up the steps of an earlier opening, as far as they fit what is there; before anything else was done. */
  restoreSteps(kept: KeptHistory): void {
    if (this.history.undoLabel !== undefined || this.history.isGesturing || !this.#mayWrite) return;
    this.history.restore(fittingSteps(this.document.records, kept));
    this.#tellHistory();
  }

  /** Takes the last step back; returns its name. */
  undo(): string | undefined {
    return this.#travel(() => this.history.undo());
  }

  /** Brings the last undone step back; returns its name. */
  redo(): string | undefined {
    return this.#travel(() => this.history.redo());
  }

  #travel(step: () => string | undefined): string | undefined {
    if (!this.#mayWrite) return undefined;
    const label = step();
    this.#tellHistory();
    if (label !== undefined) this.#tellCommitted();
    return label;
  }

  /** Calls `listener` when a gesture or step is finished: the moment at which a live preview starts again. */
  onCommitted(listener: () => void): () => void {
    this.#committed.add(listener);
    return () => this.#committed.delete(listener);
  }

  #tellCommitted(): void {
    for (const listener of this.#committed) listener();
  }

  #tellHistory(): void {
    this.historyVersion.set({ version: this.historyVersion.state.version + 1 });
  }

  /** The inspector's record: the looked-at source's. */
  get setup(): SetupRecord | undefined {
    return shownSetup(this.document);
  }

  /** The view's record. */
  get view(): ViewRecord | undefined {
    return this.document.get('view', 'view');
  }

  /** Changes the inspector's settings, for the looked-at source alone. */
  updateSettings(label: string, change: Partial<TakeSettings>): void {
    const { setup } = this;
    if (setup) this.updateSetup(label, { settings: { ...setup.settings, ...change } });
  }

  /** Changes what the inspector holds for the looked-at source, which from then on has its own; another model is the project's. */
  updateSetup(label: string, change: Partial<Pick<SetupRecord, 'modelId' | 'settings'>>): void {
    const diff = setupChange(this.document, change);
    if (diff) this.run(label, diff);
  }

  /** Moves the view: which source, mask and take are looked at. */
  look(change: Partial<Omit<ViewRecord, 'kind' | 'id'>>): void {
    const { view } = this;
    if (!view) return;
    const next = { ...view, ...change };
    if (JSON.stringify(next) === JSON.stringify(view)) return;
    if (this.session.state.writer) this.amend({ added: [], updated: [[view, next]], removed: [] });
    else this.receive({ added: [], updated: [[view, next]], removed: [] });
  }

  /** Changes members of one record. */
  update<R extends DocumentRecord>(label: string, record: R, change: Partial<R>): void {
    this.run(label, { added: [], updated: [[record, { ...record, ...change }]], removed: [] });
  }

  add(label: string, ...records: DocumentRecord[]): void {
    this.run(label, { added: records, updated: [], removed: [] });
  }

  remove(label: string, ...records: DocumentRecord[]): void {
    this.run(label, { added: [], updated: [], removed: records });
  }
}
