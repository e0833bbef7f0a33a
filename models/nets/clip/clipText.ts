/** CLIP's text encoder, as Stable Diffusion 1.5 and 2.1 use it: token ids to one vector per token. */

import { z } from 'zod';
import { StudioError } from '../../errors/studioError.ts';
import { int64Tensor } from '../../math/tensor.ts';
import type { Dialect } from '../../onnx/dialect.ts';
import { add, embed, multiply, subtract } from '../../onnx/elementwise.ts';
import { type Graph, GraphBuilder, type Tensor } from '../../onnx/graphBuilder.ts';
import { matmul } from '../../onnx/linear.ts';
import { reshape } from '../../onnx/shaping.ts';
import type { WeightSource } from '../../onnx/types.ts';
import { layerNormLayer, linearLayer } from '../modules.ts';
import type { HiddenLayer, Network } from '../network.ts';
import {
  type ClipNaming,
  type ClipTowerSizes,
  clipLayers,
  clipTowerSchema,
  clipTowerSizes,
} from './clipTransformer.ts';

const schema = clipTowerSchema.extend({
  hidden_size: z.int().positive().default(512),
  intermediate_size: z.int().positive().default(2048),
  num_attention_heads: z.int().positive().default(8),
  max_position_embeddings: z.int().positive().default(77),
  projection_dim: z.int().positive().default(512),
  vocab_size: z.int().positive().default(49408),
});

/** A text encoder, as its config.json (CLIPTextModel) describes it. */
export interface ClipTextConfig extends ClipTowerSizes {
  readonly tokens: number;
  readonly vocabulary: number;
  /** Width of a whole sentence's vector; only towers of a CLIP with both have one. */
  readonly projectionWidth?: number;
  /** Absent: transformers'. */
  readonly naming?: ClipNaming;
}

const names = {
  transformers: {
    words: 'embeddings.token_embedding.weight',
    places: 'embeddings.position_embedding.weight',
    lastNorm: 'final_layer_norm',
  },
  'open-clip': { words: 'token_embedding.weight', places: 'positional_embedding', lastNorm: 'ln_final' },
} as const;

/** Reads a CLIPTextModel's config.json; `label` names the file in messages. */
export function parseClipTextConfig(json: unknown, label: string): ClipTextConfig {
  const parsed = schema.safeParse(json);
  if (!parsed.success)
    throw new StudioError(
      'format-damaged',
      `${label} is no CLIP text configuration: ${z.prettifyError(parsed.error)}.`,
    );
  const config = parsed.data;
  return {
    ...clipTowerSizes(config),
    tokens: config.max_position_embeddings,
    vocabulary: config.vocab_size,
    projectionWidth: config.projection_dim,
  };
}

/** What a text tower is built to answer with. */
export interface ClipTextShape {
  readonly batch: number;
  readonly hiddenLayer: HiddenLayer;
  readonly skip?: number;
  readonly learned?: boolean;
  /** Answer with the sentence's own vector instead of its tokens'. */
  readonly projected?: boolean;
}

/**
 * Builds it: tokenIds (n, tokens) int64 → states (n, tokens, width) after the final norm. `penultimate` leaves out the last
 * layer but not the norm: what Stable Diffusion 2.1 does with a full encoder (files in diffusers' form already lack it), and
 * `skip` any number of them (diffusers' "clip_skip"). Every token sees itself and those before it. With `learned`, two more
 * inputs lay vectors of one's own over words: learned (n, tokens, width), and learnedMask (n, tokens, 1), 1 where they count. With
 * `projected` it takes ends (n) int64, the places of the end tokens among all n · tokens, and gives embedding (n, projection width).
 */
export function buildClipText(
  config: ClipTextConfig,
  shape: ClipTextShape,
  dialect: Dialect,
  source: WeightSource,
): Graph {
  const b: GraphBuilder = new GraphBuilder('text_encoder', dialect, source);
  const { tokens, width, naming = 'transformers' } = config;
  const { words, places, lastNorm } = names[naming];
  const ids = b.input('tokenIds', 'int64', [shape.batch, tokens]);
  const build = (): Tensor => {
    const known = embed(b.weight(words, [config.vocabulary, width]), ids);
    const laid = shape.learned ? layLearned(b, known) : known;
    const embedded = add(laid, reshape(b.weight(places, [tokens, width]), [1, tokens, width]));
    const mask = b.constant([1, 1, tokens, tokens], causalMask(tokens));
    const skipped = shape.skip ?? (shape.hiddenLayer === 'last' ? 0 : 1);
    const count = Math.max(1, config.layers - skipped);
    return layerNormLayer(b, lastNorm, clipLayers(b, embedded, config, naming, count, mask), config.epsilon);
  };
  // Newer files leave the root's name out.
  const states = b.hasWeight(`text_model.${lastNorm}.weight`) ? b.scope('text_model', build) : build();
  if (shape.projected) b.output('embedding', projected(b, states, config, shape.batch));
  else b.output('states', states);
  return b.finish();
}

/** The end token's state, projected; OpenCLIP keeps its matrix the other way round. */
function projected(b: GraphBuilder, states: Tensor, config: ClipTextConfig, batch: number): Tensor {
  const { tokens, width, projectionWidth = width } = config;
  const ended = embed(reshape(states, [batch * tokens, width]), b.input('ends', 'int64', [batch]));
  if (config.naming === 'open-clip') return matmul(ended, b.weight('text_projection', [width, projectionWidth]));
  return linearLayer(b, 'text_projection', ended, projectionWidth, false);
}

/** known + mask · (learned − known). */
function layLearned(b: GraphBuilder, known: Tensor): Tensor {
  const [batch = 0, tokens = 0] = known.shape;
  const learned = b.input('learned', 'float32', known.shape);
  const mask = b.input('learnedMask', 'float32', [batch, tokens, 1]);
  return add(known, multiply(mask, subtract(learned, known)));
}

/** Zero on and below the diagonal; above it the lowest float, so that those weights vanish in the softmax. */
function causalMask(tokens: number): Float32Array {
  const lowest = -3.4028234663852886e38;
  return Float32Array.from({ length: tokens * tokens }, (_, index) =>
    index % tokens > Math.floor(index / tokens) ? lowest : 0,
  );
}

/** A text tower and the layer it answers with. */
export type TextEncoderConfig = ClipTextConfig & { readonly hiddenLayer: HiddenLayer };

/** The tower as an entry of the table of networks: tokenIds int64 (n, tokens) → states (n, tokens, width). */
export const clipText: Network<TextEncoderConfig, { batch: number }, 'tokenIds', 'states'> = {
  parse: (json, label, { text }) => ({ ...parseClipTextConfig(json, label), hiddenLayer: text.hiddenLayer }),
  build: (config, { batch }, dialect, source) =>
    buildClipText(config, { batch, hiddenLayer: config.hiddenLayer }, dialect, source),
  inputs: ['tokenIds'],
  outputs: ['states'],
  probe: () => ({ batch: 1 }),
  // Buffers of older files, and the parts behind the layer in use.
  ignores: ({ hiddenLayer }) =>
    hiddenLayer === 'last' ? /position_ids$|^text_projection/ : /position_ids$|^text_projection|encoder\.layers\.\d+\./,
  golden: {
    accepts: (_, endings) => endings.has('input_ids'),
    cases: async (folder, config) => {
      const ids = await folder.tensor('input_ids');
      const json = folder.json;
      const isPenultimate =
        typeof json === 'object' && json !== null && 'hidden_layer' in json && json.hidden_layer === 'penultimate';
      return [
        {
          shape: { batch: ids.shape[0] ?? 0 },
          inputs: { tokenIds: int64Tensor(ids.shape, [...ids.data]) },
          expected: { states: 'states' },
          config: { ...config, hiddenLayer: isPenultimate ? 'penultimate' : 'last' },
        },
      ];
    },
  },
};
