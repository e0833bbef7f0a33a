/** Products with weights: linear layers and convolutions. Shapes are checked while building; multiply-adds are counted twice. */

import type { Attribute, Tensor } from './graphBuilder.ts';
import { concatenate, reshape, resizeNearest } from './shaping.ts';
import { shapeText, sizeOf } from './types.ts';
import { winogradConvolution } from './winograd/winogradConvolution.ts';

/** Matrix product over the last two axes; leading axes must be equal. `single`: in float32 whatever the graph's precision. */
export function matmul(a: Tensor, b: Tensor, { single = false } = {}): Tensor {
  const rows = a.shape.at(-2);
  const inner = a.shape.at(-1);
  const columns = b.shape.at(-1);
  const fits =
    rows !== undefined &&
    inner !== undefined &&
    columns !== undefined &&
    b.shape.at(-2) === inner &&
    a.shape.slice(0, -2).join() === b.shape.slice(0, -2).join();
  if (!fits) a.builder.fail(`${shapeText(a.shape)} and ${shapeText(b.shape)} cannot be multiplied as matrices`);
  const shape = [...a.shape.slice(0, -1), columns];
  return a.builder.node(
    'MatMul',
    [a, b],
    [{ dtype: a.dtype, shape }],
    {},
    { flops: 2 * sizeOf(shape) * inner, single },
  )[0];
}

/** x · weightᵀ + bias over the last axis, the weight as PyTorch keeps it: (outputs, inputs). `single` as for {@link matmul}. */
export function linear(x: Tensor, weight: Tensor, bias?: Tensor, { single = false } = {}): Tensor {
  const inputs = x.shape.at(-1) ?? 0;
  const outputs = weight.shape[0] ?? 0;
  if (weight.shape.length !== 2 || weight.shape[1] !== inputs)
    x.builder.fail(`a linear layer with weights ${shapeText(weight.shape)} cannot take ${shapeText(x.shape)}`);
  if (bias && bias.shape.join() !== String(outputs))
    x.builder.fail(`a bias of ${shapeText(bias.shape)} does not fit ${outputs} outputs`);
  const rows = sizeOf(x.shape) / inputs;
  const flat = reshape(x, [rows, inputs]);
  const attributes = { transB: { kind: 'int', value: 1 } } as const;
  const [product] = x.builder.node(
    'Gemm',
    [flat, weight, bias],
    [{ dtype: x.dtype, shape: [rows, outputs] }],
    attributes,
    { flops: 2 * rows * inputs * outputs, single },
  );
  return reshape(product, [...x.shape.slice(0, -1), outputs]);
}

/**
 * weight · x for values kept as columns: (inputs, n) to (outputs, n), or from rows (n, inputs) where `rows` is set; the bias
 * is (outputs, 1). The same product as {@link linear} with its result turned: where n is far larger than the widths, blocks of
 * the result then stay in the processor's cache, which is worth a fifth of the time.
 */
export function linearColumns(x: Tensor, weight: Tensor, bias: Tensor, rows: boolean): Tensor {
  const [first = 0, second = 0] = x.shape;
  const [inputs, n] = rows ? [second, first] : [first, second];
  const outputs = weight.shape[0] ?? 0;
  if (x.shape.length !== 2 || weight.shape[1] !== inputs || bias.shape.join() !== `${outputs},1`)
    x.builder.fail(
      `a linear layer with weights ${shapeText(weight.shape)} and bias ${shapeText(bias.shape)} cannot take ${shapeText(x.shape)}`,
    );
  const attributes = { transB: { kind: 'int', value: rows ? 1 : 0 } } as const;
  const flops = 2 * n * inputs * outputs;
  return x.builder.node('Gemm', [weight, x, bias], [{ dtype: x.dtype, shape: [outputs, n] }], attributes, { flops })[0];
}

/** Strides and paddings of a convolution, per spatial axis: [before…, after…] as ONNX orders them. */
export interface ConvolutionOptions {
  readonly strides?: readonly number[];
  readonly pads?: readonly number[];
  /** Groups of channels that are convolved apart: as many as channels for a depthwise convolution. Default 1. */
  readonly groups?: number;
}

/** Convolution of (n, C, spatial…) by a weight (outputs, C / groups, kernel…). */
export function convolution(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | undefined,
  options: ConvolutionOptions = {},
): Tensor {
  const spatial = x.shape.slice(2);
  const kernel = weight.shape.slice(2);
  const strides = options.strides ?? spatial.map(() => 1);
  const pads = options.pads ?? spatial.flatMap(() => [0, 0]);
  const groups = options.groups ?? 1;
  if (x.shape.length !== weight.shape.length || (weight.shape[1] ?? 0) * groups !== x.shape[1])
    x.builder.fail(`a convolution with weights ${shapeText(weight.shape)} cannot take ${shapeText(x.shape)}`);
  const outputs = weight.shape[0] ?? 0;
  const sizes = spatial.map((size, axis) => {
    const padded = size + (pads[axis] ?? 0) + (pads[axis + spatial.length] ?? 0);
    return Math.floor((padded - (kernel[axis] ?? 1)) / (strides[axis] ?? 1)) + 1;
  });
  const shape = [x.shape[0] ?? 0, outputs, ...sizes];
  const isThreeByThree =
    kernel.join() === [...sizes.slice(2).map(() => 1), 3, 3].join() &&
    pads.join() === [...kernel, ...kernel].map((size) => Math.floor(size / 2)).join();
  if (x.builder.dialect.winograd && isThreeByThree && groups === 1 && strides.every((stride) => stride === 1)) {
    const quicker = winogradConvolution(x, weight, bias);
    if (quicker) return quicker;
  }
  const attributes: Record<string, Attribute> = {
    kernel_shape: { kind: 'ints', value: kernel },
    strides: { kind: 'ints', value: strides },
    pads: { kind: 'ints', value: pads },
    ...(groups === 1 ? {} : { group: { kind: 'int', value: groups } }),
  };
  const flops = 2 * sizeOf(shape) * sizeOf(weight.shape.slice(1));
  const filled = groups === 1 && x.builder.dialect.paddedChannels;
  const [channels, taps] = filled ? [filledUp(x), filledUp(weight)] : [x, weight];
  return x.builder.node('Conv', [channels, taps, bias], [{ dtype: x.dtype, shape }], attributes, { flops })[0];
}

/** The 3×3 convolution, padded by one, of pictures (n, C, h, w) brought to twice their size by taking the nearest pixel. */
export function enlargedConvolution(x: Tensor, weight: Tensor, bias: Tensor | undefined): Tensor {
  const [, , height = 0, width = 0] = x.shape;
  const quicker = x.builder.dialect.winograd ? winogradConvolution(x, weight, bias, { enlarged: true }) : undefined;
  return quicker ?? convolution(resizeNearest(x, 2 * height, 2 * width), weight, bias, { pads: [1, 1, 1, 1] });
}

/** With zeros after the last channel (axis 1), up to a multiple of four; three channels or fewer stay as they are. */
function filledUp(x: Tensor): Tensor {
  const channels = x.shape[1] ?? 0;
  const missing = (4 - (channels % 4)) % 4;
  if (missing === 0 || channels <= 3) return x;
  const shape = x.shape.map((size, axis) => (axis === 1 ? missing : size));
  return concatenate([x, x.builder.constant(shape, new Float32Array(sizeOf(shape)))], 1);
}
