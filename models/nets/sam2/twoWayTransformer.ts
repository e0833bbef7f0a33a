/** SAM's two-way transformer: a few tokens and the features attend to each other in turn. */
import { add } from '../../onnx/elementwise.ts';
import type { GraphBuilder, Tensor } from '../../onnx/graphBuilder.ts';
import { layerNormLayer } from '../modules.ts';
import { cellsSeeTokens, tokensSeeCells } from './fewTokens.ts';
import { mlp, projectedAttention } from './layers.ts';
import { decoderHeads } from './sam2Config.ts';

/** Layers of the transformer. */
const layers = 2;

/**
 * Tokens (1, t, C) and features (1, cells, C), with `places` (1, cells, C) added to the features wherever they are keys or queries →
 * both as they have become. `inner` is the width inside its feed-forward parts.
 */
export function twoWayTransformer(
  b: GraphBuilder,
  { tokens, features, places }: { tokens: Tensor; features: Tensor; places: Tensor },
  inner: number,
): { tokens: Tensor; features: Tensor } {
  const width = tokens.shape.at(-1) ?? 0;
  const half = { inner: width / 2, heads: decoderHeads };
  const whole = { inner: width, heads: decoderHeads };
  let [queries, keys] = [tokens, features];
  let placed = add(keys, places);
  const toFeatures = (name: string): Tensor =>
    add(queries, tokensSeeCells(b, name, { tokens: add(queries, tokens), keys: placed, values: keys }, half));
  for (let layer = 0; layer < layers; layer++)
    b.scope(`layers.${layer}`, () => {
      // The first layer's tokens are their own positions still, so they are neither added again nor kept.
      const q = layer === 0 ? queries : add(queries, tokens);
      const own = projectedAttention(b, 'self_attn', { q, k: q, v: queries }, whole);
      queries = layerNormLayer(b, 'norm1', layer === 0 ? own : add(queries, own));
      queries = layerNormLayer(b, 'norm2', toFeatures('cross_attn_token_to_image'));
      queries = layerNormLayer(b, 'norm3', add(queries, mlp(b, 'mlp', queries, [inner, width])));
      const back = { cells: placed, keys: add(queries, tokens), values: queries };
      keys = layerNormLayer(b, 'norm4', add(keys, cellsSeeTokens(b, 'cross_attn_image_to_token', back, half)));
      placed = add(keys, places);
    });
  queries = layerNormLayer(b, 'norm_final_attn', toFeatures('final_attn_token_to_image'));
  return { tokens: queries, features: keys };
}
