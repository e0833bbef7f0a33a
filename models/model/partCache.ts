import type { LoadedPart } from './loadedPart.ts';

/**
 * The one owner of loaded parts: keeps them by key, so that a live preview does not build a session again when only a slider moved, and
 * disposes them. When a newly loaded part would exceed the budget, the least recently used others are let go first.
 */
export class PartCache {
  readonly #kept = new Map<string, Promise<LoadedPart>>();
  readonly #budgetBytes: number;

  constructor(budgetBytes: number) {
    this.#budgetBytes = budgetBytes;
  }

  /** The part of that key, loaded by `load` where it is not kept. A failure is not kept. */
  async get(key: string, load: () => Promise<LoadedPart>): Promise<LoadedPart> {
    const hit = this.#kept.get(key);
    const loading = hit ?? load();
    // A Map keeps insertion order and a hit re-inserts, so the first entries are the least recently used.
    this.#kept.delete(key);
    this.#kept.set(key, loading);
    if (hit) return hit;
    try {
      const part = await loading;
      await this.trim(this.#budgetBytes, key);
      return part;
    } catch (cause) {
      this.#kept.delete(key);
      throw cause;
    }
  }

  /** Lets go of the least recently used parts until those kept need at most `bytes` (weights and activations). */
  async trim(bytes: number, except?: string): Promise<void> {
    const entries = await Promise.all(
      [...this.#kept].map(async ([key, loading]) => ({ key, part: await loading.catch(() => undefined) })),
    );
    let total = entries.reduce((sum, { part }) => sum + (part ? bytesOf(part) : 0), 0);
    for (const { key, part } of entries) {
      if (total <= bytes) return;
      if (key === except || !part) continue;
      this.#kept.delete(key);
      total -= bytesOf(part);
      await part.dispose();
    }
  }
}

const bytesOf = ({ memory }: LoadedPart): number => memory.weightBytes + memory.activationBytes;
