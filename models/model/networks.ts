import { autoencoderDecoder, autoencoderEncoder } from '../nets/autoencoder.ts';
import { clipText } from '../nets/clip/clipText.ts';
import { clipVision } from '../nets/clip/clipVision.ts';
import { hfaPyramid } from '../nets/hfaPyramid.ts';
import { motionPlanner } from '../nets/motionPlanner.ts';
import { resampler } from '../nets/resampler.ts';
import { tinyDecoder } from '../nets/tinyDecoder.ts';
import { context } from '../nets/unet/contextKeyValues.ts';
import { unet } from '../nets/unet/unet.ts';
import type { NetworkTable } from './networkTable.ts';

const own = ['magdiff'] as const;
const both = ['magdiff', 'magdiffRelease'] as const;

/**
 * Every network there is: one line each. Reading a model's files, checking, building, estimating, caching, disposing, verifying and
 * inspecting go over this table.
 */
export const networks = {
  unet: { network: unet, part: 'unet', families: both, title: 'UNet' },
  context: { network: context, part: 'unet', families: both, title: 'keys and values of the context' },
  unet_student: { network: unet, part: 'unet_student', families: own, title: 'few-step student' },
  context_student: { network: context, part: 'unet_student', families: own, title: 'keys and values of the context' },
  vae_encoder: { network: autoencoderEncoder, part: 'vae', families: both, title: 'VAE encoder' },
  vae_decoder: { network: autoencoderDecoder, part: 'vae', families: both, title: 'VAE decoder' },
  preview_decoder: { network: tinyDecoder, part: 'preview_decoder', families: own, title: 'preview decoder' },
  text_encoder: { network: clipText, part: 'text_encoder', families: both, title: 'text encoder' },
  image_encoder: { network: clipVision, part: 'image_encoder', families: both, title: 'image encoder' },
  resampler: { network: resampler, part: 'resampler', families: both, title: 'resampler' },
  hfa_pyramid: { network: hfaPyramid, part: 'hfa_pyramid', families: own, title: 'HFA pyramid' },
  motion_planner: { network: motionPlanner, part: 'motion_planner', families: own, title: 'motion planner' },
} as const satisfies NetworkTable;

/** The type of {@link networks}. */
export type Networks = typeof networks;
