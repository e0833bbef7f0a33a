/** CLIP's vision transformer: a picture to one vector per patch, and one for the whole. */

import { z } from 'zod';
import { StudioError } from '../../errors/studioError.ts';
import type { Dialect } from '../../onnx/dialect.ts';
import { add } from '../../onnx/elementwise.ts';
import { type Graph, GraphBuilder, type Tensor } from '../../onnx/graphBuilder.ts';
import { convolution, matmul } from '../../onnx/linear.ts';
import { concatenate, expand, reshape, slice, transpose } from '../../onnx/shaping.ts';
import type { WeightSource } from '../../onnx/types.ts';
import { layerNormLayer, linearLayer } from '../modules.ts';
import type { HiddenLayer, Network } from '../network.ts';
import {
  type ClipNaming,
  type ClipTowerSizes,
  clipLayers,
  clipTowerSchema,
  clipTowerSizes,
} from './clipTransformer.ts';

const schema = clipTowerSchema.extend({
  hidden_size: z.int().positive().default(768),
  intermediate_size: z.int().positive().default(3072),
  num_attention_heads: z.int().positive().default(12),
  image_size: z.int().positive().default(224),
  patch_size: z.int().positive().default(32),
  projection_dim: z.int().positive().default(512),
});

/** A vision tower, as its config.json (CLIPVisionModel) describes it. */
export interface ClipVisionConfig extends ClipTowerSizes {
  /** Side of the picture and of a patch, in pixels. */
  readonly imageSize: number;
  readonly patchSize: number;
  /** Width of the embedding of a whole picture. */
  readonly projectionWidth: number;
  readonly naming: ClipNaming;
}

/** Tokens per picture: the class token and one per patch. */
export const clipVisionTokens = (config: ClipVisionConfig): number =>
  1 + Math.floor(config.imageSize / config.patchSize) ** 2;

/** Reads a CLIPVisionModel's config.json; `label` names the file in messages. */
export function parseClipVisionConfig(
  json: unknown,
  label: string,
  naming: ClipNaming = 'transformers',
): ClipVisionConfig {
  const parsed = schema.safeParse(json);
  if (!parsed.success)
    throw new StudioError(
      'format-damaged',
      `${label} is no CLIP vision configuration: ${z.prettifyError(parsed.error)}.`,
    );
  const config = parsed.data;
  return {
    ...clipTowerSizes(config),
    imageSize: config.image_size,
    patchSize: config.patch_size,
    projectionWidth: config.projection_dim,
    naming,
  };
}

/** OpenCLIP ViT-H/14, the tower of the release. */
export const openClipHuge: ClipVisionConfig = {
  width: 1280,
  inner: 5120,
  layers: 32,
  heads: 16,
  imageSize: 224,
  patchSize: 14,
  projectionWidth: 1024,
  activation: 'gelu',
  epsilon: 1e-5,
  naming: 'open-clip',
};

const names = {
  transformers: {
    root: 'vision_model',
    classToken: 'embeddings.class_embedding',
    patches: 'embeddings.patch_embedding.weight',
    places: 'embeddings.position_embedding.weight',
    norm: 'pre_layrnorm', // spelled so in the checkpoints
    lastNorm: 'post_layernorm',
  },
  'open-clip': {
    root: 'visual',
    classToken: 'class_embedding',
    patches: 'conv1.weight',
    places: 'positional_embedding',
    norm: 'ln_pre',
    lastNorm: 'ln_post',
  },
} as const;

/**
 * Builds it: pixels (n, 3, size, size), normalised → tokens (n, 1 + patches, width), the class token first, without the
 * tower's final norm: after the last layer, or after the one before (`penultimate`). `projected` gives embedding
 * (n, projection width) instead: the class token after the last layer, normed and projected.
 */
export function buildClipVision(
  config: ClipVisionConfig,
  shape: { batch: number; hiddenLayer: 'last' | 'penultimate' | 'projected' },
  dialect: Dialect,
  source: WeightSource,
): Graph {
  const b: GraphBuilder = new GraphBuilder('image_encoder', dialect, source);
  const { width, imageSize, patchSize } = config;
  const { root, classToken, patches, places, norm, lastNorm } = names[config.naming];
  const pixels = b.input('pixels', 'float32', [shape.batch, 3, imageSize, imageSize]);
  const tokens = clipVisionTokens(config);
  const build = (): Tensor => {
    const grid = convolution(pixels, b.weight(patches, [width, 3, patchSize, patchSize]), undefined, {
      strides: [patchSize, patchSize],
    });
    const flat = transpose(reshape(grid, [shape.batch, width, tokens - 1]), [0, 2, 1]);
    const whole = expand(b.weight(classToken, [1, 1, width]), [shape.batch, 1, width]);
    const placed = add(concatenate([whole, flat], 1), b.weight(places, [1, tokens, width]));
    const count = shape.hiddenLayer === 'penultimate' ? config.layers - 1 : config.layers;
    const states = clipLayers(b, layerNormLayer(b, norm, placed, config.epsilon), config, config.naming, count);
    if (shape.hiddenLayer !== 'projected') return states;
    return layerNormLayer(b, lastNorm, reshape(slice(states, 1, 0, 1), [shape.batch, width]), config.epsilon);
  };
  // Newer files leave the root's name out.
  const rooted = b.hasWeight(`${root}.${patches}`);
  const result = rooted ? b.scope(root, build) : build();
  if (shape.hiddenLayer !== 'projected') b.output('tokens', result);
  else b.output('embedding', projected(b, result, config, rooted && config.naming === 'open-clip' ? `${root}.` : ''));
  return b.finish();
}

/** The last product; OpenCLIP keeps its matrix inside the tower, and the other way round. */
function projected(
  b: GraphBuilder,
  x: Tensor,
  { width, projectionWidth, naming }: ClipVisionConfig,
  prefix: string,
): Tensor {
  if (naming === 'open-clip') return matmul(x, b.weight(`${prefix}proj`, [width, projectionWidth]));
  return linearLayer(b, 'visual_projection', x, projectionWidth, false);
}
/** A vision tower and the layer it answers with. */
export type ImageEncoderConfig = ClipVisionConfig & { readonly hiddenLayer: HiddenLayer };

/** The tower as an entry of the table of networks: pixels (n, 3, size, size), normalised → tokens (n, 1 + patches, width). */
export const clipVision: Network<ImageEncoderConfig, { batch: number }, 'pixels', 'tokens'> = {
  parse: (json, label, { image }) => ({
    ...(json === undefined ? openClipHuge : parseClipVisionConfig(json, label)),
    hiddenLayer: image.hiddenLayer,
  }),
  build: (config, { batch }, dialect, source) =>
    buildClipVision(config, { batch, hiddenLayer: config.hiddenLayer }, dialect, source),
  inputs: ['pixels'],
  outputs: ['tokens'],
  probe: () => ({ batch: 1 }),
  ignores: ({ hiddenLayer }) => {
    // The tower's final norm and projection come after the tokens in use; OpenCLIP files hold the text tower too.
    const behind = /position_ids$|post_layernorm|^visual_projection|^visual\.(ln_post|proj)|^logit_scale$/;
    const text = /^(text_model|transformer|token_embedding|ln_final|positional_embedding|text_projection)\b/;
    const layers = hiddenLayer === 'last' ? /$^/ : /(resblocks|encoder\.layers)\.\d+\./;
    return new RegExp([behind, text, layers].map(({ source }) => source).join('|'));
  },
  golden: {
    accepts: (_, endings) => endings.has('pixel_values'),
    cases: async (folder, config) => {
      const pixels = await folder.tensor('pixel_values');
      const naming = folder.hasWeight('visual.conv1.weight') ? 'open-clip' : 'transformers';
      const layers = (['last', 'penultimate'] as const).filter((layer) => folder.has(layer));
      return layers.map((hiddenLayer) => ({
        shape: { batch: pixels.shape[0] ?? 0 },
        inputs: { pixels },
        expected: { tokens: hiddenLayer },
        config: { ...config, naming, hiddenLayer },
      }));
    },
  },
};
