/** The perceiver resampler (checkpoint prefix `enclip_projector`): many vision tokens to a few of the context's width. */

import { z } from 'zod';
import { StudioError } from '../errors/studioError.ts';
import { attention } from '../onnx/attention.ts';
import type { Dialect } from '../onnx/dialect.ts';
import { add, gelu } from '../onnx/elementwise.ts';
import { type Graph, GraphBuilder, type Tensor } from '../onnx/graphBuilder.ts';
import { linear } from '../onnx/linear.ts';
import { concatenate, expand } from '../onnx/shaping.ts';
import type { WeightSource } from '../onnx/types.ts';
import { layerNormLayer, linearLayer } from './modules.ts';
import type { Network } from './network.ts';

const schema = z.object({
  dim: z.int().positive(),
  depth: z.int().positive(),
  dim_head: z.int().positive(),
  heads: z.int().positive(),
  num_queries: z.int().positive(),
  embedding_dim: z.int().positive(),
  output_dim: z.int().positive(),
  ff_mult: z.int().positive().default(4),
});

/** A resampler, as its config.json describes it. */
export interface ResamplerConfig {
  readonly width: number;
  readonly depth: number;
  readonly headWidth: number;
  readonly heads: number;
  /** Tokens it makes of one picture. */
  readonly queries: number;
  readonly inputWidth: number;
  readonly outputWidth: number;
  readonly feedForwardFactor: number;
}

/** Reads a resampler's config.json; `label` names the file in messages. */
export function parseResamplerConfig(json: unknown, label: string): ResamplerConfig {
  const parsed = schema.safeParse(json);
  if (!parsed.success)
    throw new StudioError(
      'format-damaged',
      `${label} is no Resampler configuration: ${z.prettifyError(parsed.error)}.`,
    );
  const config = parsed.data;
  return {
    width: config.dim,
    depth: config.depth,
    headWidth: config.dim_head,
    heads: config.heads,
    queries: config.num_queries,
    inputWidth: config.embedding_dim,
    outputWidth: config.output_dim,
    feedForwardFactor: config.ff_mult,
  };
}

/** The released resampler: 257 tokens of width 1280 to 16 of width 1024. */
export const releasedResampler: ResamplerConfig = {
  width: 1024,
  depth: 4,
  headWidth: 64,
  heads: 12,
  queries: 16,
  inputWidth: 1280,
  outputWidth: 1024,
  feedForwardFactor: 4,
};

/** Builds it: tokens (n, t, input width) → image_tokens (n, queries, output width). */
export function buildResampler(
  config: ResamplerConfig,
  shape: { batch: number; tokens: number },
  dialect: Dialect,
  source: WeightSource,
): Graph {
  const b: GraphBuilder = new GraphBuilder('resampler', dialect, source);
  const tokens = b.input('tokens', 'float32', [shape.batch, shape.tokens, config.inputWidth]);
  const media = linearLayer(b, 'proj_in', tokens, config.width);
  let latents = expand(b.weight('latents', [1, config.queries, config.width]), [
    shape.batch,
    config.queries,
    config.width,
  ]);
  for (let layer = 0; layer < config.depth; layer++) {
    latents = add(
      b.scope(`layers.${layer}.0`, () => perceiverAttention(b, media, latents, config)),
      latents,
    );
    latents = add(
      b.scope(`layers.${layer}.1`, () => feedForward(b, latents, config)),
      latents,
    );
  }
  b.output('image_tokens', layerNormLayer(b, 'norm_out', linearLayer(b, 'proj_out', latents, config.outputWidth)));
  return b.finish();
}

/** Queries from the latents; keys and values from picture tokens and latents together. */
function perceiverAttention(b: GraphBuilder, media: Tensor, latents: Tensor, config: ResamplerConfig): Tensor {
  const inner = config.heads * config.headWidth;
  const seen = layerNormLayer(b, 'norm1', media);
  const own = layerNormLayer(b, 'norm2', latents);
  const query = linearLayer(b, 'to_q', own, inner, false);
  const both = concatenate([seen, own], 1);
  const half = (from: number): Tensor =>
    b.scope('to_kv', () => linear(both, b.weightRows('weight', [2 * inner, config.width], from, from + inner)));
  return linearLayer(b, 'to_out', attention(query, half(0), half(inner), { heads: config.heads }), config.width, false);
}

/** Layer norm, widening, GELU, narrowing; no biases. */
function feedForward(b: GraphBuilder, x: Tensor, config: ResamplerConfig): Tensor {
  const hidden = linearLayer(b, '1', layerNormLayer(b, '0', x), config.feedForwardFactor * config.width, false);
  return linearLayer(b, '3', gelu(hidden), config.width, false);
}

/** The resampler as an entry of the table of networks: tokens (n, tokens, width) → image_tokens (n, queries, output). */
export const resampler: Network<ResamplerConfig, { batch: number; tokens: number }, 'tokens', 'image_tokens'> = {
  parse: (json, label) => (json === undefined ? releasedResampler : parseResamplerConfig(json, label)),
  build: buildResampler,
  inputs: ['tokens'],
  outputs: ['image_tokens'],
  probe: () => ({ batch: 1, tokens: 1 }),
  golden: {
    accepts: (config) => 'num_queries' in config,
    cases: async (folder) => {
      const tokens = await folder.tensor('image_tokens');
      const [batch = 0, count = 0] = tokens.shape;
      return [{ shape: { batch, tokens: count }, inputs: { tokens }, expected: { image_tokens: 'output' } }];
    },
  },
};
