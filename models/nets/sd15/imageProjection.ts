/** IP-Adapter's base projector: one picture embedding to a few tokens of the context's width. */

import type { Dialect } from '../../onnx/dialect.ts';
import { type Graph, GraphBuilder } from '../../onnx/graphBuilder.ts';
import { reshape } from '../../onnx/shaping.ts';
import type { WeightSource } from '../../onnx/types.ts';
import { layerNormLayer, linearLayer } from '../modules.ts';

/** Sizes of a base projector (ImageProjection in diffusers). */
export interface ImageProjectionConfig {
  /** Width of the picture embedding. */
  readonly inputWidth: number;
  /** Tokens it makes. */
  readonly tokens: number;
  readonly outputWidth: number;
}

/** Builds it: embedding (n, input width) → image_tokens (n, tokens, output width). */
export function buildImageProjection(
  config: ImageProjectionConfig,
  shape: { readonly batch: number },
  dialect: Dialect,
  source: WeightSource,
): Graph {
  const b: GraphBuilder = new GraphBuilder('image_projection', dialect, source);
  const embedding = b.input('embedding', 'float32', [shape.batch, config.inputWidth]);
  const flat = linearLayer(b, 'proj', embedding, config.tokens * config.outputWidth);
  const tokens = reshape(flat, [shape.batch, config.tokens, config.outputWidth]);
  b.output('image_tokens', layerNormLayer(b, 'norm', tokens));
  return b.finish();
}
