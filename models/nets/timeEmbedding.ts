/** The timestep as networks see it: sinusoids, then a small perceptron (checkpoint scope `time_embedding`). */
import { cosine, multiply, silu, sine } from '../onnx/elementwise.ts';
import type { GraphBuilder, Tensor } from '../onnx/graphBuilder.ts';
import { concatenate, reshape } from '../onnx/shaping.ts';
import { linearLayer } from './modules.ts';

/** Sizes and conventions of a timestep's embedding. */
export interface TimeEmbeddingOptions {
  /** Width of the sinusoids: half cosines, half sines. */
  readonly width: number;
  readonly outputs: number;
  /** Cosines before sines. */
  readonly flipSinToCos: boolean;
  readonly frequencyShift: number;
}

/** Embeds a timestep (1): sinusoids, linear–SiLU–linear → (1, outputs). */
export function timeEmbedding(b: GraphBuilder, timestep: Tensor, options: TimeEmbeddingOptions): Tensor {
  const { width, outputs, flipSinToCos, frequencyShift } = options;
  const half = Math.floor(width / 2);
  const frequencies = Float32Array.from({ length: half }, (_, index) =>
    Math.exp((-Math.log(10000) * index) / (half - frequencyShift)),
  );
  const angle = multiply(reshape(timestep, [1, 1]), b.constant([1, half], frequencies));
  const waves = flipSinToCos ? [cosine(angle), sine(angle)] : [sine(angle), cosine(angle)];
  return b.scope('time_embedding', () => {
    const hidden = linearLayer(b, 'linear_1', concatenate(waves, 1), outputs);
    return linearLayer(b, 'linear_2', silu(hidden), outputs);
  });
}
