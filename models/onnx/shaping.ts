/** Operators that move or regroup elements. Every function checks shapes while building and names the module on a mistake. */
import type { Tensor } from './graphBuilder.ts';
import { type Shape, shapeText, sizeOf } from './types.ts';

/** The same elements in row-major order under another shape. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  if (sizeOf(shape) !== sizeOf(x.shape))
    x.builder.fail(`${shapeText(x.shape)} cannot be reshaped to ${shapeText(shape)}`);
  if (shape.join() === x.shape.join()) return x;
  return x.builder.node('Reshape', [x, x.builder.integers(shape)], [{ dtype: x.dtype, shape }])[0];
}

/** Axes in another order: axis i of the result is axis order[i] of x. Becomes a reshape where no element moves. */
export function transpose(x: Tensor, order: readonly number[]): Tensor {
  const valid =
    order.length === x.shape.length && [...order].sort((a, b) => a - b).every((axis, index) => axis === index);
  if (!valid) x.builder.fail(`the order ${order.join()} does not permute the axes of ${shapeText(x.shape)}`);
  const shape = order.map((axis) => x.shape[axis] ?? 0);
  const moving = order.filter((axis) => x.shape[axis] !== 1);
  if (moving.every((axis, index) => index === 0 || axis > (moving[index - 1] ?? -1))) return reshape(x, shape);
  return x.builder.node('Transpose', [x], [{ dtype: x.dtype, shape }], { perm: { kind: 'ints', value: order } })[0];
}

/** Values joined along an axis (not negative). */
export function concatenate(parts: readonly Tensor[], axis: number): Tensor {
  const first = parts[0];
  if (!first) throw new Error('concatenate needs at least one value');
  if (parts.length === 1) return first;
  for (const part of parts) {
    const fits =
      part.shape.length === first.shape.length &&
      part.shape.every((size, index) => index === axis || size === first.shape[index]);
    if (!fits)
      first.builder.fail(`${shapeText(first.shape)} and ${shapeText(part.shape)} cannot be joined along axis ${axis}`);
  }
  const total = parts.reduce((sum, part) => sum + (part.shape[axis] ?? 0), 0);
  const shape = first.shape.map((size, index) => (index === axis ? total : size));
  return first.builder.node('Concat', parts, [{ dtype: first.dtype, shape }], {
    axis: { kind: 'int', value: axis },
  })[0];
}

/** Elements `from` (inclusive) to `to` (exclusive) along an axis (not negative). */
export function slice(x: Tensor, axis: number, from: number, to: number): Tensor {
  const size = x.shape[axis];
  if (size === undefined || from < 0 || to > size || from >= to)
    x.builder.fail(`${from} to ${to} is no part of axis ${axis} of ${shapeText(x.shape)}`);
  if (from === 0 && to === size) return x;
  const shape = x.shape.map((length, index) => (index === axis ? to - from : length));
  const inputs = [x, x.builder.integers([from]), x.builder.integers([to]), x.builder.integers([axis])];
  return x.builder.node('Slice', inputs, [{ dtype: x.dtype, shape }])[0];
}

/** 0 to `count` in ranges of one size, or nearly, each of at most `most` or of one. */
export function evenRanges(count: number, most: number): readonly (readonly [from: number, to: number])[] {
  const size = Math.ceil(count / Math.ceil(count / Math.max(1, Math.floor(most))));
  const ranges = Math.ceil(count / size);
  return Array.from({ length: ranges }, (_, index) => [index * size, Math.min(count, (index + 1) * size)]);
}

/** x cut along an axis into parts of the given sizes. */
export function split(x: Tensor, axis: number, sizes: readonly number[]): readonly Tensor[] {
  if (sizes.reduce((sum, size) => sum + size, 0) !== x.shape[axis])
    x.builder.fail(`axis ${axis} of ${shapeText(x.shape)} cannot be cut into ${sizes.join(' + ')}`);
  if (sizes.length === 1) return [x];
  const outputs = sizes.map((size) => ({
    dtype: x.dtype,
    shape: x.shape.map((length, index) => (index === axis ? size : length)),
  }));
  return x.builder.node('Split', [x, x.builder.integers(sizes)], outputs, { axis: { kind: 'int', value: axis } });
}

/** x repeated along its axes of length one until it has `shape`. */
export function expand(x: Tensor, shape: Shape): Tensor {
  const fits = x.shape.length === shape.length && x.shape.every((size, axis) => size === shape[axis] || size === 1);
  if (!fits) x.builder.fail(`${shapeText(x.shape)} cannot be repeated to ${shapeText(shape)}`);
  if (x.shape.join() === shape.join()) return x;
  return x.builder.node('Expand', [x, x.builder.integers(shape)], [{ dtype: x.dtype, shape }])[0];
}

/** x repeated as often along each axis as `counts` says. */
export function tile(x: Tensor, counts: readonly number[]): Tensor {
  if (counts.length !== x.shape.length)
    x.builder.fail(`${counts.join()} does not say how often to repeat ${shapeText(x.shape)}`);
  if (counts.every((count) => count === 1)) return x;
  const shape = x.shape.map((size, axis) => size * (counts[axis] ?? 1));
  return x.builder.node('Tile', [x, x.builder.integers(counts)], [{ dtype: x.dtype, shape }])[0];
}

/** x with zeros added behind its end along an axis (not negative) until that axis has `size`. */
export function padEnd(x: Tensor, axis: number, size: number): Tensor {
  const length = x.shape[axis] ?? 0;
  if (size < length) x.builder.fail(`axis ${axis} of ${shapeText(x.shape)} is already longer than ${size}`);
  if (size === length) return x;
  const shape = x.shape.map((old, index) => (index === axis ? size : old));
  const pads = x.builder.integers([...x.shape.map(() => 0), ...shape.map((now, index) => now - (x.shape[index] ?? 0))]);
  return x.builder.node('Pad', [x, pads], [{ dtype: x.dtype, shape }])[0];
}

/** How {@link resizeSmooth} reads between pixels: along lines, or by Keys' cubic with a = −3/4. */
export type SmoothMode = 'linear' | 'cubic';

/**
 * Pictures (n, C, h, w) brought to height × width between pixel centres, borders repeated (as PyTorch's interpolate). With `antialias` the
 * kernel is as wide as what it shrinks, and the cubic's a = −1/2.
 */
export function resizeSmooth(
  x: Tensor,
  height: number,
  width: number,
  mode: SmoothMode,
  { antialias = false } = {},
): Tensor {
  const [n, channels, h, w] = x.shape;
  if (n === undefined || channels === undefined || h === undefined || w === undefined)
    x.builder.fail(`a picture batch is needed, not ${shapeText(x.shape)}`);
  if (h === height && w === width) return x;
  const shape = [n, channels, height, width];
  const attributes = {
    mode: { kind: 'string', value: mode },
    coordinate_transformation_mode: { kind: 'string', value: 'half_pixel' },
    cubic_coeff_a: { kind: 'float', value: antialias ? -0.5 : -0.75 },
    ...(antialias ? ({ antialias: { kind: 'int', value: 1 } } as const) : {}),
  } as const;
  const inputs = [x, undefined, undefined, x.builder.integers(shape)];
  // In float32, in which that of a weight is folded; not every device knows the cubic one, and none in float16.
  return x.builder.node('Resize', inputs, [{ dtype: x.dtype, shape }], attributes, { single: true })[0];
}

/** Pictures (n, C, h, w) enlarged or reduced to height × width by taking the nearest source pixel, floor(i · in / out). */
export function resizeNearest(x: Tensor, height: number, width: number): Tensor {
  const [n, channels, h, w] = x.shape;
  if (n === undefined || channels === undefined || h === undefined || w === undefined)
    x.builder.fail(`a picture batch is needed, not ${shapeText(x.shape)}`);
  if (h === height && w === width) return x;
  const shape = [n, channels, height, width];
  const attributes = {
    mode: { kind: 'string', value: 'nearest' },
    coordinate_transformation_mode: { kind: 'string', value: 'asymmetric' },
    nearest_mode: { kind: 'string', value: 'floor' },
  } as const;
  return x.builder.node(
    'Resize',
    [x, undefined, undefined, x.builder.integers(shape)],
    [{ dtype: x.dtype, shape }],
    attributes,
  )[0];
}
