/** SAM 2's mask decoder: features and prompts to masks, how good they are, whether the subject is there, and pointers to it. */
import type { Dialect } from '../../onnx/dialect.ts';
import { add, gelu, isPositive, multiply, sigmoid, subtract } from '../../onnx/elementwise.ts';
import { type Graph, GraphBuilder, type Tensor } from '../../onnx/graphBuilder.ts';
import { linear, matmul } from '../../onnx/linear.ts';
import { concatenate, reshape, slice, transpose } from '../../onnx/shaping.ts';
import type { WeightSource } from '../../onnx/types.ts';
import { convolutionLayer, layerNormLayer } from '../modules.ts';
import { mlp } from './layers.ts';
import { gridCode, maskTokens, noMaskTokens, pointKinds, pointTokens } from './promptEncoder.ts';
import { featureSide, maskCount, type Sam2Config } from './sam2Config.ts';
import { twoWayTransformer } from './twoWayTransformer.ts';

/** What a decoder is built for. */
export interface MaskDecoderShape {
  /** Points of the prompt, the empty one at the end included. */
  readonly points: number;
  /** What of a mask is part of the prompt: nothing, its logits at a quarter of the size, or the mask itself as zeros and ones. */
  readonly mask: 'none' | 'logits' | 'whole';
  /** Whether the features have seen no memory: the embedding that says so is added. */
  readonly fresh: boolean;
}

/**
 * Builds it. Inputs: features, high1 and high0 as the image encoder or the memory attention gives them, places (1, points, 2) in 0..1,
 * kinds (1, points, 5), and mask (1, 1, S/4, S/4) or (1, 1, S, S) where the shape has one. Outputs: masks (1, 4, S/4, S/4) as logits, qualities (1, 4)
 * in 0..1, score (1, 1), above 0 where the subject is there, pointers (1, 4, C), one a mask, and absent (1, C), the pointer to
 * a subject that is not there. Where the score is not above 0, every pointer is that one.
 */
export function buildMaskDecoder(
  config: Sam2Config,
  shape: MaskDecoderShape,
  dialect: Dialect,
  source: WeightSource,
): Graph {
  const b: GraphBuilder = new GraphBuilder('sam2_mask_decoder', dialect, source);
  const { width } = config;
  const side = featureSide(config);
  const given = b.input('features', 'float32', [1, side ** 2, width]);
  const high1 = b.input('high1', 'float32', [1, (2 * side) ** 2, width / 4]);
  const high0 = b.input('high0', 'float32', [1, (4 * side) ** 2, width / 8]);
  const places = b.input('places', 'float32', [1, shape.points, 2]);
  const kinds = b.input('kinds', 'float32', [1, shape.points, pointKinds.length]);
  const features = shape.fresh ? add(given, b.weight('no_mem_embed', [1, 1, width])) : given;
  // Asked for in any case, so that a checkpoint without it does not pass for whole.
  const unmasked = noMaskTokens(b, config);
  const dense = shape.mask === 'none' ? unmasked : maskTokens(b, maskInput(b, config, shape.mask), config);
  const points = pointTokens(b, places, kinds, config);
  const grid = gridCode(b, config);
  const decoded = b.scope('sam_mask_decoder', () => {
    const embedding = (name: string, rows: number): Tensor =>
      reshape(b.weight(`${name}.weight`, [rows, width]), [1, rows, width]);
    const own = [embedding('obj_score_token', 1), embedding('iou_token', 1), embedding('mask_tokens', maskCount)];
    const tokens = concatenate([...own, points], 1);
    const result = b.scope('transformer', () =>
      twoWayTransformer(b, { tokens, features: add(features, dense), places: grid }, config.decoderInner),
    );
    const token = (from: number, to: number): Tensor => slice(result.tokens, 1, from, to);
    const fine = enlarged(b, result.features, high1, high0, side);
    return {
      masks: maskLogits(b, token(2, 2 + maskCount), fine, 4 * side),
      qualities: sigmoid(
        mlp(b, 'iou_prediction_head', reshape(token(1, 2), [1, width]), [config.iouInner, config.iouInner, maskCount]),
      ),
      score: mlp(b, 'pred_obj_score_head', reshape(token(0, 1), [1, width]), [width, width, 1]),
      maskTokens: token(2, 2 + maskCount),
    };
  });
  const absent = b.weight('no_obj_ptr', [1, width]);
  const there = isPositive(decoded.score);
  const pointers = mlp(b, 'obj_ptr_proj', decoded.maskTokens, [width, width, width]);
  const missing = subtract(b.constant([], [1]), there);
  b.output('masks', decoded.masks);
  b.output('qualities', decoded.qualities);
  b.output('score', decoded.score);
  b.output('pointers', add(multiply(pointers, there), multiply(absent, missing)));
  b.output('absent', absent);
  return b.finish();
}

/** The mask's logits as the prompt encoder reads them; a whole mask is shrunk by a convolution that was trained for it. */
function maskInput(b: GraphBuilder, { imageSize }: Sam2Config, kind: 'logits' | 'whole'): Tensor {
  if (kind === 'logits') return b.input('mask', 'float32', [1, 1, imageSize / 4, imageSize / 4]);
  const mask = b.input('mask', 'float32', [1, 1, imageSize, imageSize]);
  return convolutionLayer(b, 'mask_downsample', mask, 1, { kernel: 4, stride: 4, pads: [0, 0, 0, 0] });
}

/** Features at four times their resolution with the finer maps added: (16 · cells, C/8). */
function enlarged(b: GraphBuilder, features: Tensor, high1: Tensor, high0: Tensor, side: number): Tensor {
  return b.scope('output_upscaling', () => {
    const first = doubled(b, '0', features, side, high1);
    const second = gelu(layerNormLayer(b, '1', first, 1e-6));
    return gelu(doubled(b, '3', second, 2 * side, high0));
  });
}

/** A transposed convolution of 2 × 2 with stride 2 on tokens (1, side · side, C), plus `finer` (1, 4 · side · side, outputs). */
function doubled(b: GraphBuilder, name: string, x: Tensor, side: number, finer: Tensor): Tensor {
  const inputs = x.shape.at(-1) ?? 0;
  const outputs = finer.shape.at(-1) ?? 0;
  return b.scope(name, () => {
    // (inputs, outputs, 2, 2) with the outputs last, so that the products of one place lie together.
    const weight = transpose(b.weight('weight', [inputs, outputs, 2, 2]), [0, 2, 3, 1]);
    const product = matmul(reshape(x, [side * side, inputs]), reshape(weight, [inputs, 4 * outputs]));
    const laid = transpose(reshape(product, [side, side, 2, 2, outputs]), [0, 2, 1, 3, 4]);
    return add(add(reshape(laid, finer.shape), finer), b.weight('bias', [outputs]));
  });
}

/** Each mask token's network says how the channels add up to its mask. */
function maskLogits(b: GraphBuilder, tokens: Tensor, fine: Tensor, side: number): Tensor {
  const width = tokens.shape.at(-1) ?? 0;
  const channels = fine.shape.at(-1) ?? 0;
  const rows = Array.from({ length: maskCount }, (_, index) => {
    const token = reshape(slice(tokens, 1, index, index + 1), [1, width]);
    return mlp(b, `output_hypernetworks_mlps.${index}`, token, [width, width, channels]);
  });
  const masks = linear(concatenate(rows, 0), reshape(fine, [side * side, channels]));
  return reshape(masks, [1, maskCount, side, side]);
}
