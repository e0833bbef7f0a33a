/** Layers as checkpoints store them: a name for the scope, weights called `weight` and `bias`. */
import { hasBesides, withBesides } from '../onnx/besides.ts';
import { silu } from '../onnx/elementwise.ts';
import type { GraphBuilder, Tensor } from '../onnx/graphBuilder.ts';
import { convolution, enlargedConvolution, linear } from '../onnx/linear.ts';
import { type GroupNormOptions, groupNorm, layerNorm } from '../onnx/normalization.ts';
import { reshape, transpose } from '../onnx/shaping.ts';

/** A linear layer over the last axis, `outputs` wide. */
export function linearLayer(b: GraphBuilder, name: string, x: Tensor, outputs: number, bias = true): Tensor {
  return b.scope(name, () => {
    const shape = [outputs, x.shape.at(-1) ?? 0];
    const result = linear(x, b.weight('weight', shape), bias ? b.weight('bias', [outputs]) : undefined);
    const weighed = withBesides(b, result, { name: 'weight', shape }, (factors) => linearInTurn(x, factors));
    return bias ? withBiasBesides(b, weighed, weighed.shape.length - 1) : weighed;
  });
}

/** Linear layers one after the other, without biases. */
export const linearInTurn = (x: Tensor, weights: readonly Tensor[]): Tensor =>
  weights.reduce((value, weight) => linear(value, weight), x);

/** A result with what lies beside the bias of its channels, which are that axis. */
export function withBiasBesides(
  b: GraphBuilder,
  result: Tensor,
  axis: number,
  rows?: { readonly from: number; readonly to: number; readonly of: number },
): Tensor {
  const channels = result.shape[axis] ?? 0;
  const shape = [rows?.of ?? channels];
  return withBesides(b, result, { name: 'bias', shape, rows }, ([bias = result]) =>
    reshape(
      bias,
      result.shape.map((_, index) => (index === axis ? channels : 1)),
    ),
  );
}

/** A layer normalisation over the last axis. */
export function layerNormLayer(b: GraphBuilder, name: string, x: Tensor, epsilon = 1e-5): Tensor {
  const width = x.shape.at(-1) ?? 0;
  return b.scope(name, () => {
    const result = layerNorm(x, b.weight('weight', [width]), b.weight('bias', [width]), epsilon);
    const weighed = withBesides(b, result, { name: 'weight', shape: [width] }, ([weight = x]) =>
      layerNorm(x, weight, zeros(b, width), epsilon),
    );
    return withBiasBesides(b, weighed, weighed.shape.length - 1);
  });
}

/** A group normalisation of (n, C, …). */
export function groupNormLayer(b: GraphBuilder, name: string, x: Tensor, options: GroupNormOptions): Tensor {
  const channels = x.shape[1] ?? 0;
  return b.scope(name, () => {
    const [weight, bias] = [b.weight('weight', [channels]), b.weight('bias', [channels])];
    if (!hasBesides(b)) return groupNorm(x, weight, bias, options);
    const plain = { ...options, activation: 'none' } as const;
    const weighed = withBesides(
      b,
      groupNorm(x, weight, bias, plain),
      { name: 'weight', shape: [channels] },
      ([share = weight]) => groupNorm(x, share, zeros(b, channels), plain),
    );
    const result = withBiasBesides(b, weighed, 1);
    return options.activation === 'silu' ? silu(result) : result;
  });
}

const zeros = (b: GraphBuilder, count: number): Tensor => b.constant([count], new Float32Array(count));

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
    const shape = [outputs, x.shape[1] ?? 0, kernel, kernel];
    const bias = options.bias === false ? undefined : b.weight('bias', [outputs]);
    const steps = { strides: [stride, stride], pads: options.pads ?? [half, half, half, half] };
    const result = convolution(x, b.weight('weight', shape), bias, steps);
    // Behind the first factor, which has the kernel, the others are of one pixel.
    const weighed = withBesides(b, result, { name: 'weight', shape }, ([first = x, ...others]) =>
      others.reduce((value, factor) => convolution(value, factor, undefined), convolution(x, first, undefined, steps)),
    );
    return bias ? withBiasBesides(b, weighed, 1) : weighed;
  });
}

/**
 * A 3×3 convolution of pictures (n, C, h, w) enlarged to twice their size by taking the nearest pixel. Where it is quicker it reads the small
 * picture, for which a weight takes eleven times its memory: for layers of large pictures and few channels.
 */
export const enlargingLayer = (b: GraphBuilder, name: string, x: Tensor, outputs: number): Tensor =>
  b.scope(name, () =>
    enlargedConvolution(x, b.weight('weight', [outputs, x.shape[1] ?? 0, 3, 3]), b.weight('bias', [outputs])),
  );
