/** AutoencoderKL (Stable Diffusion's VAE): pictures to latents and back. Pictures and latents are (n, C, h, w). */

import { z } from 'zod';
import { StudioError } from '../errors/studioError.ts';
import { attention } from '../onnx/attention.ts';
import type { Dialect } from '../onnx/dialect.ts';
import { add } from '../onnx/elementwise.ts';
import { type Graph, GraphBuilder, type Tensor } from '../onnx/graphBuilder.ts';
import { reshape, split, transpose } from '../onnx/shaping.ts';
import type { WeightSource } from '../onnx/types.ts';
import { convolutionLayer, enlargingLayer, groupNormLayer, layPatches, linearLayer } from './modules.ts';
import type { Network } from './network.ts';

const schema = z.object({
  in_channels: z.int().positive().default(3),
  out_channels: z.int().positive().default(3),
  down_block_types: z.array(z.literal('DownEncoderBlock2D')).optional(),
  up_block_types: z.array(z.literal('UpDecoderBlock2D')).optional(),
  block_out_channels: z.array(z.int().positive()).min(1).max(8).default([64]),
  layers_per_block: z.int().positive().default(1),
  act_fn: z.enum(['silu', 'swish']).default('silu'),
  latent_channels: z.int().positive().default(4),
  norm_num_groups: z.int().positive().default(32),
  scaling_factor: z.number().positive().default(0.18215),
  use_quant_conv: z.boolean().default(true),
  use_post_quant_conv: z.boolean().default(true),
  mid_block_add_attention: z.boolean().default(true),
  patch_head: z.boolean().default(false),
});

/** An AutoencoderKL, as its config.json describes it. */
export interface AutoencoderConfig {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly widths: readonly number[];
  readonly layersPerBlock: number;
  readonly latentChannels: number;
  readonly groups: number;
  readonly scalingFactor: number;
  readonly quantConvolution: boolean;
  readonly postQuantConvolution: boolean;
  readonly midAttention: boolean;
  /** Ours: the decoder adds a linear picture, each latent straight to its factor × factor pixels (`decoder.patch_out`). */
  readonly patchHead: boolean;
  /** Pixels per latent along one axis. */
  readonly factor: number;
}

/** Reads a VAE's config.json; `label` names the file in messages. */
export function parseAutoencoderConfig(json: unknown, label: string): AutoencoderConfig {
  const parsed = schema.safeParse(json);
  if (!parsed.success)
    throw new StudioError(
      'format-damaged',
      `${label} is no AutoencoderKL configuration this program can build: ${z.prettifyError(parsed.error)}.`,
    );
  const config = parsed.data;
  return {
    inChannels: config.in_channels,
    outChannels: config.out_channels,
    widths: config.block_out_channels,
    layersPerBlock: config.layers_per_block,
    latentChannels: config.latent_channels,
    groups: config.norm_num_groups,
    scalingFactor: config.scaling_factor,
    quantConvolution: config.use_quant_conv,
    postQuantConvolution: config.use_post_quant_conv,
    midAttention: config.mid_block_add_attention,
    patchHead: config.patch_head,
    factor: 2 ** (config.block_out_channels.length - 1),
  };
}

/** Static sizes of a VAE graph: of the picture for an encoder, of the latent for a decoder. */
export interface PictureShape {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
}

/** Epsilon of every group norm of this network. */
const epsilon = 1e-6;

/** Names the middle attention's four projections go by: today's, and the ones files of before 2023 have. */
const attentionNames = [
  { query: 'to_q', key: 'to_k', value: 'to_v', out: 'to_out.0' },
  { query: 'query', key: 'key', value: 'value', out: 'proj_attn' },
] as const;

/** Encoder: image (n, 3, h, w) in −1..1 → mean and logvar (n, c, h/factor, w/factor), not scaled. */
export function buildAutoencoderEncoder(
  config: AutoencoderConfig,
  shape: PictureShape,
  dialect: Dialect,
  source: WeightSource,
): Graph {
  const b: GraphBuilder = new GraphBuilder('vae_encoder', dialect, source);
  const image = b.input('image', 'float32', [shape.batch, config.inChannels, shape.height, shape.width]);
  const last = config.widths.length - 1;
  const moments = b.scope('encoder', () => {
    let x = convolutionLayer(b, 'conv_in', image, config.widths[0] ?? 0);
    for (const [index, width] of config.widths.entries()) {
      x = b.scope(`down_blocks.${index}`, () => {
        let hidden = x;
        for (let layer = 0; layer < config.layersPerBlock; layer++)
          hidden = pictureResidual(b, `resnets.${layer}`, hidden, width, config.groups);
        // The release pads one row below and one column to the right only.
        return index < last
          ? convolutionLayer(b, 'downsamplers.0.conv', hidden, width, { stride: 2, pads: [0, 0, 1, 1] })
          : hidden;
      });
    }
    x = middle(b, x, config);
    x = groupNormLayer(b, 'conv_norm_out', x, { groups: config.groups, epsilon, activation: 'silu' });
    return convolutionLayer(b, 'conv_out', x, 2 * config.latentChannels);
  });
  const quantised = config.quantConvolution
    ? convolutionLayer(b, 'quant_conv', moments, 2 * config.latentChannels, { kernel: 1 })
    : moments;
  const [mean, logvar] = split(quantised, 1, [config.latentChannels, config.latentChannels]);
  if (mean && logvar) {
    b.output('mean', mean);
    b.output('logvar', logvar);
  }
  return b.finish();
}

/** Decoder: latent (n, c, h, w), already divided by the scaling factor → image (n, 3, h·factor, w·factor) in about −1..1. */
export function buildAutoencoderDecoder(
  config: AutoencoderConfig,
  shape: PictureShape,
  dialect: Dialect,
  source: WeightSource,
): Graph {
  const b: GraphBuilder = new GraphBuilder('vae_decoder', dialect, source);
  const latent = b.input('latent', 'float32', [shape.batch, config.latentChannels, shape.height, shape.width]);
  const start = config.postQuantConvolution
    ? convolutionLayer(b, 'post_quant_conv', latent, config.latentChannels, { kernel: 1 })
    : latent;
  const widths = [...config.widths].reverse();
  const image = b.scope('decoder', () => {
    let x = convolutionLayer(b, 'conv_in', start, widths[0] ?? 0);
    x = middle(b, x, config);
    for (const [index, width] of widths.entries()) {
      x = b.scope(`up_blocks.${index}`, () => {
        let hidden = x;
        for (let layer = 0; layer <= config.layersPerBlock; layer++)
          hidden = pictureResidual(b, `resnets.${layer}`, hidden, width, config.groups);
        if (index === widths.length - 1) return hidden;
        return enlargingLayer(b, 'upsamplers.0.conv', hidden, width);
      });
    }
    x = groupNormLayer(b, 'conv_norm_out', x, { groups: config.groups, epsilon, activation: 'silu' });
    const picture = convolutionLayer(b, 'conv_out', x, config.outChannels);
    return config.patchHead ? add(picture, patchPicture(b, start, config)) : picture;
  });
  b.output('image', image);
  return b.finish();
}

/** Every latent's linear share of the picture: a 1×1 convolution to all its pixels, laid out in their places. */
function patchPicture(b: GraphBuilder, latent: Tensor, { outChannels, factor }: AutoencoderConfig): Tensor {
  const patches = convolutionLayer(b, 'patch_out', latent, outChannels * factor * factor, { kernel: 1 });
  return layPatches(patches, outChannels, factor);
}

/** ResnetBlock2D without time embedding. */
function pictureResidual(b: GraphBuilder, name: string, x: Tensor, outputs: number, groups: number): Tensor {
  return b.scope(name, () => {
    let hidden = convolutionLayer(
      b,
      'conv1',
      groupNormLayer(b, 'norm1', x, { groups, epsilon, activation: 'silu' }),
      outputs,
    );
    hidden = convolutionLayer(
      b,
      'conv2',
      groupNormLayer(b, 'norm2', hidden, { groups, epsilon, activation: 'silu' }),
      outputs,
    );
    return add(x.shape[1] === outputs ? x : convolutionLayer(b, 'conv_shortcut', x, outputs, { kernel: 1 }), hidden);
  });
}

/** Residual block, one-head attention over all positions, residual block. */
function middle(b: GraphBuilder, x: Tensor, config: AutoencoderConfig): Tensor {
  const width = x.shape[1] ?? 0;
  return b.scope('mid_block', () => {
    let hidden = pictureResidual(b, 'resnets.0', x, width, config.groups);
    if (config.midAttention) hidden = b.scope('attentions.0', () => positionAttention(b, hidden, config.groups));
    return pictureResidual(b, 'resnets.1', hidden, width, config.groups);
  });
}

function positionAttention(b: GraphBuilder, x: Tensor, groups: number): Tensor {
  const [n = 0, width = 0, height = 0, rowWidth = 0] = x.shape;
  const names = attentionNames.find(({ query }) => b.hasWeight(`${query}.weight`)) ?? attentionNames[0];
  const normal = groupNormLayer(b, 'group_norm', reshape(x, [n, width, height * rowWidth]), {
    groups,
    epsilon,
    activation: 'none',
  });
  const tokens = transpose(normal, [0, 2, 1]);
  const query = linearLayer(b, names.query, tokens, width);
  const key = linearLayer(b, names.key, tokens, width);
  const value = linearLayer(b, names.value, tokens, width);
  const result = linearLayer(b, names.out, attention(query, key, value, { heads: 1 }), width);
  return add(x, reshape(transpose(result, [0, 2, 1]), x.shape));
}

const isTiny = (config: Readonly<Record<string, unknown>>): boolean => 'decoder_block_out_channels' in config;

/** The encoder as an entry of the table of networks: image (n, 3, h, w) from −1 to 1 → mean and logvar, *not* scaled. */
export const autoencoderEncoder: Network<AutoencoderConfig, PictureShape, 'image', 'mean' | 'logvar'> = {
  parse: parseAutoencoderConfig,
  build: buildAutoencoderEncoder,
  inputs: ['image'],
  outputs: ['mean', 'logvar'],
  probe: ({ factor }) => ({ batch: 1, height: factor, width: factor }),
  golden: {
    accepts: (config, endings) => endings.has('mean') && !isTiny(config),
    cases: async (folder) => {
      const image = await folder.tensor('image');
      const [batch = 0, , height = 0, width = 0] = image.shape;
      return [{ shape: { batch, height, width }, inputs: { image }, expected: { mean: 'mean', logvar: 'logvar' } }];
    },
  },
};

/** The decoder as an entry of the table of networks: latent (n, c, h, w), divided by the scaling factor → image from −1 to 1. */
export const autoencoderDecoder: Network<AutoencoderConfig, PictureShape, 'latent', 'image'> = {
  parse: parseAutoencoderConfig,
  build: buildAutoencoderDecoder,
  inputs: ['latent'],
  outputs: ['image'],
  probe: () => ({ batch: 1, height: 1, width: 1 }),
  golden: {
    accepts: (config, endings) => endings.has('decoded') && !isTiny(config),
    cases: async (folder) => {
      const latent = await folder.tensor('latent');
      const [batch = 0, , height = 0, width = 0] = latent.shape;
      return [{ shape: { batch, height, width }, inputs: { latent }, expected: { image: 'decoded' } }];
    },
  },
};
