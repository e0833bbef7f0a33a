/** Layers as checkpoints store them: a name for the scope, weights called `weight` and `bias`. */
import type { GraphBuilder, Tensor } from '../onnx/graphBuilder.ts';
import { convolution, linear } from '../onnx/linear.ts';
import { type GroupNormOptions, groupNorm, layerNorm } from '../onnx/normalization.ts';
import { reshape, transpose } from '../onnx/shaping.ts';

/** A linear layer over the last axis, `outputs` wide. */
export function linearLayer(b: GraphBuilder, name: string, x: Tensor, outputs: number, bias = true): Tensor {
  return b.scope(name, () =>
    linear(x, b.weight('weight', [outputs, x.shape.at(-1) ?? 0]), bias ? b.weight('bias', [outputs]) : undefined),
  );
}

/** A layer normalisation over the last axis. */
export function layerNormLayer(b: GraphBuilder, name: string, x: Tensor, epsilon = 1e-5): Tensor {
  const width = x.shape.at(-1) ?? 0;
  return b.scope(name, () => layerNorm(x, b.weight('weight', [width]), b.weight('bias', [width]), epsilon));
}

/** A group normalisation of (n, C, …). */
export function groupNormLayer(b: GraphBuilder, name: string, x: Tensor, options: GroupNormOptions): Tensor {
  const channels = x.shape[1] ?? 0;
  return b.scope(name, () => groupNorm(x, b.weight('weight', [channels]), b.weight('bias', [channels]), options));
}

/** Patches (n, channels · side², h, w) laid out in their places: (n, channels, h · side, w · side). */
export function layPatches(patches: Tensor, channels: number, side: number): Tensor {
  const [batch = 0, , height = 0, width = 0] = patches.shape;
  const placed = transpose(reshape(patches, [batch, channels, side, side, height, width]), [0, 1, 4, 2, 5, 3]);
  return reshape(placed, [batch, channels, height * side, width * side]);
}

/** How a picture convolution differs from stride 1 with half-kernel padding. */
export interface PictureConvolutionOptions {
  readonly kernel?: number;
  readonly stride?: number;
  /** Rows and columns added [top, left, bottom, right]; default half the kernel on every side. */
  readonly pads?: readonly [number, number, number, number];
  readonly bias?: boolean;
}

/** A convolution of pictures (n, C, h, w). */
export function convolutionLayer(
  b: GraphBuilder,
  name: string,
  x: Tensor,
  outputs: number,
  options: PictureConvolutionOptions = {},
): Tensor {
  const kernel = options.kernel ?? 3;
  const stride = options.stride ?? 1;
  const half = Math.floor(kernel / 2);
  return b.scope(name, () => {
    const weight = b.weight('weight', [outputs, x.shape[1] ?? 0, kernel, kernel]);
    const bias = options.bias === false ? undefined : b.weight('bias', [outputs]);
    return convolution(x, weight, bias, { strides: [stride, stride], pads: options.pads ?? [half, half, half, half] });
  });
}
