import { sliceFrames } from '../../math/frames.ts';
import { floatTensor } from '../../math/tensor.ts';
import type { Model } from '../../model/model.ts';
import { type Picture, toPicture } from '../subject/picture.ts';
import { frameDecoder } from './decodeLatents.ts';

/** Makes pictures of a step's clean estimate (c, f, h, w) of `frames` frames: one for each of those that are to be shown. */
export type Previewer = (denoised: Float32Array, frames: number, shown: readonly number[]) => Promise<Picture[]>;

/** A VAE decoder lighter than this, in FLOPs a frame, is quick enough to show every step with. */
const lightDecoderFlops = 6e9;

/**
 * The best preview that does not slow the run down: the small decoder where the model has one, its VAE where that is itself
 * small, else a linear map from latents to colours at latent resolution (at once, on any model).
 */
export async function createPreviewer(
  model: Model,
  { height, width }: { height: number; width: number },
): Promise<Previewer> {
  const area = height * width;
  const channels = model.description.vae.latentChannels;
  const split = (denoised: Float32Array, frames: number, shown: readonly number[]): Float32Array[] =>
    shown.map((frame) => sliceFrames(denoised, channels, frames, area, frame, frame + 1));
  const { factor } = model.description.vae;

  if (model.description.hasPreviewDecoder) {
    const decoder = await model.part('preview_decoder', { batch: 1, height, width });
    return async (denoised, frames, shown) => {
      const pictures: Picture[] = [];
      for (const latents of split(denoised, frames, shown)) {
        const { image } = await decoder.run({ latent: floatTensor([1, channels, height, width], latents) });
        pictures.push(toPicture(image.data, width * factor, height * factor));
      }
      return pictures;
    };
  }
  const { flops } = await model.estimate('vae_decoder', { batch: 1, height, width });
  if (flops <= lightDecoderFlops) {
    const decode = await frameDecoder(model, height, width, { kind: 'whole' });
    return async (denoised, frames, shown) => {
      const pictures: Picture[] = [];
      for (const latents of split(denoised, frames, shown))
        pictures.push(toPicture(await decode(latents), width * factor, height * factor));
      return pictures;
    };
  }
  const { matrix, bias } = model.description.latentToRgb;
  return async (denoised, frames, shown) =>
    split(denoised, frames, shown).map((latents) => {
      const planes = new Float32Array(3 * area);
      for (let colour = 0; colour < 3; colour++) {
        for (let i = 0; i < area; i++) {
          let value = bias[colour] ?? 0;
          for (let channel = 0; channel < channels; channel++) {
            value += (matrix[channel]?.[colour] ?? 0) * latents[channel * area + i];
          }
          planes[colour * area + i] = value;
        }
      }
      return toPicture(planes, width, height);
    });
}
