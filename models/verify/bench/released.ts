import { parseUnetConfig, type UnetConfig } from '../../nets/unet/unetConfig.ts';

/** The released UNet, as config.json would say it: Stable Diffusion 2.1 inflated to video. */
export const releasedUnetJson = {
  in_channels: 8,
  out_channels: 4,
  block_out_channels: [320, 640, 1280, 1280],
  layers_per_block: 2,
  cross_attention_dim: 1024,
  attention_head_dim: [5, 10, 20, 20],
  use_linear_projection: true,
  norm_num_groups: 32,
  norm_eps: 1e-5,
  add_temp_embed: true,
  add_temp_conv: true,
};

/** {@link releasedUnetJson}, parsed. */
export const releasedUnet: UnetConfig = parseUnetConfig(releasedUnetJson, 'the released UNet');

/** 8 frames of 256×256 with guidance: two branches in one batch, 16 image tokens per frame. */
export const releasedShape = { batch: 2, frames: 8, height: 32, width: 32, imageTokens: 128 } as const;
