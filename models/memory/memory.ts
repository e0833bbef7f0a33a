/** Remembers what was computed, for the next time with the same inputs: `key` must name everything that the value depends on. */
export type Remember = <Value>(key: string, make: () => Promise<Value>) => Promise<Value>;

/** A memory of the `size` most recently used values. Failures are not remembered. */
export function createMemory(size: number): Remember {
  const kept = new Map<string, Promise<unknown>>();
  return <Value>(key: string, make: () => Promise<Value>): Promise<Value> => {
    // The same key always keeps the same kind of value: it names the computation too.
    const known = kept.get(key) as Promise<Value> | undefined;
    const value = known ?? make();
    kept.delete(key);
    kept.set(key, value);
    if (!known) value.catch(() => kept.delete(key));
    for (const oldest of kept.keys()) {
      if (kept.size <= size) break;
      kept.delete(oldest);
    }
    return value;
  };
}

/** Remembers nothing. */
export const forgetful: Remember = (_key, make) => make();
