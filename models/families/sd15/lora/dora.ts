/** Weights taken apart into magnitude and direction (DoRA; Liu et al. 2024). */
import { add, divide, mean, multiply, scale, squareRoot, subtract } from '../../../onnx/elementwise.ts';
import type { Tensor } from '../../../onnx/graphBuilder.ts';
import { reshape } from '../../../onnx/shaping.ts';
import { type Shape, sizeOf } from '../../../onnx/types.ts';

/** float32's ε, added to norms so that an empty row stays one. */
const epsilon = 1.1920929e-7;

/** Along which axis magnitudes are given: one for each output, or one for each input; undefined where they are neither. */
export function magnitudeAxis(magnitude: Shape, weight: Shape): 'output' | 'input' | undefined {
  const [outputs = 0, inputs = 0] = weight;
  const count = sizeOf(magnitude);
  if (magnitude[0] === outputs && count === outputs) return 'output';
  return magnitude[0] === 1 && magnitude[1] === inputs && count === inputs ? 'input' : undefined;
}

/**
 * What a DoRA adds to a weight at strength 1: m · V / ‖V‖ − W with V = W + ΔW, norms over all but the axis of m. They are of V, as the paper
 * and the programs that train have them; ComfyUI takes W's where m is by output.
 */
export function doraDifference(weight: Tensor, delta: Tensor, magnitude: Tensor): Tensor {
  const [outputs = 0, inputs = 0] = weight.shape;
  const spatial = sizeOf(weight.shape.slice(2));
  const isByOutput = magnitudeAxis(magnitude.shape, weight.shape) === 'output';
  const direction = reshape(add(weight, delta), [outputs, inputs, spatial]);
  const axes = isByOutput ? [1, 2] : [0, 2];
  const count = isByOutput ? inputs * spatial : outputs * spatial;
  const norm = squareRoot(scale(mean(squareOf(direction), axes), count));
  const gain = divide(reshape(magnitude, norm.shape), add(norm, weight.builder.constant([], [epsilon])));
  return subtract(reshape(multiply(direction, gain), weight.shape), weight);
}

/** x², in float32: weights are small, and half precision would lose the least of them. */
const squareOf = (x: Tensor): Tensor =>
  x.builder.node('Mul', [x, x], [{ dtype: x.dtype, shape: x.shape }], {}, { single: true })[0];
