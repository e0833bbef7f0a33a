import { type DocumentDiff, emptyDiff, isEmptyDiff, squashDiffs } from '../../electron/contract/documentDiff.ts';

/** Sends changes in their order, one at a time; those made meanwhile are sent together. A failed one is sent again. */
export class SaveQueue {
  readonly #send: (diff: DocumentDiff) => Promise<void>;
  readonly #onState: (state: 'saved' | 'saving' | 'failed', error?: unknown) => void;
  #pending: DocumentDiff = emptyDiff;
  #sending: DocumentDiff = emptyDiff;
  #running: Promise<void> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(
    send: (diff: DocumentDiff) => Promise<void>,
    onState: (state: 'saved' | 'saving' | 'failed', error?: unknown) => void,
  ) {
    this.#send = send;
    this.#onState = onState;
  }

  /** Queues a change. */
  push(diff: DocumentDiff): void {
    this.#pending = squashDiffs([this.#pending, diff]);
    if (this.#retry !== undefined) clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#running ??= this.#drain();
  }

  /** What the studio has not got yet, or has not said that it has. */
  get waiting(): DocumentDiff {
    return squashDiffs([this.#sending, this.#pending]);
  }

  /** Forgets what is waiting, and gives it back: for a window that may no longer write, or shows the project anew. */
  discard(): DocumentDiff {
    const waiting = this.#pending;
    this.#pending = emptyDiff;
    if (this.#retry !== undefined) clearTimeout(this.#retry);
    this.#retry = undefined;
    return waiting;
  }

  /** Resolves when everything queued so far is on disk, or has failed once more. */
  async flush(): Promise<void> {
    while (this.#running) await this.#running;
  }

  async #drain(): Promise<void> {
    this.#onState('saving');
    while (!isEmptyDiff(this.#pending)) {
      const sending = this.#pending;
      this.#sending = sending;
      this.#pending = emptyDiff;
      try {
        await this.#send(sending);
        this.#sending = emptyDiff;
      } catch (error) {
        this.#sending = emptyDiff;
        this.#pending = squashDiffs([sending, this.#pending]);
        this.#running = undefined;
        this.#onState('failed', error);
        this.#retry = setTimeout(() => {
          this.#running ??= this.#drain();
        }, 2000);
        return;
      }
    }
    this.#running = undefined;
    this.#onState('saved');
  }
}
