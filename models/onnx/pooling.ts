/** Pooling over windows of pictures and clips. Shapes are checked while building. */
import type { Attribute, Tensor } from './graphBuilder.ts';

/** A window over the spatial axes of (n, C, spatial…). */
export interface PoolingOptions {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  /** Added: before each spatial axis, then behind each. Default none. */
  readonly pads?: readonly number[];
}

/** The largest value of each window; what is added around counts as nothing. */
export const maximumPool = (x: Tensor, options: PoolingOptions): Tensor => pool('MaxPool', x, options);

/** The mean of each window. `counted`: zeros added around count as values, as PyTorch has it by default. */
export const averagePool = (x: Tensor, options: PoolingOptions & { counted: boolean }): Tensor =>
  pool('AveragePool', x, options, { count_include_pad: { kind: 'int', value: options.counted ? 1 : 0 } });

function pool(
  op: 'MaxPool' | 'AveragePool',
  x: Tensor,
  { kernel, strides, pads = kernel.flatMap(() => [0, 0]) }: PoolingOptions,
  more: Readonly<Record<string, Attribute>> = {},
): Tensor {
  const sizes = x.shape.slice(2);
  if (sizes.length !== kernel.length)
    x.builder.fail(`a window of ${kernel.length} axes cannot slide over ${sizes.length}`);
  const spatial = sizes.map(
    (size, axis) => Math.floor((size + pads[axis] + pads[axis + kernel.length] - kernel[axis]) / strides[axis]) + 1,
  );
  const attributes: Record<string, Attribute> = {
    kernel_shape: { kind: 'ints', value: kernel },
    strides: { kind: 'ints', value: strides },
    pads: { kind: 'ints', value: pads },
    ...more,
  };
  return x.builder.node(op, [x], [{ dtype: x.dtype, shape: [...x.shape.slice(0, 2), ...spatial] }], attributes)[0];
}
