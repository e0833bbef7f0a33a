/** Layers of a picture UNet, on the frames of clips as one batch of pictures (b · f, C, h, w). */

import { attention, attentionWithMap } from '../../onnx/attention.ts';
import { add, multiply } from '../../onnx/elementwise.ts';
import type { GraphBuilder, Tensor } from '../../onnx/graphBuilder.ts';
import { reshape, transpose } from '../../onnx/shaping.ts';
import { feedForward } from '../feedForward.ts';
import { convolutionLayer, groupNormLayer, layerNormLayer, linearLayer } from '../modules.ts';
import { type Clip, groupNormOverClip, type NormReading } from './clipNorm.ts';
import type { LayerInputs } from './contextInputs.ts';

/** What the blocks of one UNet share. */
export interface BlockOptions {
  readonly clip: Clip;
  readonly groups: number;
  readonly epsilon: number;
  readonly resnetNorm: NormReading;
  /** SiLU of the time embedding, (1, width), or one a frame. */
  readonly time: Tensor;
}

/** ResnetBlock2D: norm–SiLU–convolution, plus the time embedding, norm–SiLU–convolution, plus the input. */
export function residualBlock(
  b: GraphBuilder,
  name: string,
  x: Tensor,
  outputs: number,
  { clip, groups, epsilon, resnetNorm, time }: BlockOptions,
): Tensor {
  const norm = { groups, epsilon, activation: 'silu' } as const;
  return b.scope(name, () => {
    const first = convolutionLayer(b, 'conv1', groupNormOverClip(b, 'norm1', x, clip, resnetNorm, norm), outputs);
    const moment = linearLayer(b, 'time_emb_proj', time, outputs);
    const timed = add(first, reshape(moment, [moment.shape[0] ?? 1, outputs, 1, 1]));
    const second = convolutionLayer(b, 'conv2', groupNormOverClip(b, 'norm2', timed, clip, resnetNorm, norm), outputs);
    return add(x.shape[1] === outputs ? x : convolutionLayer(b, 'conv_shortcut', x, outputs, { kernel: 1 }), second);
  });
}

/** Epsilon of the group norm that opens a spatial transformer. */
const openingEpsilon = 1e-6;

/** What a spatial transformer needs beside its input. */
export interface SpatialOptions {
  readonly clip: Clip;
  readonly groups: number;
  readonly heads: number;
  readonly inputsOf: (layer: string) => LayerInputs;
}

/**
 * Transformer2DModel of every frame: norm, projection to tokens, self-attention, cross-attention, feed-forward, projection
 * back, plus the input. A 1×1 convolution and a linear layer are the same product on tokens, and their weights the same bytes.
 */
export function spatialTransformer(b: GraphBuilder, name: string, x: Tensor, options: SpatialOptions): Tensor {
  const [pictures = 0, channels = 0, height = 0, width = 0] = x.shape;
  return b.scope(name, () => {
    const flat = reshape(x, [pictures, channels, height * width]);
    const normal = groupNormLayer(b, 'norm', flat, {
      groups: options.groups,
      epsilon: openingEpsilon,
      activation: 'none',
    });
    let tokens = linearLayer(b, 'proj_in', transpose(normal, [0, 2, 1]), channels);
    tokens = b.scope('transformer_blocks.0', () => {
      let hidden = add(selfAttention(b, layerNormLayer(b, 'norm1', tokens), options.heads), tokens);
      hidden = add(crossAttention(b, layerNormLayer(b, 'norm2', hidden), options), hidden);
      return add(feedForward(b, 'ff', layerNormLayer(b, 'norm3', hidden)), hidden);
    });
    tokens = linearLayer(b, 'proj_out', tokens, channels);
    return add(x, reshape(transpose(tokens, [0, 2, 1]), x.shape));
  });
}

function selfAttention(b: GraphBuilder, x: Tensor, heads: number): Tensor {
  const channels = x.shape.at(-1) ?? 0;
  return b.scope('attn1', () => {
    const [query, key, value] = [
      linearLayer(b, 'to_q', x, channels, false),
      linearLayer(b, 'to_k', x, channels, false),
      linearLayer(b, 'to_v', x, channels, false),
    ];
    return linearLayer(b, 'to_out.0', attention(query, key, value, { heads }), channels);
  });
}

/**
 * attn2, decoupled: α_text · Attn(Q, K_text, V_text) + α_image · Attn(Q, K_image, V_image), one output projection. Keys and
 * values of a whole clip are attended by all its frames' queries in one call; those of single frames frame by frame.
 */
function crossAttention(b: GraphBuilder, x: Tensor, { clip, heads, inputsOf }: SpatialOptions): Tensor {
  const { batch, frames } = clip;
  const [, positions = 0, channels = 0] = x.shape;
  return b.scope('attn2', () => {
    const inputs = inputsOf(b.path);
    const query = linearLayer(b, 'to_q', x, channels, false);
    const attend = (key: Tensor, value: Tensor, alpha: Tensor, onMap: ((map: Tensor) => void) | undefined): Tensor => {
      const queries = reshape(query, [key.shape[0] ?? 0, (batch * frames * positions) / (key.shape[0] ?? 1), channels]);
      let result: Tensor;
      if (onMap) {
        const mapped = attentionWithMap(queries, key, value, { heads });
        onMap(reshape(mapped.map, [batch * frames, positions, key.shape[1] ?? 0]));
        result = mapped.result;
      } else result = attention(queries, key, value, { heads });
      const clips = reshape(result, [batch, frames, positions * channels]);
      return multiply(clips, reshape(alpha, [1, frames, 1]));
    };
    const text = attend(inputs.textKey, inputs.textValue, inputs.alphaText, inputs.onTextMap);
    const image =
      inputs.imageKey && inputs.imageValue
        ? attend(inputs.imageKey, inputs.imageValue, inputs.alphaImage, inputs.onImageMap)
        : undefined;
    const sum = reshape(image ? add(text, image) : text, [batch * frames, positions, channels]);
    return linearLayer(b, 'to_out.0', sum, channels);
  });
}
