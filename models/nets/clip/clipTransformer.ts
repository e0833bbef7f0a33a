/** The transformer layers that CLIP's text and vision towers share, under the two sets of names checkpoints give them. */
import { z } from 'zod';
import { attention } from '../../onnx/attention.ts';
import { add, gelu, sigmoidProduct } from '../../onnx/elementwise.ts';
import type { GraphBuilder, Tensor } from '../../onnx/graphBuilder.ts';
import { linear } from '../../onnx/linear.ts';
import { layerNormLayer, linearLayer } from '../modules.ts';

/** Which names a checkpoint gives its modules: transformers' or OpenCLIP's. */
export type ClipNaming = 'transformers' | 'open-clip';

/** Activation of the feed-forward part: exact GELU, or OpenAI's x·σ(1.702 x). */
export type ClipActivation = 'gelu' | 'quick_gelu';

/** Sizes of a CLIP tower. */
export interface ClipTowerSizes {
  readonly width: number;
  readonly heads: number;
  readonly layers: number;
  /** Width inside the feed-forward part. */
  readonly inner: number;
  readonly activation: ClipActivation;
  readonly epsilon: number;
}

/** What a tower's config.json says of its layers, in text and vision alike. */
export const clipTowerSchema = z.object({
  hidden_size: z.int().positive(),
  intermediate_size: z.int().positive(),
  num_hidden_layers: z.int().positive().default(12),
  num_attention_heads: z.int().positive(),
  hidden_act: z.enum(['quick_gelu', 'gelu']).default('quick_gelu'),
  layer_norm_eps: z.number().positive().default(1e-5),
});

/** The sizes that a config.json of {@link clipTowerSchema} gives. */
export function clipTowerSizes(config: z.output<typeof clipTowerSchema>): ClipTowerSizes {
  return {
    width: config.hidden_size,
    inner: config.intermediate_size,
    layers: config.num_hidden_layers,
    heads: config.num_attention_heads,
    activation: config.hidden_act,
    epsilon: config.layer_norm_eps,
  };
}

const names = {
  transformers: {
    layers: 'encoder.layers',
    norm1: 'layer_norm1',
    attention: 'self_attn',
    norm2: 'layer_norm2',
    widen: 'mlp.fc1',
    narrow: 'mlp.fc2',
  },
  'open-clip': {
    layers: 'transformer.resblocks',
    norm1: 'ln_1',
    attention: 'attn',
    norm2: 'ln_2',
    widen: 'mlp.c_fc',
    narrow: 'mlp.c_proj',
  },
} as const;

/** Runs the first `count` layers on tokens (n, t, width); `mask` is added to the attention scores. */
export function clipLayers(
  b: GraphBuilder,
  x: Tensor,
  sizes: ClipTowerSizes,
  naming: ClipNaming,
  count: number,
  mask?: Tensor,
): Tensor {
  const { layers, norm1, attention: attentionName, norm2, widen, narrow } = names[naming];
  let hidden = x;
  for (let layer = 0; layer < count; layer++) {
    hidden = b.scope(`${layers}.${layer}`, () => {
      const normal = layerNormLayer(b, norm1, hidden, sizes.epsilon);
      const attended = add(
        hidden,
        b.scope(attentionName, () => selfAttention(b, normal, sizes, naming, mask)),
      );
      const inner = linearLayer(b, widen, layerNormLayer(b, norm2, attended, sizes.epsilon), sizes.inner);
      return add(
        attended,
        linearLayer(b, narrow, sizes.activation === 'gelu' ? gelu(inner) : sigmoidProduct(inner, 1.702), sizes.width),
      );
    });
  }
  return hidden;
}

function selfAttention(
  b: GraphBuilder,
  x: Tensor,
  { width, heads }: ClipTowerSizes,
  naming: ClipNaming,
  mask?: Tensor,
): Tensor {
  const options = mask ? { heads, mask } : { heads };
  if (naming === 'transformers') {
    const [query, key, value] = [
      linearLayer(b, 'q_proj', x, width),
      linearLayer(b, 'k_proj', x, width),
      linearLayer(b, 'v_proj', x, width),
    ];
    return linearLayer(b, 'out_proj', attention(query, key, value, options), width);
  }
  // OpenCLIP stores the three projections as one: a third of the rows each.
  const third = (index: number): Tensor =>
    linear(
      x,
      b.weightRows('in_proj_weight', [3 * width, width], index * width, (index + 1) * width),
      b.weightRows('in_proj_bias', [3 * width], index * width, (index + 1) * width),
    );
  return linearLayer(b, 'out_proj', attention(third(0), third(1), third(2), options), width);
}
