import { z } from 'zod';
import { StudioError } from '../../errors/studioError.ts';

const widths = z.array(z.int().positive()).min(1).max(16);

const unetSchema = z.object({
  in_channels: z.int().positive().default(4),
  out_channels: z.int().positive().default(4),
  center_input_sample: z.boolean().default(false),
  flip_sin_to_cos: z.boolean().default(true),
  freq_shift: z.number().default(0),
  down_block_types: z.array(z.string()).optional(),
  mid_block_type: z.string().nullish(),
  up_block_types: z.array(z.string()).optional(),
  only_cross_attention: z.union([z.boolean(), z.array(z.boolean())]).default(false),
  block_out_channels: widths.default([320, 640, 1280, 1280]),
  layers_per_block: z.int().positive().default(2),
  downsample_padding: z.int().default(1),
  mid_block_scale_factor: z.number().default(1),
  act_fn: z.string().default('silu'),
  norm_num_groups: z.int().positive().default(32),
  norm_eps: z.number().positive().default(1e-5),
  cross_attention_dim: z.int().positive().default(1280),
  attention_head_dim: z.union([z.int().positive(), widths]).default(8),
  num_attention_heads: z.union([z.int().positive(), widths]).nullish(),
  dual_cross_attention: z.boolean().default(false),
  use_linear_projection: z.boolean().default(false),
  class_embed_type: z.string().nullish(),
  num_class_embeds: z.int().nullish(),
  resnet_time_scale_shift: z.string().default('default'),
  add_temp_transformer: z.boolean().default(false),
  add_temp_attn_only_on_upblocks: z.boolean().default(false),
  prepend_first_frame: z.boolean().default(false),
  add_temp_embed: z.boolean().default(false),
  add_temp_ff: z.boolean().default(false),
  add_temp_conv: z.boolean().default(false),
  text_context_len: z.int().positive().default(77),
  subject_patch: z.int().min(0).max(64).default(0),
  precondition: z.boolean().default(false),
  coordinates: z.boolean().default(false),
  detail: z.number().min(0).max(4).default(0),
});

/** One level of the UNet, in the order it runs. */
export interface UnetLevel {
  readonly channels: number;
  readonly heads: number;
  /** Whether the level has spatial transformers. */
  readonly attention: boolean;
}

/** A MagDiff UNet, as its config.json (UNet3DConditionModel) describes it. */
export interface UnetConfig {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly centreInput: boolean;
  readonly flipSinToCos: boolean;
  readonly frequencyShift: number;
  readonly down: readonly UnetLevel[];
  readonly up: readonly UnetLevel[];
  readonly mid: UnetLevel;
  readonly midScale: number;
  readonly layersPerBlock: number;
  readonly groups: number;
  readonly epsilon: number;
  readonly contextWidth: number;
  readonly textTokens: number;
  readonly linearProjection: boolean;
  /** Temporal attention everywhere, or in the up blocks alone. */
  readonly temporalAttention: 'everywhere' | 'up';
  readonly sparseCausal: boolean;
  readonly temporalEmbedding: boolean;
  readonly temporalFeedForward: boolean;
  readonly temporalConvolution: boolean;
  /** A transformer along time right behind the first convolution. */
  readonly temporalTransformer: boolean;
  /**
   * Pixels along the side of a latent cell where the subject is laid over the prediction by its mask, which then comes in behind the
   * other inputs (the bundled model); 0: as in the release.
   */
  readonly subjectPatch: number;
  /** Whether the output is a correction of what the noisy latents say (the bundled model); the prediction is then x_0. */
  readonly precondition: boolean;
  /** Whether cells are told where they lie (the bundled model). */
  readonly coordinates: boolean;
  /** How far what is drawn within cells is brought out where it is a guess (the bundled model); 0: not at all. */
  readonly detail: number;
}

/** Reads a UNet's config.json. `label` names the file in messages; a setting this program cannot build is an error naming it. */
export function parseUnetConfig(json: unknown, label: string): UnetConfig {
  const parsed = unetSchema.safeParse(json);
  if (!parsed.success)
    throw new StudioError('format-damaged', `${label} is no UNet configuration: ${z.prettifyError(parsed.error)}.`);
  const config = parsed.data;
  const levels = config.block_out_channels.length;
  const fail = (message: string): never => {
    throw new StudioError('model-mismatch', `${label}: ${message}.`, {
      hint: 'This model is of another kind than MagDiff UNets.',
    });
  };
  for (const setting of ['dual_cross_attention', 'class_embed_type', 'num_class_embeds'] as const)
    if (config[setting]) fail(`"${setting}" is not supported`);
  if ([config.only_cross_attention].flat().some(Boolean)) fail('"only_cross_attention" is not supported');
  if (config.resnet_time_scale_shift !== 'default')
    fail(`"resnet_time_scale_shift" ${config.resnet_time_scale_shift} is not supported`);
  if (config.act_fn !== 'silu' && config.act_fn !== 'swish') fail(`the activation ${config.act_fn} is not supported`);
  if (config.downsample_padding !== 1) fail('only "downsample_padding" 1 is supported');
  if (config.subject_patch > 0 && config.in_channels !== 2 * config.out_channels)
    fail('"subject_patch" needs as many subject channels as there are latent ones');
  const perLevel = (value: number | readonly number[]): readonly number[] =>
    typeof value === 'number' ? Array<number>(levels).fill(value) : value;
  // In this lineage "attention_head_dim" is the number of heads.
  const heads = perLevel(config.num_attention_heads ?? config.attention_head_dim);
  const last = levels - 1;
  const downTypes =
    config.down_block_types ??
    config.block_out_channels.map((_, index) => (index < last ? 'CrossAttnDownBlock3D' : 'DownBlock3D'));
  const upTypes =
    config.up_block_types ??
    config.block_out_channels.map((_, index) => (index > 0 ? 'CrossAttnUpBlock3D' : 'UpBlock3D'));
  if (heads.length !== levels || downTypes.length !== levels || upTypes.length !== levels)
    fail(
      `${levels} levels need as many head counts, down blocks and up blocks, not ${heads.length}, ${downTypes.length} and ${upTypes.length}`,
    );
  if (config.mid_block_type && !/^UNetMidBlock[23]DCrossAttn$/.test(config.mid_block_type))
    fail(`the middle block ${config.mid_block_type} is not supported`);
  const level = (type: string, index: number, pattern: RegExp): UnetLevel => {
    if (!pattern.test(type)) fail(`the block ${type} is not supported`);
    const channels = config.block_out_channels[index] ?? 0;
    const count = heads[index] ?? 1;
    const attention = type.startsWith('CrossAttn');
    if (channels % config.norm_num_groups !== 0)
      fail(`${channels} channels cannot be cut into ${config.norm_num_groups} groups`);
    if (attention && channels % count !== 0) fail(`${channels} channels cannot be cut into ${count} heads`);
    return { channels, heads: count, attention };
  };
  return {
    inChannels: config.in_channels,
    outChannels: config.out_channels,
    centreInput: config.center_input_sample,
    flipSinToCos: config.flip_sin_to_cos,
    frequencyShift: config.freq_shift,
    down: downTypes.map((type, index) => level(type, index, /^(CrossAttn)?DownBlock[23]D$/)),
    up: upTypes.map((type, index) => level(type, last - index, /^(CrossAttn)?UpBlock[23]D$/)),
    mid: level('CrossAttn', last, /^CrossAttn$/),
    midScale: config.mid_block_scale_factor,
    layersPerBlock: config.layers_per_block,
    groups: config.norm_num_groups,
    epsilon: config.norm_eps,
    contextWidth: config.cross_attention_dim,
    textTokens: config.text_context_len,
    linearProjection: config.use_linear_projection,
    temporalAttention: config.add_temp_attn_only_on_upblocks ? 'up' : 'everywhere',
    sparseCausal: config.prepend_first_frame,
    temporalEmbedding: config.add_temp_embed,
    temporalFeedForward: config.add_temp_ff,
    temporalConvolution: config.add_temp_conv,
    temporalTransformer: config.add_temp_transformer,
    subjectPatch: config.subject_patch,
    precondition: config.precondition,
    coordinates: config.coordinates,
    detail: config.detail,
  };
}

/** A cross-attention layer: its module path, width and heads. */
export interface CrossAttentionLayer {
  readonly name: string;
  readonly channels: number;
  readonly heads: number;
}

/** Every cross-attention layer of a UNet, in the order they run: the order of its α inputs. */
export function crossAttentionLayers(config: UnetConfig): readonly CrossAttentionLayer[] {
  const layers: CrossAttentionLayer[] = [];
  const push = (block: string, level: UnetLevel, count: number): void => {
    if (!level.attention) return;
    for (let index = 0; index < count; index++)
      layers.push({
        name: `${block}.attentions.${index}.transformer_blocks.0.attn2`,
        channels: level.channels,
        heads: level.heads,
      });
  };
  for (const [index, level] of config.down.entries()) push(`down_blocks.${index}`, level, config.layersPerBlock);
  push('mid_block', config.mid, 1);
  for (const [index, level] of config.up.entries()) push(`up_blocks.${index}`, level, config.layersPerBlock + 1);
  return layers;
}
