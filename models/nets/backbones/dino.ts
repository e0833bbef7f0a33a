/** The vision transformers of DINO (Caron et al. 2021) and DINOv2 (Oquab et al. 2023): a picture to one vector. */
import { attention } from '../../onnx/attention.ts';
import type { Dialect } from '../../onnx/dialect.ts';
import { add, gelu, multiply } from '../../onnx/elementwise.ts';
import { type Graph, GraphBuilder, type Tensor } from '../../onnx/graphBuilder.ts';
import { convolution, linear } from '../../onnx/linear.ts';
import { concatenate, expand, reshape, resizeSmooth, slice, transpose } from '../../onnx/shaping.ts';
import type { WeightSource } from '../../onnx/types.ts';
import { layerNormLayer, linearLayer } from '../modules.ts';

/** A transformer of that kind. */
export interface DinoConfig {
  readonly width: number;
  readonly inner: number;
  readonly layers: number;
  readonly heads: number;
  /** Side of a patch in pixels, and patches along the side that its places were learned for. */
  readonly patchSize: number;
  readonly placesAcross: number;
  /** Tokens without a place of their own (DINOv2 with registers). */
  readonly registers: number;
  /** Side of the picture it is asked with, in pixels: a multiple of the patch's. */
  readonly imageSize: number;
  readonly epsilon: number;
}

/**
 * Builds it: pixels (n, 3, size, size), normalised → embedding (n, width), the class token after the last norm. Places learned for another
 * number of patches are resampled by a cubic, antialiased where there are registers, as transformers and the originals do. Keys are the originals'.
 */
export function buildDino(config: DinoConfig, batch: number, dialect: Dialect, source: WeightSource): Graph {
  const b: GraphBuilder = new GraphBuilder('dino', dialect, source);
  const { width, patchSize, imageSize } = config;
  const across = Math.floor(imageSize / patchSize);
  const pixels = b.input('pixels', 'float32', [batch, 3, imageSize, imageSize]);
  const patches = b.scope('patch_embed.proj', () =>
    convolution(pixels, b.weight('weight', [width, 3, patchSize, patchSize]), b.weight('bias', [width]), {
      strides: [patchSize, patchSize],
    }),
  );
  const flat = transpose(reshape(patches, [batch, width, across * across]), [0, 2, 1]);
  const [classPlace, patchPlaces] = places(b, config, across);
  const first = expand(add(b.weight('cls_token', [1, 1, width]), classPlace), [batch, 1, width]);
  const registers =
    config.registers === 0
      ? []
      : [expand(b.weight('register_tokens', [1, config.registers, width]), [batch, config.registers, width])];
  let states = concatenate([first, ...registers, add(flat, patchPlaces)], 1);
  for (let layer = 0; layer < config.layers; layer++)
    states = b.scope(`blocks.${layer}`, () => block(b, states, config));
  b.output('embedding', layerNormLayer(b, 'norm', reshape(slice(states, 1, 0, 1), [batch, width]), config.epsilon));
  return b.finish();
}

/** Places of the class token (1, 1, C) and of the patches (1, patches, C). */
function places(
  b: GraphBuilder,
  { width, placesAcross, registers }: DinoConfig,
  across: number,
): readonly [Tensor, Tensor] {
  const count = placesAcross * placesAcross;
  const all = b.weight('pos_embed', [1, 1 + count, width]);
  const learned = transpose(reshape(slice(all, 1, 1, 1 + count), [1, placesAcross, placesAcross, width]), [0, 3, 1, 2]);
  const resized = reshape(resizeSmooth(learned, across, across, 'cubic', { antialias: registers > 0 }), [
    1,
    width,
    across * across,
  ]);
  return [slice(all, 1, 0, 1), transpose(resized, [0, 2, 1])];
}

function block(b: GraphBuilder, x: Tensor, config: DinoConfig): Tensor {
  const { width, inner, epsilon } = config;
  const normal = layerNormLayer(b, 'norm1', x, epsilon);
  const seen = b.scope('attn', () => selfAttention(b, normal, config));
  const attended = add(x, scaled(b, 'ls1', seen));
  const hidden = gelu(linearLayer(b, 'mlp.fc1', layerNormLayer(b, 'norm2', attended, epsilon), inner));
  return add(attended, scaled(b, 'ls2', linearLayer(b, 'mlp.fc2', hidden, width)));
}

/** Times a gain per channel, where the checkpoint has one (DINOv2). */
function scaled(b: GraphBuilder, name: string, x: Tensor): Tensor {
  return b.scope(name, () => (b.hasWeight('gamma') ? multiply(x, b.weight('gamma', [x.shape.at(-1) ?? 0])) : x));
}

/** Queries, keys and values in one matrix as the originals keep them, or in three as transformers does. */
function selfAttention(b: GraphBuilder, x: Tensor, { width, heads }: DinoConfig): Tensor {
  const third = (index: number): Tensor =>
    linear(
      x,
      b.weightRows('qkv.weight', [3 * width, width], index * width, (index + 1) * width),
      b.weightRows('qkv.bias', [3 * width], index * width, (index + 1) * width),
    );
  const [query, key, value] = b.hasWeight('qkv.weight')
    ? [third(0), third(1), third(2)]
    : [linearLayer(b, 'query', x, width), linearLayer(b, 'key', x, width), linearLayer(b, 'value', x, width)];
  return linearLayer(b, 'proj', attention(query, key, value, { heads }), width);
}
