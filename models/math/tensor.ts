import { assert } from '../errors/studioError.ts';

/** A dense row-major tensor in this process's memory. The array's kind follows the dtype. */
export type HostTensor =
  | { readonly dtype: 'float32'; readonly shape: readonly number[]; readonly data: Float32Array }
  | { readonly dtype: 'int64'; readonly shape: readonly number[]; readonly data: BigInt64Array };

/** A {@link HostTensor} of float32, the kind every network input and output but token ids has. */
export type FloatTensor = Extract<HostTensor, { dtype: 'float32' }>;

/** Number of elements of a shape; 1 for the empty shape of a scalar. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** A float32 tensor over `data` (not copied), or of zeros when `data` is absent. The data must have exactly the shape's element count. */
export function floatTensor(shape: readonly number[], data?: Float32Array): FloatTensor {
  const values = data ?? new Float32Array(elementCount(shape));
  assert(values.length === elementCount(shape), `a tensor of shape [${shape}] cannot hold ${values.length} values`);
  return { dtype: 'float32', shape, data: values };
}

/** An int64 tensor from whole numbers (token ids). */
export function int64Tensor(shape: readonly number[], values: readonly number[]): HostTensor {
  assert(values.length === elementCount(shape), `a tensor of shape [${shape}] cannot hold ${values.length} values`);
  return { dtype: 'int64', shape, data: BigInt64Array.from(values, (value) => BigInt(value)) };
}

/** Items `from` (inclusive) to `to` (exclusive) along axis 0; shares the data. */
export function sliceBatch(tensor: FloatTensor, from: number, to: number): FloatTensor {
  const rest = tensor.shape.slice(1);
  const stride = elementCount(rest);
  return floatTensor([to - from, ...rest], tensor.data.subarray(from * stride, to * stride));
}
