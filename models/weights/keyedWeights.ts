import { createHash } from 'node:crypto';
import { realpathSync, statSync } from 'node:fs';
import { commonFolder } from './commonFolder.ts';
import type { StoredTensor, TensorIndex } from './storedTensor.ts';

/** Element types a network's weights may have. */
type WeightType = 'float32' | 'float16' | 'bfloat16';

const weightTypes: Readonly<Partial<Record<StoredTensor['dtype'], WeightType>>> = {
  float32: 'float32',
  float16: 'float16',
  bfloat16: 'bfloat16',
};

/** A weight as a graph refers to it: structurally the builder's WeightEntry. */
export interface KeyedWeight {
  readonly dtype: WeightType;
  readonly shape: readonly number[];
  readonly file: string;
  readonly offset: number;
  readonly length: number;
}

/**
 * A network's weights under the network's own keys: a checkpoint, or the part of one below a prefix, or several laid over
 * each other (earlier ones win). Gives locations relative to one folder that holds all files of a drive, links resolved.
 */
export class KeyedWeights {
  /** What is described, for messages. */
  readonly label: string;
  /** Folder that every location is relative to. */
  readonly folder: string;
  /** Files that do not lie below it, by the locations that stand for them. */
  readonly apart: ReadonlyMap<string, string>;
  readonly #tensors = new Map<string, StoredTensor>();
  readonly #files = new Map<string, string>();

  constructor(label: string, layers: readonly { readonly index: TensorIndex; readonly prefix?: string }[]) {
    this.label = label;
    for (const { index, prefix = '' } of layers) {
      for (const [key, tensor] of index) {
        const own = key.startsWith(prefix) ? key.slice(prefix.length) : '';
        if (own && !this.#tensors.has(own)) this.#tensors.set(own, tensor);
      }
    }
    const [{ index: first, prefix: firstPrefix = '' } = { index: new Map<string, StoredTensor>() }] = layers;
    this.ownKeys = [...first.keys()]
      .filter((key) => key.startsWith(firstPrefix) && key !== firstPrefix)
      .map((key) => key.slice(firstPrefix.length));
    const paths = new Map(
      [...new Set([...this.#tensors.values()].map(({ path }) => path))].map((path) => [path, realpathSync(path)]),
    );
    const { folder, places, apart } = commonFolder([...new Set(paths.values())], {
      bytesOf: (path) => statSync(path).size,
    });
    this.folder = folder;
    this.apart = apart;
    for (const [path, real] of paths) this.#files.set(path, places.get(real) ?? '');
  }

  /** Every key, prefix removed. */
  get keys(): readonly string[] {
    return [...this.#tensors.keys()];
  }

  /** Keys of the first layer: those that are there for this network and for nothing else. */
  readonly ownKeys: readonly string[];

  /** Every tensor under its key. */
  get entries(): Iterable<readonly [string, StoredTensor]> {
    return this.#tensors;
  }

  /** Bytes of all tensors as stored. */
  get sizeBytes(): number {
    return [...this.#tensors.values()].reduce((sum, { length }) => sum + length, 0);
  }

  /** Every file the tensors lie in. */
  get paths(): readonly string[] {
    return [...this.#files.keys()];
  }

  /** Changes whenever a graph built on these weights would: with any key, shape, place, or a file's size or time stamp. */
  get fingerprint(): string {
    const hash = createHash('sha256').update(this.folder);
    for (const [path, name] of this.#files) {
      const { size, mtimeMs } = statSync(path);
      hash.update(JSON.stringify([name, size, mtimeMs]));
    }
    for (const [key, { dtype, shape, offset }] of this.#tensors)
      hash.update(JSON.stringify([key, dtype, shape, offset]));
    return hash.digest('hex');
  }

  has(key: string): boolean {
    return this.#tensors.has(key);
  }

  /** The tensor of that key as the checkpoint has it. */
  tensor(key: string): StoredTensor | undefined {
    return this.#tensors.get(key);
  }

  /** The weight of that key, where it has an element type a network can use. */
  find(key: string): KeyedWeight | undefined {
    const tensor = this.#tensors.get(key);
    const dtype = tensor && weightTypes[tensor.dtype];
    if (!tensor || !dtype) return undefined;
    return {
      dtype,
      shape: tensor.shape,
      file: this.#files.get(tensor.path) ?? '',
      offset: tensor.offset,
      length: tensor.length,
    };
  }
}
