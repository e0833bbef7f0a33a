import { elementBytes, type Shape, sizeOf, type WeightEntry, type WeightSource } from '../types.ts';

/**
 * A source that has every weight asked for, and remembers it: building a network against it lists the network's keys and
 * shapes without any checkpoint. Entries point into one imaginary file, one behind the other.
 */
export class RecordingSource implements WeightSource {
  readonly label = 'no file';
  /** Every key asked for so far, with the shape asked for, in the network's order. */
  readonly entries = new Map<string, WeightEntry>();
  readonly #dtype: WeightEntry['dtype'];
  #end = 0;

  readonly #has: (key: string) => boolean;

  /** `has` answers which names a checkpoint uses, where a network knows several; absent: the current ones. */
  constructor(has: (key: string) => boolean = () => true, dtype: WeightEntry['dtype'] = 'float16') {
    this.#has = has;
    this.#dtype = dtype;
  }

  has(key: string): boolean {
    return this.#has(key);
  }

  find(key: string, shape: Shape): WeightEntry {
    const known = this.entries.get(key);
    if (known) return known;
    const length = sizeOf(shape) * elementBytes[this.#dtype];
    const entry = { dtype: this.#dtype, shape, file: 'weights', offset: this.#end, length };
    this.#end += length;
    this.entries.set(key, entry);
    return entry;
  }
}
