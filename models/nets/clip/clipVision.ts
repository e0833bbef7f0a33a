/** CLIP's vision transformer: a picture to one vector per patch, and one for the whole. */

import { z } from 'zod';
import { StudioError } from '../../errors/studioError.ts';
import type { Dialect } from '../../onnx/dialect.ts';
import { add } from '../../onnx/elementwise.ts';
import { type Graph, GraphBuilder, type Tensor } from '../../onnx/graphBuilder.ts';
import { convolution } from '../../onnx/linear.ts';
import { concatenate, expand, reshape, transpose } from '../../onnx/shaping.ts';
import type { WeightSource } from '../../onnx/types.ts';
import { layerNormLayer } from '../modules.ts';
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
});

/** A vision tower, as its config.json (CLIPVisionModel) describes it. */
export interface ClipVisionConfig extends ClipTowerSizes {
  /** Side of the picture and of a patch, in pixels. */
  readonly imageSize: number;
  readonly patchSize: number;
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
  },
  'open-clip': {
    root: 'visual',
    classToken: 'class_embedding',
    patches: 'conv1.weight',
    places: 'positional_embedding',
    norm: 'ln_pre',
  },
} as const;

/**
 * Builds it: pixels (n, 3, size, size), normalised → tokens (n, 1 + patches, width), the class token first, without the
 * tower's final norm: after the last layer, or after the one before (`penultimate`).
 */
export function buildClipVision(
  config: ClipVisionConfig,
  shape: { batch: number; hiddenLayer: 'last' | 'penultimate' },
  dialect: Dialect,
  source: WeightSource,
): Graph {
  const b: GraphBuilder = new GraphBuilder('image_encoder', dialect, source);
  const { width, imageSize, patchSize } = config;
  const { root, classToken, patches, places, norm } = names[config.naming];
  const pixels = b.input('pixels', 'float32', [shape.batch, 3, imageSize, imageSize]);
  const tokens = clipVisionTokens(config);
  const build = (): Tensor => {
    const grid = convolution(pixels, b.weight(patches, [width, 3, patchSize, patchSize]), undefined, {
      strides: [patchSize, patchSize],
    });
    const flat = transpose(reshape(grid, [shape.batch, width, tokens - 1]), [0, 2, 1]);
    const whole = expand(b.weight(classToken, [1, 1, width]), [shape.batch, 1, width]);
    const placed = add(concatenate([whole, flat], 1), b.weight(places, [1, tokens, width]));
    const count = shape.hiddenLayer === 'last' ? config.layers : config.layers - 1;
    return clipLayers(b, layerNormLayer(b, norm, placed, config.epsilon), config, config.naming, count);
  };
  // Newer files leave the root's name out.
  b.output('tokens', b.hasWeight(`${root}.${patches}`) ? b.scope(root, build) : build());
  return b.finish();
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
