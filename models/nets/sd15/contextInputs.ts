/** Text and image tokens on their way into the UNet: keys and values once per take, α once per step. */

import type { Dialect } from '../../onnx/dialect.ts';
import { type Graph, GraphBuilder, type Tensor } from '../../onnx/graphBuilder.ts';
import { reshape, slice } from '../../onnx/shaping.ts';
import type { WeightSource } from '../../onnx/types.ts';
import type { Network } from '../network.ts';
import { keyValueOutputs } from '../unet/contextKeyValues.ts';
import { crossAttentionLayers, parseUnetConfig, type UnetConfig } from '../unet/unetConfig.ts';

/** Sizes of what the cross-attention layers are fed. */
export interface ContextShape {
  readonly batch: number;
  readonly frames: number;
  /** 77 a chunk of the prompt. */
  readonly textTokens: number;
  /** 0 without an image adapter. */
  readonly imageTokens: number;
  /** Every frame has image tokens of its own; else one set serves the clip. */
  readonly imagePerFrame?: boolean;
  /** Every frame has keys and values of the text of its own, and what lies beside the weights a strength of its own. */
  readonly strengthPerFrame?: boolean;
}

/** What one cross-attention layer is fed; an α is (frames). */
export interface LayerInputs {
  readonly textKey: Tensor;
  readonly textValue: Tensor;
  readonly imageKey: Tensor | undefined;
  readonly imageValue: Tensor | undefined;
  readonly alphaText: Tensor;
  readonly alphaImage: Tensor;
  readonly onTextMap: ((map: Tensor) => void) | undefined;
  readonly onImageMap: ((map: Tensor) => void) | undefined;
}

const imageSets = (shape: ContextShape): number => shape.batch * (shape.imagePerFrame ? shape.frames : 1);

/**
 * Builds the graph that turns text states (b, T, width) and image tokens (b or b · f, I, width) into every cross-attention
 * layer's keys and values, named as the UNet's inputs.
 */
export function buildContext(config: UnetConfig, shape: ContextShape, dialect: Dialect, source: WeightSource): Graph {
  const b: GraphBuilder = new GraphBuilder('context', dialect, source);
  const text = b.input('text', 'float32', [shape.batch, shape.textTokens, config.contextWidth]);
  const image =
    shape.imageTokens > 0
      ? b.input('image', 'float32', [imageSets(shape), shape.imageTokens, config.contextWidth])
      : undefined;
  keyValueOutputs(b, config, text, image);
  return b.finish();
}

/** Declares the UNet's α and context inputs; returns what each layer, by its module path, is fed. */
export function declareContext(
  b: GraphBuilder,
  config: UnetConfig,
  shape: ContextShape & { readonly attentionMaps?: boolean },
): (layer: string) => LayerInputs {
  const layers = crossAttentionLayers(config);
  const alphas = (name: string): Tensor => b.input(name, 'float32', [layers.length, shape.frames]);
  const [text, image] = [alphas('alpha_text'), alphas('alpha_image')];
  const textSets = shape.batch * (shape.strengthPerFrame ? shape.frames : 1);
  const inputs = new Map<string, LayerInputs>();
  for (const [index, { name, channels }] of layers.entries()) {
    const declare = (kind: string, sets: number, tokens: number): Tensor =>
      b.input(`${name}.${kind}`, 'float32', [sets, tokens, channels]);
    const declareImage = (kind: string): Tensor | undefined =>
      shape.imageTokens > 0 ? declare(kind, imageSets(shape), shape.imageTokens) : undefined;
    const row = (table: Tensor): Tensor => reshape(slice(table, 0, index, index + 1), [shape.frames]);
    const mapOutput = (kind: string): ((map: Tensor) => void) | undefined =>
      shape.attentionMaps ? (map) => b.output(`${name}.${kind}`, map) : undefined;
    inputs.set(name, {
      textKey: declare('text_key', textSets, shape.textTokens),
      textValue: declare('text_value', textSets, shape.textTokens),
      imageKey: declareImage('image_key'),
      imageValue: declareImage('image_value'),
      alphaText: row(text),
      alphaImage: row(image),
      onTextMap: mapOutput('text_map'),
      onImageMap: mapOutput('image_map'),
    });
  }
  return (layer) => inputs.get(layer) ?? b.fail(`no context is declared for the layer ${layer}`);
}

/** A picture UNet's context, and whether an image adapter adds to it. */
export interface PictureContextConfig {
  readonly unet: UnetConfig;
  readonly hasAdapter: boolean;
}

/** The context as an entry of the table of networks. Its config.json is the UNet's; `image_adapter` says whether it has one. */
export const pictureContext: Network<PictureContextConfig, ContextShape> = {
  parse: (json, label) => ({
    unet: parseUnetConfig(json, label),
    hasAdapter: Reflect.get(Object(json), 'image_adapter') === true,
  }),
  build: ({ unet }, shape, dialect, source) => buildContext(unet, shape, dialect, source),
  probe: ({ unet, hasAdapter }) => ({
    batch: 1,
    frames: 1,
    textTokens: unet.textTokens,
    imageTokens: hasAdapter ? 1 : 0,
  }),
};
