/** Element types the builder knows, by their ONNX names in lower case. */
export type DataType = 'float32' | 'float16' | 'bfloat16' | 'int64' | 'int32' | 'bool';

/** Sizes of a tensor's axes; every size is known when the graph is built. */
export type Shape = readonly number[];

/** TensorProto.DataType of each {@link DataType}. */
export const onnxTypeNumbers: Readonly<Record<DataType, number>> = {
  float32: 1,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  bfloat16: 16,
};

/** Bytes of one element. */
export const elementBytes: Readonly<Record<DataType, number>> = {
  float32: 4,
  int32: 4,
  int64: 8,
  bool: 1,
  float16: 2,
  bfloat16: 2,
};

/** Number of elements of a shape; 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Shape as people read it: `2×77×1024`. */
export function shapeText(shape: Shape): string {
  return shape.length === 0 ? 'a scalar' : shape.join('×');
}

/** Where a weight's bytes lie: a byte range of a file inside the checkpoint's folder. */
export interface WeightLocation {
  /** Path relative to the weights folder, forward slashes. */
  readonly file: string;
  readonly offset: number;
  readonly length: number;
}

/** A weight as a checkpoint declares it. */
export interface WeightEntry extends WeightLocation {
  readonly dtype: 'float32' | 'float16' | 'bfloat16';
  readonly shape: Shape;
}

/** Where a builder finds weights: by module path, as the checkpoint names them. */
export interface WeightSource {
  /** What is described, for messages: a file or folder. */
  readonly label: string;
  /** The weight of that key, or undefined. `shape` is what the network expects (a source that makes weights up uses it). */
  find(key: string, shape: Shape): WeightEntry | undefined;
  /** Whether the checkpoint has that key: how a network tells which of two generations of names it has before it. */
  has(key: string): boolean;
}
