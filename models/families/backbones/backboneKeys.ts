/** The keys of backbones' files under the names of their networks, and the sizes that shapes give. */
import { z } from 'zod';
import type { DinoConfig } from '../../nets/backbones/dino.ts';
import type { ClipTextConfig } from '../../nets/clip/clipText.ts';
import type { TensorIndex } from '../../weights/storedTensor.ts';
import { renameKeys, replaceStart } from '../sd15/keys/renameKeys.ts';

/** The part of config.json that shapes do not tell; all of it may be missing. */
const sizesOfJson = z.object({
  num_attention_heads: z.int().positive().optional(),
  layer_norm_eps: z.number().positive().optional(),
  hidden_act: z.enum(['quick_gelu', 'gelu']).optional(),
});

/** What config.json says of a tower beside shapes. */
export const towerJson = (json: unknown): z.output<typeof sizesOfJson> => sizesOfJson.safeParse(json).data ?? {};

const axis = (index: TensorIndex, key: string, position: number): number => index.get(key)?.shape[position] ?? 0;

/** How many of `key(0)`, `key(1)`, … there are. */
function count(index: TensorIndex, key: (position: number) => string): number {
  let found = 0;
  while (index.has(key(found))) found++;
  return found;
}

/** Names of transformers' layers, and the originals' in their place. */
const dinoBlocks = [
  ['attention.attention', 'attn'],
  ['attention.output.dense', 'attn.proj'],
  ['layernorm_before', 'norm1'],
  ['layernorm_after', 'norm2'],
  ['norm1', 'norm1'],
  ['norm2', 'norm2'],
  ['intermediate.dense', 'mlp.fc1'],
  ['output.dense', 'mlp.fc2'],
  ['mlp', 'mlp'],
  ['layer_scale1.lambda1', 'ls1.gamma'],
  ['layer_scale2.lambda1', 'ls2.gamma'],
] as const;

const dinoEnds = [
  ['embeddings.cls_token', 'cls_token'],
  ['embeddings.position_embeddings', 'pos_embed'],
  ['embeddings.register_tokens', 'register_tokens'],
  ['embeddings.patch_embeddings.projection', 'patch_embed.proj'],
  ['layernorm', 'norm'],
] as const;

/** What a DINO file holds beside its transformer. */
const besideDino = /^(mask_token|head|dino_head|fc_norm)(\.|$)/;

/** A file of DINO's form in the originals' names; heads and what only training has are left out. */
export function dinoTensors(index: TensorIndex): TensorIndex {
  return renameKeys(index, (key) => {
    const own = key.replace(/^(module\.)?(backbone\.|vit\.|dinov2\.|teacher\.)*/, '');
    const layer = /^encoder\.layer\.(\d+)\.(.*)$/.exec(own);
    if (layer) {
      const name = replaceStart(layer[2] ?? '', dinoBlocks);
      return name === undefined ? undefined : `blocks.${layer[1]}.${name}`;
    }
    if (/^(embeddings|layernorm|pooler|classifier)\./.test(own)) return replaceStart(own, dinoEnds);
    return besideDino.test(own) ? undefined : own;
  });
}

/** Sides of the picture that DINO's and DINOv2's features are read at; DINOv2's patches are of 14 pixels. */
const dinoSide = 224;

/** The sizes of a DINO; heads are 64 channels wide where nothing says otherwise. */
export function dinoConfig(index: TensorIndex, json: unknown, side = dinoSide): DinoConfig {
  const said = towerJson(json);
  const width = axis(index, 'pos_embed', 2);
  const patchSize = axis(index, 'patch_embed.proj.weight', 2);
  return {
    width,
    inner: axis(index, 'blocks.0.mlp.fc1.weight', 0),
    layers: count(index, (layer) => `blocks.${layer}.norm1.weight`),
    heads: said.num_attention_heads ?? Math.max(1, Math.floor(width / 64)),
    patchSize,
    placesAcross: Math.round(Math.sqrt(axis(index, 'pos_embed', 1) - 1)),
    registers: axis(index, 'register_tokens', 1),
    imageSize: Math.floor(side / Math.max(1, patchSize)) * patchSize,
    epsilon: said.layer_norm_eps ?? 1e-6,
  };
}

/** A whole CLIP's text tower with the projection behind it, and how it is named; undefined where the file has no such tower. */
export function sentenceTensors(
  index: TensorIndex,
): { tensors: TensorIndex; config: Omit<ClipTextConfig, 'activation' | 'epsilon'> } | undefined {
  if (index.has('text_projection.weight') && index.has('text_model.final_layer_norm.weight')) {
    const tensors = renameKeys(index, (key) =>
      /^text_model\.(?!.*position_ids$)|^text_projection\./.test(key) ? key : undefined,
    );
    const layers = 'text_model.encoder.layers';
    const words = 'text_model.embeddings.token_embedding.weight';
    return {
      tensors,
      config: {
        ...textSizes(
          tensors,
          words,
          'text_model.embeddings.position_embedding.weight',
          (layer) => `${layers}.${layer}.mlp.fc1.weight`,
        ),
        projectionWidth: axis(tensors, 'text_projection.weight', 0),
        naming: 'transformers',
      },
    };
  }
  if (!index.has('text_projection') || !index.has('ln_final.weight')) return undefined;
  const tensors = renameKeys(index, (key) =>
    /^(token_embedding\.|positional_embedding$|transformer\.|ln_final\.|text_projection$)/.test(key) ? key : undefined,
  );
  return {
    tensors,
    config: {
      ...textSizes(
        tensors,
        'token_embedding.weight',
        'positional_embedding',
        (layer) => `transformer.resblocks.${layer}.mlp.c_fc.weight`,
      ),
      projectionWidth: axis(tensors, 'text_projection', 1),
      naming: 'open-clip',
    },
  };
}

function textSizes(index: TensorIndex, words: string, places: string, widening: (layer: number) => string) {
  const width = axis(index, words, 1);
  return {
    width,
    inner: axis(index, widening(0), 0),
    layers: count(index, widening),
    heads: width === 1280 ? 20 : Math.max(1, Math.floor(width / 64)),
    tokens: axis(index, places, 0),
    vocabulary: axis(index, words, 0),
  };
}

/** Channels that each convolution makes, by its module's path: keys that end in `ending`. */
export function widthsOf(index: TensorIndex, ending: string): Record<string, number> {
  return Object.fromEntries(
    [...index].flatMap(([key, { shape }]) =>
      key.endsWith(ending) ? [[key.slice(0, -ending.length), shape[0] ?? 0]] : [],
    ),
  );
}
