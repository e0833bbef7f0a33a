import type { Dialect } from '../../onnx/dialect.ts';
import { type Graph, GraphBuilder, type Tensor } from '../../onnx/graphBuilder.ts';
import { slice } from '../../onnx/shaping.ts';
import type { WeightSource } from '../../onnx/types.ts';
import { linearLayer } from '../modules.ts';
import type { Network } from '../network.ts';
import { crossAttentionLayers, parseUnetConfig, type UnetConfig } from './unetConfig.ts';

/**
 * Builds the graph that turns a context (b, text tokens + image tokens, width) into every cross-attention layer's keys and
 * values, named as the UNet's inputs. They depend on neither the step nor the frame: one run of this serves a whole take.
 */
export function buildContext(
  config: UnetConfig,
  shape: { batch: number; imageTokens: number },
  dialect: Dialect,
  source: WeightSource,
): Graph {
  const b: GraphBuilder = new GraphBuilder('context', dialect, source);
  const { textTokens, contextWidth } = config;
  const context = b.input('context', 'float32', [shape.batch, textTokens + shape.imageTokens, contextWidth]);
  const text = slice(context, 1, 0, textTokens);
  const image = shape.imageTokens > 0 ? slice(context, 1, textTokens, textTokens + shape.imageTokens) : undefined;
  keyValueOutputs(b, config, text, image);
  return b.finish();
}

/** Outputs every cross-attention layer's keys and values of text tokens and, where there are any, image tokens (n, tokens, width). */
export function keyValueOutputs(b: GraphBuilder, config: UnetConfig, text: Tensor, image: Tensor | undefined): void {
  for (const { name, channels } of crossAttentionLayers(config)) {
    b.scope(name, () => {
      b.output(`${name}.text_key`, linearLayer(b, 'to_k', text, channels, false));
      b.output(`${name}.text_value`, linearLayer(b, 'to_v', text, channels, false));
      if (!image) return;
      b.output(`${name}.image_key`, linearLayer(b, 'to_k_ip', image, channels, false));
      b.output(`${name}.image_value`, linearLayer(b, 'to_v_ip', image, channels, false));
    });
  }
}

/** Checkpoint keys of a layer's learned α, which are inputs of the UNet and not part of any graph. */
export function alphaKeys(layer: string): { text: string; image: string } {
  return { text: `${layer}.text_cross_attention_scale`, image: `${layer}.image_cross_attention_scale` };
}

/** The context as an entry of the table of networks: context (n, text tokens + image tokens, width) → keys and values of every layer. */
export const context: Network<UnetConfig, { batch: number; imageTokens: number }, 'context'> = {
  parse: parseUnetConfig,
  build: buildContext,
  inputs: ['context'],
  probe: () => ({ batch: 1, imageTokens: 1 }),
  scalars: (config) => crossAttentionLayers(config).flatMap(({ name }) => Object.values(alphaKeys(name))),
};
