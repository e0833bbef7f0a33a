/** Element types found in checkpoints. */
export type StoredType =
  | 'float64'
  | 'float32'
  | 'float16'
  | 'bfloat16'
  | 'float8_e4m3'
  | 'float8_e5m2'
  | 'int64'
  | 'int32'
  | 'int16'
  | 'int8'
  | 'uint8'
  | 'bool';

/** Bytes of one element. */
export const storedBytes: Readonly<Record<StoredType, number>> = {
  float64: 8,
  float32: 4,
  float16: 2,
  bfloat16: 2,
  float8_e4m3: 1,
  float8_e5m2: 1,
  int64: 8,
  int32: 4,
  int16: 2,
  int8: 1,
  uint8: 1,
  bool: 1,
};

/** A tensor of a checkpoint: what it is, and the byte range it lies in. Row-major, little-endian. */
export interface StoredTensor {
  readonly dtype: StoredType;
  readonly shape: readonly number[];
  /** Absolute path of the file. */
  readonly path: string;
  readonly offset: number;
  readonly length: number;
}

/** A checkpoint's tensors by key, in the file's order. Nothing of them is in memory. */
export type TensorIndex = ReadonlyMap<string, StoredTensor>;

/** Largest element count this program believes in (2^40); a product beyond it is a lie in the header. */
export const largestElementCount = 2 ** 40;

/** Element count of a shape read from a file, or undefined when it is no shape or absurdly large. */
export function checkedElementCount(shape: unknown): number | undefined {
  if (!Array.isArray(shape) || shape.length > 16) return undefined;
  let count = 1;
  for (const size of shape) {
    if (!Number.isSafeInteger(size) || size < 0) return undefined;
    count *= size;
    if (count > largestElementCount) return undefined;
  }
  return count;
}
