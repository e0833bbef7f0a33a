/** A small decoder of TAESD's form (AutoencoderTiny): latents to pictures at a fraction of the VAE's cost, for previews. */

import { z } from 'zod';
import { StudioError } from '../errors/studioError.ts';
import type { Dialect } from '../onnx/dialect.ts';
import { add, relu, scale, tanh } from '../onnx/elementwise.ts';
import { type Graph, GraphBuilder, type Tensor } from '../onnx/graphBuilder.ts';
import { resizeNearest } from '../onnx/shaping.ts';
import type { WeightSource } from '../onnx/types.ts';
import type { PictureShape } from './autoencoder.ts';
import { convolutionLayer } from './modules.ts';
import type { Network } from './network.ts';

const schema = z.object({
  out_channels: z.int().positive().default(3),
  latent_channels: z.int().positive().default(4),
  decoder_block_out_channels: z.array(z.int().positive()).min(1).default([64, 64, 64, 64]),
  num_decoder_blocks: z.array(z.int().positive()).min(1).default([3, 3, 3, 1]),
  upsampling_scaling_factor: z.literal(2).default(2),
  act_fn: z.literal('relu').default('relu'),
});

/** A TAESD-form decoder, as its config.json (AutoencoderTiny) describes it. */
export interface TinyDecoderConfig {
  readonly outChannels: number;
  readonly latentChannels: number;
  readonly widths: readonly number[];
  readonly blocks: readonly number[];
  readonly factor: number;
}

/** Reads an AutoencoderTiny's config.json; `label` names the file in messages. */
export function parseTinyDecoderConfig(json: unknown, label: string): TinyDecoderConfig {
  const parsed = schema.safeParse(json);
  if (!parsed.success)
    throw new StudioError(
      'format-damaged',
      `${label} is no AutoencoderTiny configuration: ${z.prettifyError(parsed.error)}.`,
    );
  const { out_channels, latent_channels, decoder_block_out_channels: widths, num_decoder_blocks: blocks } = parsed.data;
  if (widths.length !== blocks.length)
    throw new StudioError(
      'format-damaged',
      `${label} lists ${widths.length} widths and ${blocks.length} block counts.`,
    );
  if (new Set(widths).size > 1)
    throw new StudioError('model-mismatch', `${label}: decoder levels of different widths are not supported.`);
  return {
    outChannels: out_channels,
    latentChannels: latent_channels,
    widths,
    blocks,
    factor: 2 ** (widths.length - 1),
  };
}

/** Builds it: latent (n, c, h, w), scaled as sampled → image (n, 3, h·factor, w·factor) in about −1..1. Keys lie under `decoder.layers`. */
export function buildTinyDecoder(
  config: TinyDecoderConfig,
  shape: PictureShape,
  dialect: Dialect,
  source: WeightSource,
): Graph {
  const b: GraphBuilder = new GraphBuilder('preview_decoder', dialect, source);
  const latent = b.input('latent', 'float32', [shape.batch, config.latentChannels, shape.height, shape.width]);
  // Keeps wild latents in range, as the original does.
  let x = scale(tanh(scale(latent, 1 / 3)), 3);
  b.scope('decoder.layers', () => {
    let index = 0;
    x = relu(convolutionLayer(b, String(index++), x, config.widths[0] ?? 0));
    index++; // the activation has a number of its own
    for (const [level, count] of config.blocks.entries()) {
      const width = config.widths[level] ?? 0;
      const last = level === config.blocks.length - 1;
      for (let block = 0; block < count; block++) x = tinyBlock(b, String(index++), x);
      if (!last) {
        const [, , height = 0, rowWidth = 0] = x.shape;
        x = resizeNearest(x, 2 * height, 2 * rowWidth);
        index++; // so has the enlargement
      }
      x = convolutionLayer(b, String(index++), x, last ? config.outChannels : width, { bias: last });
    }
  });
  b.output('image', add(scale(x, 2), b.constant([], [-1])));
  return b.finish();
}

/** Three convolutions with ReLU, plus the input, then ReLU. */
function tinyBlock(b: GraphBuilder, name: string, x: Tensor): Tensor {
  const width = x.shape[1] ?? 0;
  return b.scope(name, () => {
    let hidden = relu(convolutionLayer(b, 'conv.0', x, width));
    hidden = relu(convolutionLayer(b, 'conv.2', hidden, width));
    return relu(add(convolutionLayer(b, 'conv.4', hidden, width), x));
  });
}

/** The decoder as an entry of the table of networks: latent (n, c, h, w), scaled → image (n, 3, h·8, w·8) from −1 to 1. */
export const tinyDecoder: Network<TinyDecoderConfig, PictureShape, 'latent', 'image'> = {
  parse: parseTinyDecoderConfig,
  build: buildTinyDecoder,
  inputs: ['latent'],
  outputs: ['image'],
  probe: () => ({ batch: 1, height: 1, width: 1 }),
  ignores: () => /^encoder\./,
  golden: {
    accepts: (config) => config._class_name === 'AutoencoderTiny' || 'decoder_block_out_channels' in config,
    cases: async (folder) => {
      const latent = await folder.tensor('latent');
      const [batch = 0, , height = 0, width = 0] = latent.shape;
      return [{ shape: { batch, height, width }, inputs: { latent }, expected: { image: 'decoded' } }];
    },
  },
};
