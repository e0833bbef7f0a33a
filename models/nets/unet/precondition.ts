/** The bundled model's prediction: what a UNet keeps of the noisy latents, how much it draws (Karras et al. 2022, section 5), what it holds over time. */
import { add, divide, mean, multiply, relu, scale, squareRoot, subtract } from '../../onnx/elementwise.ts';
import type { GraphBuilder, Tensor } from '../../onnx/graphBuilder.ts';
import { matmul } from '../../onnx/linear.ts';
import { concatenate, reshape, slice } from '../../onnx/shaping.ts';

/** Timesteps the tables have rows for. */
const steps = 1000;

/** Latent channels that say a cell's mean colour; those behind them say what is within it. */
const plainChannels = 3;

/** The corrections at one timestep. */
export interface Preconditioning {
  /** x_0 = skip · x + out · (drawn − less · unit · x), all clips (b, C, f, h, w): the best linear estimate from a cell alone, corrected. */
  estimate(noisy: Tensor, drawn: Tensor, less: Tensor): Tensor;
  /**
   * An estimate x_0 with what it says within cells made stronger, as far as it is a guess: a guess is the mean of what could be, and
   * weaker than any of it. √(1 − skip) is how much of a channel x does not tell; cells count by what they have, E² / (1 + E²) of the
   * mean square E within them, so that plain ones stay plain.
   */
  bringOut(clean: Tensor, strength: number): Tensor;
}

/**
 * What the timestep (1) says of the noisy latents. The factors are rows of the weights `precondition.skip`, `.out`, `.unit` (1000, C),
 * mixed between two rows where it is not whole.
 */
export function preconditioning(b: GraphBuilder, timestep: Tensor, channels: number): Preconditioning {
  const one = b.constant([], [1]);
  const positions = Float32Array.from({ length: steps }, (_, index) => index);
  const away = subtract(reshape(timestep, [1, 1]), b.constant([1, steps], positions));
  const distance = add(relu(away), relu(subtract(b.constant([], [0]), away)));
  const share = relu(subtract(one, distance));
  const factor = (name: string): Tensor =>
    reshape(matmul(share, b.weight(name, [steps, channels])), [1, channels, 1, 1, 1]);
  const [skip, out, unit] = b.scope('precondition', () => ['skip', 'out', 'unit'].map(factor));
  return {
    estimate(noisy, drawn, less) {
      const correction = subtract(drawn, multiply(less, multiply(unit, noisy)));
      return add(multiply(skip, noisy), multiply(out, correction));
    },
    bringOut(clean, strength) {
      const inner = slice(clean, 1, plainChannels, channels);
      const root = mean(multiply(inner, inner), [1]);
      const energy = multiply(root, root);
      const guessed = squareRoot(relu(subtract(one, slice(skip, 1, plainChannels, channels))));
      const more = multiply(scale(guessed, strength), divide(energy, add(one, energy)));
      return concatenate([slice(clean, 1, 0, plainChannels), multiply(inner, add(one, more))], 1);
    },
  };
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
