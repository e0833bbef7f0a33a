/** SAM's prompt encoder: clicks, corners of boxes and masks to what the mask decoder reads. */
import { add, cosine, gelu, multiply, scale, sine } from '../../onnx/elementwise.ts';
import type { GraphBuilder, Tensor } from '../../onnx/graphBuilder.ts';
import { matmul } from '../../onnx/linear.ts';
import { concatenate, expand, reshape } from '../../onnx/shaping.ts';
import { convolutionLayer } from '../modules.ts';
import { channelNorm, tokensOf } from './layers.ts';
import { gridCentres } from './positions.ts';
import { featureSide, type Sam2Config } from './sam2Config.ts';

/** Kinds of points, in the order of their embeddings: nothing, a click that takes away, one that adds, and a box's two corners. */
export const pointKinds = ['nothing', 'outside', 'inside', 'topLeft', 'bottomRight'] as const;

/** One of {@link pointKinds}. */
export type PointKind = (typeof pointKinds)[number];

/** Places (n, tokens, 2) as (x, y) in 0..1 to (n, tokens, C): sines and cosines of random directions that the checkpoint keeps. */
function placeCode(b: GraphBuilder, places: Tensor, width: number): Tensor {
  const [n = 0, tokens = 0] = places.shape;
  const directions = b.weight('pe_layer.positional_encoding_gaussian_matrix', [2, width / 2]);
  const centred = add(scale(reshape(places, [n * tokens, 2]), 2), b.constant([], [-1]));
  const angles = scale(matmul(centred, directions), 2 * Math.PI);
  return reshape(concatenate([sine(angles), cosine(angles)], 1), [n, tokens, width]);
}

/** Codes of the cells of the feature grid: (1, cells, C). */
export function gridCode(b: GraphBuilder, config: Sam2Config): Tensor {
  const side = featureSide(config);
  return b.scope('sam_prompt_encoder', () =>
    placeCode(b, b.constant([1, side * side, 2], gridCentres(side)), config.width),
  );
}

/**
 * Points to tokens (1, points, C). `places` (1, points, 2) are (x, y) in 0..1 of the picture; `kinds` (1, points, 5) has a one at each
 * point's kind. A point of no kind has no place either: the kind's embedding alone.
 */
export function pointTokens(b: GraphBuilder, places: Tensor, kinds: Tensor, config: Sam2Config): Tensor {
  const { width } = config;
  const points = places.shape[1] ?? 0;
  return b.scope('sam_prompt_encoder', () => {
    const table = concatenate(
      ['not_a_point_embed', ...[0, 1, 2, 3].map((index) => `point_embeddings.${index}`)].map((name) =>
        b.weight(`${name}.weight`, [1, width]),
      ),
      0,
    );
    const flatKinds = reshape(kinds, [points, pointKinds.length]);
    const placed = matmul(flatKinds, b.constant([pointKinds.length, 1], [0, 1, 1, 1, 1]));
    const codes = multiply(reshape(placeCode(b, places, width), [points, width]), placed);
    return reshape(add(codes, matmul(flatKinds, table)), [1, points, width]);
  });
}

/** A mask's logits (1, 1, S/4, S/4) to what is added to the features: (1, cells, C). */
export function maskTokens(b: GraphBuilder, mask: Tensor, { width, maskChannels }: Sam2Config): Tensor {
  const halving = { kernel: 2, stride: 2, pads: [0, 0, 0, 0] } as const;
  return b.scope('sam_prompt_encoder.mask_downscaling', () => {
    const first = gelu(channelNorm(b, '1', convolutionLayer(b, '0', mask, maskChannels / 4, halving)));
    const second = gelu(channelNorm(b, '4', convolutionLayer(b, '3', first, maskChannels, halving)));
    return tokensOf(convolutionLayer(b, '6', second, width, { kernel: 1 }));
  });
}

/** What is added to the features where no mask is given: (1, cells, C). */
export function noMaskTokens(b: GraphBuilder, config: Sam2Config): Tensor {
  const cells = featureSide(config) ** 2;
  const token = b.weightAt('sam_prompt_encoder.no_mask_embed.weight', [1, config.width]);
  return expand(reshape(token, [1, 1, config.width]), [1, cells, config.width]);
}
