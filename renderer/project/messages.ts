import { StudioError } from '../../models/errors/studioError.ts';
import { StateStore } from '../editor/stateStore.ts';

/** A message at the corner of the page. */
export interface Message {
  id: number;
  kind: 'info' | 'error';
  text: string;
  hint: string | undefined;
  details: string | undefined;
}

/** How long a message that is no failure stays. */
const infoMilliseconds = 4000;

/** What the page tells the user in passing: failures as sentences, with details to copy, and short notes that go by themselves. */
export class Messages {
  readonly state = new StateStore<{ shown: readonly Message[] }>({ shown: [] });
  readonly #version: string;
  #last = 0;

  /** `version`: the studio's, for the details of a failure. */
  constructor(version = '') {
    this.#version = version;
  }

  /** Runs something that may fail; a failure becomes a message. */
  async attempt(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.fail(error);
    }
  }

  /** Shows a failure: what happened, the way out, and details to copy. */
  fail(error: unknown): void {
    const failure = error instanceof StudioError ? error : new StudioError('internal', String(error));
    const details = JSON.stringify({ ...failure.toJSON(), version: this.#version }, null, 2);
    this.#show({ kind: 'error', text: failure.message, hint: failure.hint, details });
  }

  /** Shows something that is well to know, as long as a failure. */
  warn(text: string): void {
    this.#show({ kind: 'error', text, hint: undefined, details: undefined });
  }

  /** Shows a short message that goes by itself. */
  notify(text: string): void {
    const id = this.#show({ kind: 'info', text, hint: undefined, details: undefined });
    setTimeout(() => this.dismiss(id), infoMilliseconds);
  }

  dismiss(id: number): void {
    this.state.set({ shown: this.state.state.shown.filter((message) => message.id !== id) });
  }

  #show(message: Omit<Message, 'id'>): number {
    const id = ++this.#last;
    const others = this.state.state.shown.filter((other) => other.text !== message.text).slice(-3);
    this.state.set({ shown: [...others, { ...message, id }] });
    return id;
  }
}
