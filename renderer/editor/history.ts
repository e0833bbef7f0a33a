import { type DocumentDiff, invertDiff, isEmptyDiff, squashDiffs } from '../../electron/contract/documentDiff.ts';

/** One step back: what a hand did, by name. */
export interface HistoryEntry {
  label: string;
  diff: DocumentDiff;
}

/** Steps that can be taken back. */
export const historyLimit = 500;

/**
 * Undo and redo as differences. What happens between `mark` and `commit` is one step, however many small changes it was made of;
 * `bail` takes a gesture back and leaves no trace.
 */
export class History {
  readonly #apply: (diff: DocumentDiff) => void;
  #done: HistoryEntry[] = [];
  #undone: HistoryEntry[] = [];
  #gesture: { label: string; diffs: DocumentDiff[] } | undefined;

  /** `apply` writes a change into the document without recording it here again. */
  constructor(apply: (diff: DocumentDiff) => void) {
    this.#apply = apply;
  }

  get isGesturing(): boolean {
    return this.#gesture !== undefined;
  }

  /** Name of what undo would take back, or undefined. */
  get undoLabel(): string | undefined {
    return this.#done.at(-1)?.label;
  }

  /** Name of what redo would bring back, or undefined. */
  get redoLabel(): string | undefined {
    return this.#undone.at(-1)?.label;
  }

  /** Begins a gesture; one still open is committed first. */
  mark(label: string): void {
    this.commit();
    this.#gesture = { label, diffs: [] };
  }

  /** Notes a change already made: part of the open gesture, or a step of its own. */
  record(label: string, diff: DocumentDiff): void {
    if (isEmptyDiff(diff)) return;
    if (this.#gesture) this.#gesture.diffs.push(diff);
    else this.#push({ label, diff });
  }

  /** Notes a change that came from elsewhere as a step of its own, also while a gesture is under way: it is no part of that. */
  insert(label: string, diff: DocumentDiff): void {
    if (!isEmptyDiff(diff)) this.#push({ label, diff });
  }

  /** Ends the gesture as one step; one that changed nothing leaves none. */
  commit(): void {
    const gesture = this.#gesture;
    this.#gesture = undefined;
    if (!gesture) return;
    const diff = squashDiffs(gesture.diffs);
    if (!isEmptyDiff(diff)) this.#push({ label: gesture.label, diff });
  }

  /** Abandons the gesture: the document is as it was at its mark. */
  bail(): void {
    const gesture = this.#gesture;
    this.#gesture = undefined;
    if (gesture) this.#apply(invertDiff(squashDiffs(gesture.diffs)));
  }

  /** Takes the last step back; returns its name. */
  undo(): string | undefined {
    this.commit();
    const entry = this.#done.pop();
    if (!entry) return undefined;
    this.#undone.push(entry);
    this.#apply(invertDiff(entry.diff));
    return entry.label;
  }

  /** Brings the last undone step back; returns its name. */
  redo(): string | undefined {
    this.commit();
    const entry = this.#undone.pop();
    if (!entry) return undefined;
    this.#done.push(entry);
    this.#apply(entry.diff);
    return entry.label;
  }

  /** Every step, oldest first. */
  get steps(): { done: readonly HistoryEntry[]; undone: readonly HistoryEntry[] } {
    return { done: this.#done, undone: this.#undone };
  }

  /** Takes the place of every step by those of an earlier opening. */
  restore(steps: { done: readonly HistoryEntry[]; undone: readonly HistoryEntry[] }): void {
    this.#done = steps.done.slice(-historyLimit);
    this.#undone = [...steps.undone];
  }

  /** Forgets everything. */
  clear(): void {
    this.#done = [];
    this.#undone = [];
    this.#gesture = undefined;
  }

  #push(entry: HistoryEntry): void {
    this.#done.push(entry);
    if (this.#done.length > historyLimit) this.#done.shift();
    this.#undone = [];
  }
}
