import { add, embed, multiply, wholeNumbers } from '../onnx/elementwise.ts';
import type { GraphBuilder, Tensor } from '../onnx/graphBuilder.ts';
import { reshape } from '../onnx/shaping.ts';

/** Timesteps the tables have a row for: those of the training schedule. */
const steps = 1000;

/**
 * Clean latents out of noisy ones and what a network draws, both (b, C, f, h, w), at `timestep` (1):
 * x₀ = skip(t) · x_t + mean(t) + left(t) · drawn, per channel. The first two are the linear estimate of least error, the last is
 * that error, so that the network draws only what is left to say (Karras et al. 2022, section 5, for channels of unlike variance).
 * The rows of the three tables (1000, C) are the checkpoint's.
 */
export function preconditioned(b: GraphBuilder, timestep: Tensor, noisy: Tensor, drawn: Tensor): Tensor {
  const channels = noisy.shape[1] ?? 0;
  const row = wholeNumbers(timestep);
  return b.scope('precondition', () => {
    const [skip, mean, left] = ['skip', 'mean', 'left'].map((name) =>
      reshape(embed(b.weight(name, [steps, channels]), row), [1, channels, 1, 1, 1]),
    );
    return add(add(multiply(skip, noisy), mean), multiply(left, drawn));
  });
}
