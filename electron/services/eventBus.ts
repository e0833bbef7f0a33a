import type { StudioEvent } from '../contract/events.ts';

/** An event with its number. */
export interface NumberedEvent {
  number: number;
  event: StudioEvent;
}

/**
 * Numbers what the studio tells its pages and remembers the latest, so that a page which lost its line gets what it missed,
 * or is told that it missed more than is remembered.
 */
export class EventBus {
  readonly #kept: NumberedEvent[] = [];
  readonly #limit: number;
  readonly #listeners = new Set<(event: NumberedEvent) => void>();
  #number: number;

  /** `first`: number of the first event; a fresh start must lie beyond any earlier one, so that old numbers read as a gap. */
  constructor(limit = 2000, first = Date.now()) {
    this.#limit = limit;
    this.#number = first;
  }

  /** Number of the last event told. */
  get last(): number {
    return this.#number;
  }

  publish(event: StudioEvent): void {
    const numbered = { number: ++this.#number, event };
    this.#kept.push(numbered);
    if (this.#kept.length > this.#limit) this.#kept.shift();
    for (const listener of this.#listeners) listener(numbered);
  }

  /** The events after `number`, or undefined where some of them are forgotten or the number was never given. */
  since(number: number): NumberedEvent[] | undefined {
    if (!Number.isInteger(number) || number > this.#number) return undefined;
    if (number === this.#number) return [];
    const first = this.#kept[0];
    if (!first || number < first.number - 1) return undefined;
    return this.#kept.filter((entry) => entry.number > number);
  }

  /** Calls `listener` with every further event; returns what ends that. */
  subscribe(listener: (event: NumberedEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
