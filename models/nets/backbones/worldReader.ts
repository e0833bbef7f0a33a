/** A small convolutional classifier that tells the values of a small world apart: its places, motions or subjects (models/train/magdiff/measuring/readers.py). */
import type { Dialect } from '../../onnx/dialect.ts';
import { mean, relu, scale, subtract } from '../../onnx/elementwise.ts';
import { type Graph, GraphBuilder } from '../../onnx/graphBuilder.ts';
import { reshape } from '../../onnx/shaping.ts';
import type { WeightSource } from '../../onnx/types.ts';
import { convolutionLayer, linearLayer } from '../modules.ts';
import { batchNorm } from './convolutions.ts';

/** What its config.json says of it. */
export interface WorldReaderConfig {
  /** Height and width of what it reads. */
  readonly side: number;
  /** Channels of what it reads: colours of a picture, or of several frames and their differences. */
  readonly channels: number;
  /** Frames it reads at a time. */
  readonly frames: number;
  /** Channels of its convolutions, each of which halves the sides. */
  readonly widths: readonly number[];
  readonly embedding: number;
  /** Names of what it tells apart, in the order of its logits. */
  readonly values: readonly string[];
}

const epsilon = 1e-5;

/** Sides of the places that are averaged before the embedding. */
const pooled = 2;

/** Layers of a stage in the checkpoint: convolution, normalisation, ReLU. */
const layersOfStage = 3;

/** Builds it: pixels (n, channels, side, side) from 0 to 1 → embedding (n, embedding) and logits (n, values). */
export function buildWorldReader(
  { side, channels, widths, embedding, values }: WorldReaderConfig,
  { batch }: { batch: number },
  dialect: Dialect,
  source: WeightSource,
): Graph {
  const b: GraphBuilder = new GraphBuilder('world_reader', dialect, source);
  const pixels = b.input('pixels', 'float32', [batch, channels, side, side]);
  let x = subtract(scale(pixels, 2), b.constant([], [1]));
  for (const [stage, width] of widths.entries()) {
    const made = convolutionLayer(b, `body.${layersOfStage * stage}`, x, width, { stride: 2 });
    x = relu(b.scope(`body.${layersOfStage * stage + 1}`, () => batchNorm(b, made, epsilon)));
  }
  const [, width = 0, height = 0] = x.shape;
  const block = height / pooled;
  const blocks = mean(reshape(x, [batch, width, pooled, block, pooled, block]), [3, 5], false);
  const vector = relu(linearLayer(b, 'embed', reshape(blocks, [batch, width * pooled * pooled]), embedding));
  b.output('embedding', vector);
  b.output('logits', linearLayer(b, 'head', vector, values.length));
  return b.finish();
}
