import { StudioError } from '../../errors/studioError.ts';
import { floatTensor } from '../../math/tensor.ts';
import type { Model } from '../../model/model.ts';
import { type Picture, toPicture } from '../subject/picture.ts';

/** How frames are decoded: whole, or in tiles of `latents` squared that overlap by a quarter, when memory is short. */
export type Tiling = { kind: 'whole' } | { kind: 'tiles'; latents: number };

/** Decodes one frame's scaled latents (c, h, w) to planes (3, h·factor, w·factor) from −1 to 1. */
export type FrameDecoder = (latents: Float32Array) => Promise<Float32Array>;

/** Chooses tiles when a whole frame would need more than `memoryBytes`; the tile is the largest that fits. */
export async function chooseTiling(model: Model, height: number, width: number, memoryBytes: number): Promise<Tiling> {
  const whole = await model.estimate('vae_decoder', { batch: 1, height, width });
  if (whole.activationBytes <= memoryBytes) return { kind: 'whole' };
  for (const latents of [96, 64, 48, 32, 16]) {
    if (latents >= height && latents >= width) continue;
    const tile = await model.estimate('vae_decoder', {
      batch: 1,
      height: Math.min(latents, height),
      width: Math.min(latents, width),
    });
    if (tile.activationBytes <= memoryBytes) return { kind: 'tiles', latents };
  }
  return { kind: 'tiles', latents: 16 };
}

/** Prepares the VAE decoder for frames of a latent size. */
export async function frameDecoder(model: Model, height: number, width: number, tiling: Tiling): Promise<FrameDecoder> {
  const { latentChannels, scalingFactor, factor } = model.description.vae;
  const tileHeight = tiling.kind === 'whole' ? height : Math.min(tiling.latents, height);
  const tileWidth = tiling.kind === 'whole' ? width : Math.min(tiling.latents, width);
  const decoder = await model.part('vae_decoder', { batch: 1, height: tileHeight, width: tileWidth });
  const tops = tileStarts(height, tileHeight);
  const lefts = tileStarts(width, tileWidth);
  return async (latents) => {
    const out = new Float32Array(3 * height * factor * width * factor);
    const total = new Float32Array(height * factor * width * factor);
    for (const top of tops) {
      for (const left of lefts) {
        const tile = new Float32Array(latentChannels * tileHeight * tileWidth);
        for (let channel = 0; channel < latentChannels; channel++) {
          for (let y = 0; y < tileHeight; y++) {
            for (let x = 0; x < tileWidth; x++) {
              tile[(channel * tileHeight + y) * tileWidth + x] =
                latents[(channel * height + top + y) * width + left + x] / scalingFactor;
            }
          }
        }
        const { image } = await decoder.run({ latent: floatTensor([1, latentChannels, tileHeight, tileWidth], tile) });
        blend(out, total, image.data, {
          top: top * factor,
          left: left * factor,
          width: tileWidth * factor,
          height: tileHeight * factor,
          fullWidth: width * factor,
        });
      }
    }
    const area = total.length;
    for (let i = 0; i < out.length; i++) out[i] /= total[i % area];
    return out;
  };
}

/** Where tiles begin: neighbours overlap by at least a quarter of a tile, the last ends with the frame. */
function tileStarts(length: number, tile: number): number[] {
  if (tile >= length) return [0];
  const stride = Math.max(1, tile - Math.ceil(tile / 4));
  const starts: number[] = [];
  for (let start = 0; start + tile < length; start += stride) starts.push(start);
  starts.push(length - tile);
  return starts;
}

/** Adds a tile with weights that fall towards its edges, so that seams fade into each other. */
function blend(
  out: Float32Array,
  total: Float32Array,
  tile: Float32Array,
  at: { top: number; left: number; width: number; height: number; fullWidth: number },
): void {
  const area = total.length;
  const tileArea = at.width * at.height;
  for (let y = 0; y < at.height; y++) {
    const down = Math.min(y + 1, at.height - y);
    for (let x = 0; x < at.width; x++) {
      const weight = down * Math.min(x + 1, at.width - x);
      const to = (at.top + y) * at.fullWidth + at.left + x;
      total[to] += weight;
      for (let channel = 0; channel < 3; channel++)
        out[channel * area + to] += weight * tile[channel * tileArea + y * at.width + x];
    }
  }
}

/** Throws when decoded planes hold a value that is not a finite number, naming the frame: black pictures are never passed off as results. */
export function checkedPicture(planes: Float32Array, width: number, height: number, frameIndex: number): Picture {
  if (!planes.every(Number.isFinite)) {
    throw new StudioError(
      'weights-not-finite',
      `Frame ${frameIndex + 1} came out of the model with values that are not numbers.`,
      {
        hint: 'The weights or the device are at fault: run "magdiff doctor", or choose the provider "cpu".',
        details: { frameIndex },
      },
    );
  }
  return toPicture(planes, width, height);
}
