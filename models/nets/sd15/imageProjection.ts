/** IP-Adapter's base projector: one picture embedding to a few tokens of the context's width. */

import { z } from 'zod';
import { StudioError } from '../../errors/studioError.ts';
import type { Dialect } from '../../onnx/dialect.ts';
import { type Graph, GraphBuilder } from '../../onnx/graphBuilder.ts';
import { reshape } from '../../onnx/shaping.ts';
import type { WeightSource } from '../../onnx/types.ts';
import { layerNormLayer, linearLayer } from '../modules.ts';
import type { Network } from '../network.ts';
import { buildResampler, parseResamplerConfig, type ResamplerConfig } from '../resampler.ts';

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

/** An IP-Adapter's projector of either kind. */
export type ProjectorConfig =
  | { readonly kind: 'base'; readonly base: ImageProjectionConfig }
  | { readonly kind: 'plus'; readonly plus: ResamplerConfig };

const baseSchema = z.object({
  clip_embeddings_dim: z.int().positive(),
  num_image_text_embeds: z.int().positive(),
  cross_attention_dim: z.int().positive(),
});

/**
 * The projector as an entry of the table of networks: embedding (n, width) or tokens (n, t, width), by its kind → image_tokens. Its
 * config.json is a resampler's where it has `num_queries`, else diffusers' ImageProjection's.
 */
export const imageProjector: Network<ProjectorConfig, { batch: number; tokens: number }, string, 'image_tokens'> = {
  parse: (json, label) => {
    if (Reflect.has(Object(json), 'num_queries')) return { kind: 'plus', plus: parseResamplerConfig(json, label) };
    const parsed = baseSchema.safeParse(json);
    if (!parsed.success)
      throw new StudioError(
        'format-damaged',
        `${label} is no projector of an IP-Adapter: ${z.prettifyError(parsed.error)}.`,
      );
    const {
      clip_embeddings_dim: inputWidth,
      num_image_text_embeds: tokens,
      cross_attention_dim: outputWidth,
    } = parsed.data;
    return { kind: 'base', base: { inputWidth, tokens, outputWidth } };
  },
  build: (config, shape, dialect, source) =>
    config.kind === 'plus'
      ? buildResampler(config.plus, shape, dialect, source)
      : buildImageProjection(config.base, shape, dialect, source),
  probe: () => ({ batch: 1, tokens: 1 }),
};
