/** The MagDiff UNet (UNet3DConditionModel of the release): one denoising prediction for a whole clip. */

import { floatTensor } from '../../math/tensor.ts';
import type { Dialect } from '../../onnx/dialect.ts';
import { add, multiply, scale, silu } from '../../onnx/elementwise.ts';
import { type Graph, GraphBuilder, type Tensor } from '../../onnx/graphBuilder.ts';
import { concatenate, slice, split } from '../../onnx/shaping.ts';
import type { WeightSource } from '../../onnx/types.ts';
import {
  clipShape,
  enlargeFrames,
  frameConvolution,
  type ResidualOptions,
  residualBlock,
  temporalConvolution,
} from '../clip/clipLayers.ts';
import { groupNormLayer } from '../modules.ts';
import type { Network } from '../network.ts';
import { type TimeEmbeddingOptions, timeEmbedding } from '../timeEmbedding.ts';
import { alikeInFrames } from './alphaInputs.ts';
import { alphaKeys, context } from './contextKeyValues.ts';
import { addCoordinates } from './coordinates.ts';
import { hold, preconditioning } from './precondition.ts';
import { freeOf, layOver, maskReader, type Subject, share } from './subjectMix.ts';
import { crossAttentionLayers, parseUnetConfig, type UnetConfig, type UnetLevel } from './unetConfig.ts';
import {
  type LayerContext,
  spatialTransformer,
  type TransformerOptions,
  temporalTransformer,
} from './unetTransformer.ts';

/** Static sizes of a UNet graph; height and width are latent ones. */
export interface UnetGraphShape {
  readonly batch: number;
  readonly frames: number;
  readonly height: number;
  readonly width: number;
  readonly imageTokens: number;
  /** Extra outputs `<layer>.text_map` and `<layer>.image_map`: (b·f, h·w, tokens), averaged over heads. */
  readonly attentionMaps?: boolean;
}

/**
 * Builds the UNet. Inputs: sample (b, C, f, h, w), which ends in the mask's pixels where the subject is laid over the prediction,
 * timestep (1), alpha_text and alpha_image (cross-attention layers in the order of crossAttentionLayers, frames), and per layer
 * `<layer>.text_key`, `.text_value` (b, text tokens, width) and, where there are image tokens, `.image_key`, `.image_value`.
 * Output: prediction (b, out, f, h, w).
 */
export function buildUnet(config: UnetConfig, shape: UnetGraphShape, dialect: Dialect, source: WeightSource): Graph {
  const b: GraphBuilder = new GraphBuilder('unet', dialect, source);
  const contextOf = declareContext(b, config, shape);
  const { sample, subject } = declareSample(b, config, shape);
  const timestep = b.input('timestep', 'float32', [1]);
  const time = silu(timeEmbedding(b, timestep, timeOptions(config)));
  const centred = config.centreInput ? add(scale(sample, 2), b.constant([], [-1])) : sample;
  const residual = { groups: config.groups, epsilon: config.epsilon, time, timeNorm: 'default' } as const;
  const stage = new Stage(b, config, residual, contextOf);

  let x = frameConvolution(b, 'conv_in', centred, config.down[0]?.channels ?? 0);
  if (config.coordinates) x = addCoordinates(b, x);
  if (config.temporalTransformer) x = temporalTransformer(b, 'temp_transformer', x);
  const skips = [x];
  for (const [index, level] of config.down.entries()) {
    x = b.scope(`down_blocks.${index}`, () => stage.down(x, level, skips, index < config.down.length - 1));
  }
  x = b.scope('mid_block', () => stage.middle(x));
  for (const [index, level] of config.up.entries()) {
    x = b.scope(`up_blocks.${index}`, () => stage.up(x, level, skips, index < config.up.length - 1));
  }
  x = groupNormLayer(b, 'conv_norm_out', x, { groups: config.groups, epsilon: config.epsilon, activation: 'silu' });
  const output = frameConvolution(b, 'conv_out', x, config.outChannels);
  let drawn = output;
  if (config.precondition) {
    const less = frameConvolution(b, 'conv_less', x, config.outChannels);
    const correct = preconditioning(b, timestep, config.outChannels);
    drawn = correct.estimate(slice(sample, 1, 0, config.outChannels), output, less);
    const still = share(frameConvolution(b, 'conv_hold', x, 1), true);
    drawn = hold(drawn, subject ? multiply(still, freeOf(subject)) : still);
    if (config.detail > 0) drawn = correct.bringOut(drawn, config.detail);
  }
  b.output('prediction', subject ? layOver(b, subject, drawn, frameConvolution(b, 'conv_gate', x, 2)) : drawn);
  return b.finish();
}

/** Declares the input `sample`: what the first convolution is given of it, and the subject that is laid over the prediction. */
function declareSample(
  b: GraphBuilder,
  { inChannels, outChannels, subjectPatch: side, precondition: firm }: UnetConfig,
  { batch, frames, height, width }: UnetGraphShape,
): { sample: Tensor; subject: Subject | undefined } {
  const channels = inChannels + side * side;
  const whole = b.input('sample', 'float32', [batch, channels, frames, height, width]);
  if (side === 0) return { sample: whole, subject: undefined };
  const [sample, mask] = [slice(whole, 1, 0, inChannels), slice(whole, 1, inChannels, channels)];
  return { sample, subject: { latents: slice(sample, 1, inChannels - outChannels, inChannels), mask, side, firm } };
}

/** Declares the α and context inputs; returns what each layer, by its module path, is fed. */
function declareContext(b: GraphBuilder, config: UnetConfig, shape: UnetGraphShape): (layer: string) => LayerContext {
  const layers = crossAttentionLayers(config);
  const alphas = (name: string): readonly Tensor[] =>
    layers.length === 0
      ? []
      : split(b.input(name, 'float32', [layers.length, shape.frames]), 0, Array<number>(layers.length).fill(1));
  const text = alphas('alpha_text');
  const image = alphas('alpha_image');
  const contexts = new Map<string, LayerContext>();
  for (const [index, { name, channels }] of layers.entries()) {
    const input = (kind: string, tokens: number): Tensor =>
      b.input(`${name}.${kind}`, 'float32', [shape.batch, tokens, channels]);
    const imageInput = (kind: string): Tensor | undefined =>
      shape.imageTokens > 0 ? input(kind, shape.imageTokens) : undefined;
    const [alphaText, alphaImage] = [text[index], image[index]];
    if (!alphaText || !alphaImage) continue;
    contexts.set(name, {
      textKey: input('text_key', config.textTokens),
      textValue: input('text_value', config.textTokens),
      imageKey: imageInput('image_key'),
      imageValue: imageInput('image_value'),
      alphaText,
      alphaImage,
      onMaps: shape.attentionMaps
        ? (textMap, imageMap) => {
            b.output(`${name}.text_map`, textMap);
            if (imageMap) b.output(`${name}.image_map`, imageMap);
          }
        : undefined,
    });
  }
  return (layer) => contexts.get(layer) ?? b.fail(`no context is declared for the layer ${layer}`);
}

/** The timestep is embedded at the first level's width and handed on at four times that. */
function timeOptions({ down, flipSinToCos, frequencyShift }: UnetConfig): TimeEmbeddingOptions {
  const width = down[0]?.channels ?? 0;
  return { width, outputs: 4 * width, flipSinToCos, frequencyShift };
}

type SharedResidual = Omit<ResidualOptions, 'outputs' | 'outputScale'>;

/** The blocks of one UNet: they share the time embedding, the context and the configuration. */
class Stage {
  readonly #b: GraphBuilder;
  readonly #config: UnetConfig;
  readonly #residual: SharedResidual;
  readonly #contextOf: (layer: string) => LayerContext;

  constructor(
    b: GraphBuilder,
    config: UnetConfig,
    residual: SharedResidual,
    contextOf: (layer: string) => LayerContext,
  ) {
    this.#b = b;
    this.#config = config;
    this.#residual = residual;
    this.#contextOf = contextOf;
  }

  /** Residual blocks (and transformers) of a level, then halving; pushes what the up side will join. */
  down(input: Tensor, level: UnetLevel, skips: Tensor[], halve: boolean): Tensor {
    let x = input;
    for (let index = 0; index < this.#config.layersPerBlock; index++) {
      x = this.#layer(x, index, level, 1);
      if (level.attention) x = this.#transformer(x, index, level, this.#config.temporalAttention === 'everywhere');
      skips.push(x);
    }
    if (!halve) return x;
    x = frameConvolution(this.#b, 'downsamplers.0.conv', x, level.channels, { stride: 2 });
    skips.push(x);
    return x;
  }

  middle(input: Tensor): Tensor {
    const { mid, midScale, temporalAttention } = this.#config;
    let x = this.#layer(input, 0, mid, midScale);
    x = this.#transformer(x, 0, mid, temporalAttention === 'everywhere');
    return this.#layer(x, 1, mid, midScale);
  }

  /** Mirrors {@link Stage.down}; enlarges to the size of the next skip, so that odd sizes meet again. */
  up(input: Tensor, level: UnetLevel, skips: Tensor[], enlarge: boolean): Tensor {
    let x = input;
    for (let index = 0; index <= this.#config.layersPerBlock; index++) {
      const skip = skips.pop() ?? this.#b.fail('the up side asks for more skips than the down side left');
      x = this.#layer(concatenate([x, skip], 1), index, level, 1);
      if (level.attention) x = this.#transformer(x, index, level, true);
    }
    if (!enlarge) return x;
    const next = skips.at(-1) ?? this.#b.fail('the up side asks for more skips than the down side left');
    const [, , , height, width] = clipShape(next);
    return frameConvolution(this.#b, 'upsamplers.0.conv', enlargeFrames(x, height, width), level.channels);
  }

  #layer(x: Tensor, index: number, level: UnetLevel, outputScale: number): Tensor {
    const hidden = residualBlock(this.#b, `resnets.${index}`, x, {
      ...this.#residual,
      outputs: level.channels,
      outputScale,
    });
    return this.#config.temporalConvolution ? temporalConvolution(this.#b, `temp_convs.${index}`, hidden) : hidden;
  }

  #transformer(x: Tensor, index: number, level: UnetLevel, temporal: boolean): Tensor {
    const options: TransformerOptions = {
      config: this.#config,
      heads: level.heads,
      temporal,
      contextOf: this.#contextOf,
    };
    return spatialTransformer(this.#b, `attentions.${index}`, x, options);
  }
}

/**
 * The UNet as an entry of the table of networks: sample (n, inputs, frames, h, w), timestep (1), alpha_text and alpha_image (layers, frames),
 * keys and values of every layer → prediction (n, outputs, frames, h, w) and, where asked for, attention maps.
 */
export const unet: Network<UnetConfig, UnetGraphShape> = {
  parse: parseUnetConfig,
  build: buildUnet,
  probe: ({ down }) => {
    const side = 2 ** (down.length - 1);
    // Two frames, because a single one leaves the temporal layers out.
    return { batch: 1, frames: 2, height: side, width: side, imageTokens: 1 };
  },
  ignores: () => maskReader,
  golden: {
    accepts: (_, endings) => endings.has('sample') && endings.has('encoder_hidden_states'),
    cases: async (folder, config) => {
      const layers = crossAttentionLayers(config);
      const alphas = async (kind: 'text' | 'image'): Promise<number[]> => {
        const values = layers.map(async ({ name }) => (await folder.weight(alphaKeys(name)[kind])).data[0] ?? 0);
        return Promise.all(values);
      };
      const learned = { text: await alphas('text'), image: await alphas('image') };
      return Promise.all(
        folder.caseNames.map(async (name) => {
          const sample = await folder.tensor(`${name}sample`);
          const states = await folder.tensor(`${name}encoder_hidden_states`);
          const [batch = 0, , frames = 0, height = 0, width = 0] = sample.shape;
          const imageTokens = (states.shape[1] ?? 0) - config.textTokens;
          const keysAndValues = await folder.run(context, config, { batch, imageTokens }, { context: states });
          const alpha = {
            alpha_text: alikeInFrames(learned.text, frames),
            alpha_image: alikeInFrames(learned.image, frames),
          };
          const timestep = floatTensor([1], (await folder.tensor(`${name}timestep`)).data.slice(0, 1));
          return {
            shape: { batch, frames, height, width, imageTokens },
            inputs: { sample, timestep, ...alpha, ...keysAndValues },
            expected: { prediction: `${name}output` },
          };
        }),
      );
    },
  },
};
