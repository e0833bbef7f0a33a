/** The bundled model's prediction: what a UNet keeps of the noisy latents, how much it draws (Karras et al. 2022, section 5), what it holds over time. */
import { add, divide, mean, multiply, relu, subtract } from '../../onnx/elementwise.ts';
import type { GraphBuilder, Tensor } from '../../onnx/graphBuilder.ts';
import { matmul } from '../../onnx/linear.ts';
import { reshape } from '../../onnx/shaping.ts';

/** Timesteps the tables have rows for. */
const steps = 1000;

/**
 * x_0 = skip · x + out · (drawn − less · unit · x), all clips (b, C, f, h, w): the best linear estimate from a cell alone and its
 * correction. The factors are rows of the weights `precondition.skip`, `.out`, `.unit` (1000, C) at the timestep (1), mixed between
 * two rows where it is not whole.
 */
export function precondition(b: GraphBuilder, noisy: Tensor, drawn: Tensor, less: Tensor, timestep: Tensor): Tensor {
  const [, channels = 0] = noisy.shape;
  const positions = Float32Array.from({ length: steps }, (_, index) => index);
  const away = subtract(reshape(timestep, [1, 1]), b.constant([1, steps], positions));
  const distance = add(relu(away), relu(subtract(b.constant([], [0]), away)));
  const share = relu(subtract(b.constant([], [1]), distance));
  return b.scope('precondition', () => {
    const factor = (name: string): Tensor =>
      reshape(matmul(share, b.weight(name, [steps, channels])), [1, channels, 1, 1, 1]);
    const correction = subtract(drawn, multiply(less, multiply(factor('unit'), noisy)));
    return add(multiply(factor('skip'), noisy), multiply(factor('out'), correction));
  });
}

/**
 * Frames (b, C, f, h, w) brought to their common mean by a share (b, 1, f, h, w) in 0..1, which also says how much a frame adds to
 * the mean: what does not move is drawn once and held.
 */
export function hold(drawn: Tensor, share: Tensor): Tensor {
  if (drawn.shape[2] === 1) return drawn;
  const weight = add(mean(share, [2]), share.builder.constant([], [1e-6]));
  const common = divide(mean(multiply(share, drawn), [2]), weight);
  return add(drawn, multiply(share, subtract(common, drawn)));
}
