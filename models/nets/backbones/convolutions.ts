/** Convolutions as classifiers have them: no bias, a batch normalisation with the statistics of training, and ReLU. */
import { add, divide, multiply, relu, squareRoot, subtract } from '../../onnx/elementwise.ts';
import type { GraphBuilder, Tensor } from '../../onnx/graphBuilder.ts';
import { convolution } from '../../onnx/linear.ts';
import { reshape } from '../../onnx/shaping.ts';

/** How one of them reads its input (n, C, spatial…). */
export interface NormedConvolution {
  /** Names of the two layers below the module in force. */
  readonly names: { readonly convolution: string; readonly norm: string };
  readonly outputs: number;
  readonly kernel: readonly number[];
  readonly strides?: readonly number[];
  /** Zeros added: before each spatial axis, then behind each. */
  readonly pads?: readonly number[];
  readonly epsilon: number;
  /** Without ReLU. */
  readonly linear?: boolean;
}

/** Convolves, normalises and cuts off below zero. */
export function normedConvolution(b: GraphBuilder, x: Tensor, options: NormedConvolution): Tensor {
  const {
    names,
    outputs,
    kernel,
    strides = kernel.map(() => 1),
    pads = kernel.flatMap(() => [0, 0]),
    epsilon,
  } = options;
  const weight = b.weight(`${names.convolution}.weight`, [outputs, x.shape[1] ?? 0, ...kernel]);
  const made = convolution(x, weight, undefined, { strides, pads });
  const normal = b.scope(names.norm, () => batchNorm(b, made, epsilon));
  return options.linear ? normal : relu(normal);
}

/** (x − mean) / √(variance + ε) · weight + bias by channel, with what training left; a missing weight is 1. */
export function batchNorm(b: GraphBuilder, x: Tensor, epsilon: number): Tensor {
  const channels = x.shape[1] ?? 0;
  const own = (name: string): Tensor => b.weight(name, [channels]);
  const deviation = squareRoot(add(own('running_var'), b.constant([], [epsilon])));
  const ones = b.constant([channels], new Float32Array(channels).fill(1));
  const gain = divide(b.hasWeight('weight') ? own('weight') : ones, deviation);
  const shift = subtract(own('bias'), multiply(own('running_mean'), gain));
  const along = [1, channels, ...x.shape.slice(2).map(() => 1)];
  return add(multiply(x, reshape(gain, along)), reshape(shift, along));
}
