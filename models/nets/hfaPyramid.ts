/** The paper's HFA pyramid: the subject's latents at several resolutions, fused by convolution into z_s. */

import { z } from 'zod';
import { StudioError } from '../errors/studioError.ts';
import type { FloatTensor } from '../math/tensor.ts';
import type { Dialect } from '../onnx/dialect.ts';
import { add, silu } from '../onnx/elementwise.ts';
import { type Graph, GraphBuilder, type Tensor } from '../onnx/graphBuilder.ts';
import { linear } from '../onnx/linear.ts';
import { concatenate, reshape, transpose } from '../onnx/shaping.ts';
import type { WeightSource } from '../onnx/types.ts';
import { convolutionLayer } from './modules.ts';
import type { Network } from './network.ts';

const schema = z.object({
  latent_channels: z.int().positive(),
  levels: z.int().min(1).max(8),
  hidden_channels: z.int().positive(),
});

/** A pyramid, as its config.json describes it. */
export interface HfaPyramidConfig {
  readonly latentChannels: number;
  readonly levels: number;
  readonly hiddenChannels: number;
}

/** Reads a pyramid's config.json; `label` names the file in messages. */
export function parseHfaPyramidConfig(json: unknown, label: string): HfaPyramidConfig {
  const parsed = schema.safeParse(json);
  if (!parsed.success)
    throw new StudioError(
      'format-damaged',
      `${label} is no HFA pyramid configuration: ${z.prettifyError(parsed.error)}.`,
    );
  return {
    latentChannels: parsed.data.latent_channels,
    levels: parsed.data.levels,
    hiddenChannels: parsed.data.hidden_channels,
  };
}

/**
 * Builds it: level_0 (largest) … level_n (base) (n, c, hᵢ, wᵢ), scaled latents → subject (n, c, h, w) of the base's size:
 * z_s = z_base + conv_out(silu(conv_in(all levels, averaged down to the base's size, joined on channels))).
 */
export function buildHfaPyramid(
  config: HfaPyramidConfig,
  shape: LevelShape,
  dialect: Dialect,
  source: WeightSource,
): Graph {
  const b: GraphBuilder = new GraphBuilder('hfa_pyramid', dialect, source);
  const base = shape.levels.at(-1);
  if (!base || shape.levels.length !== config.levels)
    b.fail(`${shape.levels.length} levels are given to a pyramid of ${config.levels}`);
  const levels = shape.levels.map(({ height, width }, index) =>
    b.input(`level_${index}`, 'float32', [shape.batch, config.latentChannels, height, width]),
  );
  const reduced = levels.map((level) => averageTo(b, level, base.height, base.width));
  const hidden = silu(convolutionLayer(b, 'conv_in', concatenate(reduced, 1), config.hiddenChannels));
  b.output(
    'subject',
    add(
      reduced.at(-1) ?? b.fail('a pyramid needs levels'),
      convolutionLayer(b, 'conv_out', hidden, config.latentChannels),
    ),
  );
  return b.finish();
}

/** Adaptive average pooling as two products with averaging matrices: exact for any pair of sizes. */
function averageTo(b: GraphBuilder, x: Tensor, height: number, width: number): Tensor {
  const [n = 0, channels = 0, h = 0, w = 0] = x.shape;
  if (h === height && w === width) return x;
  const rows = linear(reshape(x, [n * channels, h, w]), b.constant([width, w], averagingMatrix(w, width)));
  const columns = linear(transpose(rows, [0, 2, 1]), b.constant([height, h], averagingMatrix(h, height)));
  return reshape(transpose(columns, [0, 2, 1]), [n, channels, height, width]);
}

/** Row i averages inputs floor(i·from/to) to ceil((i+1)·from/to), as adaptive average pooling does. */
function averagingMatrix(from: number, to: number): Float32Array {
  const matrix = new Float32Array(to * from);
  for (let row = 0; row < to; row++) {
    const start = Math.floor((row * from) / to);
    const end = Math.ceil(((row + 1) * from) / to);
    for (let column = start; column < end; column++) matrix[row * from + column] = 1 / (end - start);
  }
  return matrix;
}

/** The levels of a pyramid, largest first, at latent sizes. */
export interface LevelShape {
  readonly batch: number;
  readonly levels: readonly { readonly height: number; readonly width: number }[];
}

/** The pyramid as an entry of the table of networks: level_0 … level_n → subject. */
export const hfaPyramid: Network<HfaPyramidConfig, LevelShape, string, 'subject'> = {
  parse: parseHfaPyramidConfig,
  build: buildHfaPyramid,
  outputs: ['subject'],
  probe: ({ levels }) => ({ batch: 1, levels: Array.from({ length: levels }, () => ({ height: 1, width: 1 })) }),
  golden: {
    accepts: (config) => 'hidden_channels' in config && 'levels' in config,
    cases: (folder, config) =>
      Promise.all(
        folder.caseNames.map(async (name) => {
          const inputs: Record<string, FloatTensor> = {};
          for (let level = 0; level < config.levels; level++)
            inputs[`level_${level}`] = await folder.tensor(`${name}level_${level}`);
          const levels = Object.values(inputs).map(({ shape }) => ({ height: shape[2] ?? 0, width: shape[3] ?? 0 }));
          const batch = inputs.level_0?.shape[0] ?? 0;
          return { shape: { batch, levels }, inputs, expected: { subject: `${name}output` } };
        }),
      ),
  },
};
