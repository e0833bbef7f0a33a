import { autoencoderDecoder, autoencoderEncoder } from '../nets/autoencoder.ts';
import { clipText } from '../nets/clip/clipText.ts';
import { clipVision } from '../nets/clip/clipVision.ts';
import { hfaPyramid } from '../nets/hfaPyramid.ts';
import { motionPlanner } from '../nets/motionPlanner.ts';
import { resampler } from '../nets/resampler.ts';
import { pictureContext } from '../nets/sd15/contextInputs.ts';
import { adapterVision, skippingText } from '../nets/sd15/encoders.ts';
import { imageProjector } from '../nets/sd15/imageProjection.ts';
import { pictureUnet } from '../nets/sd15/unet.ts';
import { tinyDecoder } from '../nets/tinyDecoder.ts';
import { context } from '../nets/unet/contextKeyValues.ts';
import { unet } from '../nets/unet/unet.ts';
import type { NetworkTable } from './networkTable.ts';

const own = ['magdiff'] as const;
const both = ['magdiff', 'magdiffRelease'] as const;
const sets = ['sd15'] as const;
const ownAndSets = [...own, ...sets] as const;
const every = [...both, ...sets] as const;

/**
 * Every network there is: one line each. Reading a model's files, checking, building, estimating, caching, disposing, verifying and
 * inspecting go over this table.
 */
export const networks = {
  unet: { network: unet, part: 'unet', families: both, title: 'UNet' },
  context: { network: context, part: 'unet', families: both, title: 'keys and values of the context' },
  unet_student: { network: unet, part: 'unet_student', families: own, title: 'few-step student' },
  context_student: { network: context, part: 'unet_student', families: own, title: 'keys and values of the context' },
  vae_encoder: { network: autoencoderEncoder, part: 'vae', families: every, title: 'VAE encoder' },
  vae_decoder: { network: autoencoderDecoder, part: 'vae', families: every, title: 'VAE decoder' },
  preview_decoder: { network: tinyDecoder, part: 'preview_decoder', families: ownAndSets, title: 'preview decoder' },
  text_encoder: { network: clipText, part: 'text_encoder', families: both, title: 'text encoder' },
  image_encoder: { network: clipVision, part: 'image_encoder', families: both, title: 'image encoder' },
  resampler: { network: resampler, part: 'resampler', families: both, title: 'resampler' },
  hfa_pyramid: { network: hfaPyramid, part: 'hfa_pyramid', families: own, title: 'HFA pyramid' },
  motion_planner: { network: motionPlanner, part: 'motion_planner', families: ownAndSets, title: 'motion planner' },
  picture_unet: { network: pictureUnet, part: 'unet', families: sets, title: 'UNet' },
  picture_context: { network: pictureContext, part: 'unet', families: sets, title: 'keys and values of the context' },
  picture_text: { network: skippingText, part: 'text_encoder', families: sets, title: 'text encoder' },
  adapter_vision: { network: adapterVision, part: 'image_encoder', families: sets, title: 'image encoder' },
  adapter_projector: { network: imageProjector, part: 'image_adapter', families: sets, title: 'image adapter' },
} as const satisfies NetworkTable;

/** The type of {@link networks}. */
export type Networks = typeof networks;
