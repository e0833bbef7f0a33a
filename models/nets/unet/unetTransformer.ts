/** The spatial transformer of the MagDiff UNet, with its adaptive prompts alignment (APA) and temporal part. */
import { attention, attentionWithMap } from '../../onnx/attention.ts';
import { add, multiply } from '../../onnx/elementwise.ts';
import type { GraphBuilder, Tensor } from '../../onnx/graphBuilder.ts';
import { concatenate, expand, reshape, slice, transpose } from '../../onnx/shaping.ts';
import { clipShape } from '../clip/clipLayers.ts';
import { feedForward } from '../feedForward.ts';
import { groupNormLayer, layerNormLayer, linearLayer } from '../modules.ts';
import type { UnetConfig } from './unetConfig.ts';

/** What one cross-attention layer is fed: keys and values of text (and image), and its two weights, one a frame: (1, f). */
export interface LayerContext {
  readonly textKey: Tensor;
  readonly textValue: Tensor;
  readonly imageKey: Tensor | undefined;
  readonly imageValue: Tensor | undefined;
  readonly alphaText: Tensor;
  readonly alphaImage: Tensor;
  /** Called with the layer's attention maps where they are wanted. */
  readonly onMaps: ((text: Tensor, image: Tensor | undefined) => void) | undefined;
}

/** What a transformer needs beside its input. */
export interface TransformerOptions {
  readonly config: UnetConfig;
  readonly heads: number;
  readonly temporal: boolean;
  readonly contextOf: (layer: string) => LayerContext;
}

/** Epsilon of the group norm that opens a spatial transformer. */
const openingEpsilon = 1e-6;

/**
 * Transformer3DModel: group norm per frame, projection to tokens, one transformer block, projection back, plus the input.
 * x is (b, C, f, h, w).
 */
export function spatialTransformer(b: GraphBuilder, name: string, x: Tensor, options: TransformerOptions): Tensor {
  const [batch, channels, frames, height, width] = clipShape(x);
  const positions = height * width;
  return b.scope(name, () => {
    const pictures = reshape(transpose(reshape(x, [batch, channels, frames, positions]), [0, 2, 1, 3]), [
      batch * frames,
      channels,
      positions,
    ]);
    const normal = groupNormLayer(b, 'norm', pictures, {
      groups: options.config.groups,
      epsilon: openingEpsilon,
      activation: 'none',
    });
    // A 1×1 convolution and a linear layer are the same product on tokens, and their stored weights the same bytes.
    let tokens = linearLayer(b, 'proj_in', transpose(normal, [0, 2, 1]), channels);
    tokens = b.scope('transformer_blocks.0', () =>
      transformerBlock(b, tokens, { batch, frames, positions, channels }, options),
    );
    tokens = linearLayer(b, 'proj_out', tokens, channels);
    const back = transpose(reshape(tokens, [batch, frames, positions, channels]), [0, 3, 1, 2]);
    return add(x, reshape(back, x.shape));
  });
}

interface Sizes {
  readonly batch: number;
  readonly frames: number;
  readonly positions: number;
  readonly channels: number;
}

/** BasicTransformerBlock on tokens (b·f, positions, C): self-attention, cross-attention, temporal part, feed-forward. */
function transformerBlock(b: GraphBuilder, x: Tensor, sizes: Sizes, options: TransformerOptions): Tensor {
  let hidden = add(selfAttention(b, layerNormLayer(b, 'norm1', x), sizes, options), x);
  hidden = add(crossAttention(b, layerNormLayer(b, 'norm2', hidden), sizes, options), hidden);
  if (options.temporal) hidden = temporalPart(b, hidden, sizes, options);
  return add(feedForward(b, 'ff', layerNormLayer(b, 'norm3', hidden)), hidden);
}

/** attn1: within a frame, or sparse-causal (keys of frame 0 and of the frame before) where the configuration says so. */
function selfAttention(b: GraphBuilder, x: Tensor, sizes: Sizes, options: TransformerOptions): Tensor {
  const { channels } = sizes;
  return b.scope('attn1', () => {
    const query = linearLayer(b, 'to_q', x, channels, false);
    let key = linearLayer(b, 'to_k', x, channels, false);
    let value = linearLayer(b, 'to_v', x, channels, false);
    if (options.config.sparseCausal && options.temporal && sizes.frames > 1) {
      key = firstAndFormer(key, sizes);
      value = firstAndFormer(value, sizes);
    }
    return linearLayer(b, 'to_out.0', attention(query, key, value, { heads: options.heads }), channels);
  });
}

/** Tokens of frame 0 and of frame max(i − 1, 0), joined, for every frame i: (b·f, 2·positions, C). */
function firstAndFormer(x: Tensor, { batch, frames, positions, channels }: Sizes): Tensor {
  const clip = reshape(x, [batch, frames, positions, channels]);
  const first = slice(clip, 1, 0, 1);
  const former = concatenate([first, slice(clip, 1, 0, frames - 1)], 1);
  const joined = concatenate([expand(first, [batch, frames, positions, channels]), former], 2);
  return reshape(joined, [batch * frames, 2 * positions, channels]);
}

/**
 * attn2, APA: α_text · Attn(Q, K_text, V_text) + α_image · Attn(Q, K_image, V_image), one output projection. The context is the
 * same for every frame, so all frames' queries attend in one call; each frame has an α of its own.
 */
function crossAttention(b: GraphBuilder, x: Tensor, sizes: Sizes, options: TransformerOptions): Tensor {
  const { batch, frames, positions, channels } = sizes;
  return b.scope('attn2', () => {
    const context = options.contextOf(b.path);
    const query = reshape(linearLayer(b, 'to_q', x, channels, false), [batch, frames * positions, channels]);
    const attend = (key: Tensor, value: Tensor, alpha: Tensor): { result: Tensor; map: Tensor | undefined } => {
      const { result, map } = context.onMaps
        ? attentionWithMap(query, key, value, { heads: options.heads })
        : { result: attention(query, key, value, { heads: options.heads }), map: undefined };
      const clips = reshape(result, [batch, frames, positions * channels]);
      return { result: multiply(clips, reshape(alpha, [1, frames, 1])), map };
    };
    const text = attend(context.textKey, context.textValue, context.alphaText);
    const image =
      context.imageKey && context.imageValue
        ? attend(context.imageKey, context.imageValue, context.alphaImage)
        : undefined;
    if (text.map) {
      const perFrame = (map: Tensor): Tensor => reshape(map, [batch * frames, positions, map.shape[2] ?? 0]);
      context.onMaps?.(perFrame(text.map), image?.map && perFrame(image.map));
    }
    const sum = image ? add(text.result, image.result) : text.result;
    return linearLayer(b, 'to_out.0', reshape(sum, [batch * frames, positions, channels]), channels);
  });
}

/**
 * Attention along time at every position. The frame embedding stays in the residual stream; on a single frame it is all
 * that remains, as in the release (golden case `image`).
 */
function temporalPart(b: GraphBuilder, x: Tensor, sizes: Sizes, options: TransformerOptions): Tensor {
  const { batch, frames, positions, channels } = sizes;
  const { config, heads } = options;
  let clip = reshape(x, [batch, frames, positions, channels]);
  if (config.temporalEmbedding)
    clip = add(clip, b.constant([1, frames, 1, channels], frameEmbedding(frames, channels)));
  if (frames === 1) return reshape(clip, x.shape);
  const normal = layerNormLayer(b, config.temporalFeedForward ? 'temp_norm1' : 'temp_norm', clip);
  const series = reshape(transpose(normal, [0, 2, 1, 3]), [batch * positions, frames, channels]);
  const attended = b.scope('temp_attn', () => {
    const query = linearLayer(b, 'to_q', series, channels, false);
    const key = linearLayer(b, 'to_k', series, channels, false);
    const value = linearLayer(b, 'to_v', series, channels, false);
    return linearLayer(b, 'to_out.0', attention(query, key, value, { heads }), channels);
  });
  clip = add(transpose(reshape(attended, [batch, positions, frames, channels]), [0, 2, 1, 3]), clip);
  if (config.temporalFeedForward) clip = add(feedForward(b, 'temp_ff', layerNormLayer(b, 'temp_norm2', clip)), clip);
  return reshape(clip, x.shape);
}

/** Fixed frame embedding: sin(i / 10000^(2k/C)) on channel 2k, cos on 2k + 1. */
function frameEmbedding(frames: number, channels: number): Float32Array {
  const table = new Float32Array(frames * channels);
  for (let frame = 0; frame < frames; frame++) {
    for (let channel = 0; channel < channels; channel++) {
      const angle = frame / 10000 ** ((channel - (channel % 2)) / channels);
      table[frame * channels + channel] = channel % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
    }
  }
  return table;
}

/** Heads, their width and the groups of the release's temporal transformer, fixed in its code. */
const temporalHeads = 8;
const temporalHeadWidth = 64;
const temporalGroups = 32;

/**
 * TransformerTemporalModel (`temp_transformer`): self-attention and feed-forward along time at every position of a clip
 * (b, C, f, h, w), plus the input; nothing on a single frame. The release reads its result back with frames and channels
 * exchanged; so does this, since its weights were trained that way.
 */
export function temporalTransformer(b: GraphBuilder, name: string, x: Tensor): Tensor {
  const [batch, channels, frames, height, width] = clipShape(x);
  if (frames === 1) return x;
  const inner = temporalHeads * temporalHeadWidth;
  return b.scope(name, () => {
    const normal = groupNormLayer(b, 'norm', x, {
      groups: temporalGroups,
      epsilon: openingEpsilon,
      activation: 'none',
    });
    const series = reshape(transpose(normal, [0, 3, 4, 2, 1]), [batch * height * width, frames, channels]);
    let hidden = linearLayer(b, 'proj_in', series, inner);
    hidden = b.scope('transformer_blocks.0', () => {
      const first = layerNormLayer(b, 'norm1', hidden);
      const attended = b.scope('attn1', () => {
        const [query, key, value] = ['to_q', 'to_k', 'to_v'].map((part) => linearLayer(b, part, first, inner, false));
        return linearLayer(b, 'to_out.0', attention(query, key, value, { heads: temporalHeads }), inner);
      });
      const sum = add(attended, hidden);
      return add(feedForward(b, 'ff', layerNormLayer(b, 'norm3', sum)), sum);
    });
    const exchanged = reshape(linearLayer(b, 'proj_out', hidden, channels), [batch, height, width, channels, frames]);
    return add(transpose(exchanged, [0, 3, 4, 1, 2]), x);
  });
}
