import type { Denoiser } from '../../diffusion/denoiser.ts';
import type { LatentShape } from '../../math/frames.ts';
import type { FrameSpan } from './windows.ts';

/** Cells of a clip that are known and stay as they are, while the others are made anew around them. */
export interface HeldCells {
  /** Scaled latents (c, h · w) of each frame. */
  readonly latents: readonly Float32Array[];
  /** Of each cell of each frame whether it is made anew, 1, or held, 0. */
  readonly open: readonly Float32Array[];
}

/** Whether anything of a window is made anew. */
export const isOpen = ({ open }: HeldCells, { start, frames }: FrameSpan): boolean =>
  open.slice(start, start + frames).some((cells) => cells.some((cell) => cell > 0));

/** Wraps a window's denoiser so that its answer is the held cells' own where they are held: every step goes on from there. */
export function holdCells(
  denoise: Denoiser,
  { latents, open }: HeldCells,
  { start, frames }: FrameSpan,
  { channels, height, width }: Pick<LatentShape, 'channels' | 'height' | 'width'>,
): Denoiser {
  const area = height * width;
  return async (sample, level, step) => {
    const clean = Float32Array.from(await denoise(sample, level, step));
    for (let frame = 0; frame < frames; frame++) {
      const [own, made] = [latents[start + frame], open[start + frame]];
      for (let channel = 0; channel < channels; channel++)
        for (let cell = 0; cell < area; cell++)
          if (made[cell] === 0) clean[(channel * frames + frame) * area + cell] = own[channel * area + cell];
    }
    return clean;
  };
}
