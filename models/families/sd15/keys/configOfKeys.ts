/**
 * Configurations read off shapes, for files that come without one. Each is written as the config.json of a diffusers or
 * transformers folder, so that single files and folders go through the same parsers. What shapes cannot tell (head counts,
 * epsilons, activations) is Stable Diffusion 1's and 2's own.
 */
import type { TensorIndex } from '../../../weights/storedTensor.ts';

type Json = Readonly<Record<string, unknown>>;

const size = (index: TensorIndex, key: string, axis: number): number => index.get(key)?.shape[axis] ?? 0;

/** How many of `key(0)`, `key(1)`, … a file has. */
function count(index: TensorIndex, key: (position: number) => string): number {
  let found = 0;
  while (index.has(key(found))) found++;
  return found;
}

/** The config.json of a UNet in diffusers' names. */
export function unetConfigOfKeys(unet: TensorIndex): Json {
  const levels = count(unet, (level) => `down_blocks.${level}.resnets.0.conv1.weight`);
  const positions = Array.from({ length: levels }, (_, level) => level);
  const attends = (block: string): boolean => unet.has(`${block}.attentions.0.norm.weight`);
  const widths = positions.map((level) => size(unet, `down_blocks.${level}.resnets.0.conv1.weight`, 0));
  const context = size(unet, 'mid_block.attentions.0.transformer_blocks.0.attn2.to_k.weight', 1);
  const linear = unet.get('mid_block.attentions.0.proj_in.weight')?.shape.length === 2;
  // Stable Diffusion 1 has eight heads everywhere; 2 has heads of 64 channels (and 1024 columns of context).
  const heads = context === 1024 && linear ? widths.map((width) => width / 64) : 8;
  return {
    _class_name: 'UNet2DConditionModel',
    in_channels: size(unet, 'conv_in.weight', 1),
    out_channels: size(unet, 'conv_out.weight', 0),
    block_out_channels: widths,
    layers_per_block: count(unet, (layer) => `down_blocks.0.resnets.${layer}.conv1.weight`),
    down_block_types: positions.map((level) =>
      attends(`down_blocks.${level}`) ? 'CrossAttnDownBlock2D' : 'DownBlock2D',
    ),
    up_block_types: positions.map((level) => (attends(`up_blocks.${level}`) ? 'CrossAttnUpBlock2D' : 'UpBlock2D')),
    cross_attention_dim: context,
    attention_head_dim: heads,
    use_linear_projection: linear,
  };
}

/** The config.json of a VAE in diffusers' names. */
export function vaeConfigOfKeys(vae: TensorIndex): Json {
  const levels = count(vae, (level) => `decoder.up_blocks.${level}.resnets.0.conv1.weight`);
  return {
    _class_name: 'AutoencoderKL',
    in_channels: 3,
    out_channels: size(vae, 'decoder.conv_out.weight', 0),
    latent_channels: size(vae, 'decoder.conv_in.weight', 1),
    block_out_channels: Array.from({ length: levels }, (_, level) =>
      size(vae, `decoder.up_blocks.${levels - 1 - level}.resnets.0.conv1.weight`, 0),
    ),
    layers_per_block: count(vae, (layer) => `decoder.up_blocks.0.resnets.${layer}.conv1.weight`) - 1,
    scaling_factor: 0.18215,
    use_quant_conv: vae.has('quant_conv.weight'),
    use_post_quant_conv: vae.has('post_quant_conv.weight'),
    mid_block_add_attention: vae.has('decoder.mid_block.attentions.0.group_norm.weight'),
  };
}

/** The config.json of a CLIP text tower in transformers' names: OpenAI's, whose heads are 64 channels wide. */
export function textConfigOfKeys(text: TensorIndex): Json {
  const width = size(text, 'text_model.embeddings.token_embedding.weight', 1);
  return {
    architectures: ['CLIPTextModel'],
    hidden_size: width,
    intermediate_size: size(text, 'text_model.encoder.layers.0.mlp.fc1.weight', 0),
    num_hidden_layers: count(text, (layer) => `text_model.encoder.layers.${layer}.layer_norm1.weight`),
    num_attention_heads: Math.max(1, width / 64),
    max_position_embeddings: size(text, 'text_model.embeddings.position_embedding.weight', 0),
    vocab_size: size(text, 'text_model.embeddings.token_embedding.weight', 0),
    hidden_act: 'quick_gelu',
  };
}

/** Heads of the published vision towers, by width: ViT-L, ViT-H, ViT-bigG; elsewhere 64 channels a head. */
const visionHeads: ReadonlyMap<number, number> = new Map([
  [1024, 16],
  [1280, 16],
  [1664, 16],
]);

/** The config.json of a CLIP vision tower without one. OpenAI's ViT-L has quick GELU, OpenCLIP's towers the exact one. */
export function visionConfigOfKeys(vision: TensorIndex, naming: 'transformers' | 'open-clip'): Json {
  const open = naming === 'open-clip';
  const patches = open ? 'visual.conv1.weight' : 'vision_model.embeddings.patch_embedding.weight';
  const places = open ? 'visual.positional_embedding' : 'vision_model.embeddings.position_embedding.weight';
  const layers = open ? 'visual.transformer.resblocks' : 'vision_model.encoder.layers';
  const widening = open ? 'mlp.c_fc' : 'mlp.fc1';
  const width = size(vision, patches, 0);
  const patch = size(vision, patches, 2);
  return {
    architectures: ['CLIPVisionModelWithProjection'],
    hidden_size: width,
    intermediate_size: size(vision, `${layers}.0.${widening}.weight`, 0),
    num_hidden_layers: count(vision, (layer) => `${layers}.${layer}.${widening}.weight`),
    num_attention_heads: visionHeads.get(width) ?? Math.max(1, Math.floor(width / 64)),
    patch_size: patch,
    image_size: Math.round(Math.sqrt(size(vision, places, 0) - 1)) * patch,
    projection_dim: open ? size(vision, 'visual.proj', 1) : size(vision, 'visual_projection.weight', 0),
    hidden_act: width === 1024 ? 'quick_gelu' : 'gelu',
  };
}

/** The configuration of the projector of an IP-Adapter "plus" file (its keys without `image_proj.`). */
export function resamplerConfigOfKeys(projector: TensorIndex): Json {
  const width = size(projector, 'latents', 2);
  const inner = size(projector, 'layers.0.0.to_q.weight', 0);
  return {
    dim: width,
    depth: count(projector, (layer) => `layers.${layer}.0.to_q.weight`),
    dim_head: 64,
    heads: Math.max(1, inner / 64),
    num_queries: size(projector, 'latents', 1),
    embedding_dim: size(projector, 'proj_in.weight', 1),
    output_dim: size(projector, 'proj_out.weight', 0),
    ff_mult: width > 0 ? size(projector, 'layers.0.1.1.weight', 0) / width : 0,
  };
}
