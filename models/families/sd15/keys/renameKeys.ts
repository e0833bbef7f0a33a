import type { StoredTensor, TensorIndex } from '../../../weights/storedTensor.ts';

/** What a key of a file is called in the network: its new name, or undefined where it belongs to something else. */
export type KeyMap = (key: string) => string | undefined;

/**
 * The tensors of a file under the names a network asks for; nothing is read or copied. Where two keys get one name the first
 * stays.
 */
export function renameKeys(index: TensorIndex, map: KeyMap): TensorIndex {
  const renamed = new Map<string, StoredTensor>();
  for (const [key, tensor] of index) {
    const name = map(key);
    if (name !== undefined && !renamed.has(name)) renamed.set(name, tensor);
  }
  return renamed;
}

/** Replaces the first of the `rules` (a whole dotted part or parts, then its new name) that fits at the start of `rest`. */
export function replaceStart(rest: string, rules: readonly (readonly [string, string])[]): string | undefined {
  for (const [from, to] of rules) if (rest === from || rest.startsWith(`${from}.`)) return to + rest.slice(from.length);
  return undefined;
}
