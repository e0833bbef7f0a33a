/** A small observable value: for state that is no part of the document. */
export class StateStore<T extends object> {
  #state: T;
  readonly #listeners = new Set<() => void>();

  constructor(initial: T) {
    this.#state = initial;
  }

  get state(): T {
    return this.#state;
  }

  /** Changes some members; listeners hear of it only where something differs. */
  set(change: Partial<T>): void {
    const next = { ...this.#state, ...change };
    for (const key in change) {
      if (!Object.is(this.#state[key], next[key])) {
        this.#state = next;
        for (const listener of this.#listeners) listener();
        return;
      }
    }
  }

  /** Calls `listener` after every change; returns what ends that. */
  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}
