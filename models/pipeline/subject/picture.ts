import { StudioError } from '../../errors/studioError.ts';
import { type Planes, resample } from '../../math/resample.ts';
import type { Size } from '../../model/conditions.ts';

/** An 8-bit sRGB picture in memory: `data` holds height × width × 4 bytes, RGBA, not premultiplied. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** Where the subject is: `data` holds height × width bytes, 0 outside to 255 inside. */
export interface Mask {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** How a picture lies on the model's canvas, in canvas pixels: scaled to `width` × `height`, its corner at (`left`, `top`). */
export interface Placement {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The largest placement that shows the whole picture without distortion, centred. */
export function contain(picture: { width: number; height: number }, width: number, height: number): Placement {
  const scale = Math.min(width / picture.width, height / picture.height);
  const scaledWidth = Math.max(1, Math.round(picture.width * scale));
  const scaledHeight = Math.max(1, Math.round(picture.height * scale));
  return {
    left: Math.floor((width - scaledWidth) / 2),
    top: Math.floor((height - scaledHeight) / 2),
    width: scaledWidth,
    height: scaledHeight,
  };
}

/** Throws unless the mask has the picture's shape and neither is degenerate. `what` names the picture in the sentence. */
export function checkMaskShape(picture: Size, mask: Size, what: string): void {
  if (picture.width < 8 || picture.height < 8) {
    throw new StudioError(
      'image-too-small',
      `${what} is ${picture.width}×${picture.height} pixels; at least 8×8 are needed.`,
      { hint: 'Choose a larger picture.' },
    );
  }
  const shape = picture.width / picture.height;
  if (Math.abs(mask.width / mask.height - shape) > 0.02 * shape) {
    throw new StudioError(
      'mask-mismatch',
      `The mask is ${mask.width}×${mask.height} but ${what} is ${picture.width}×${picture.height}.`,
      { hint: 'Give a mask of the same shape; another scale is fine.' },
    );
  }
}

/** How much of a frame its mask marks. */
export type MaskFill = 'empty' | 'part' | 'full';

/** Tells an empty and a full mask from a useful one. */
export function maskFill({ data }: Mask): MaskFill {
  let marked = 0;
  for (let i = 0; i < data.length; i++) marked += data[i] >> 7;
  if (marked === 0) return 'empty';
  return marked < data.length ? 'part' : 'full';
}

/** Throws when no frame's mask leaves something to the model and something to the source. */
export function checkMaskFills(fills: readonly MaskFill[], what: string): void {
  if (fills.every((fill) => fill === 'empty')) {
    throw new StudioError('mask-empty', `The mask of ${what} marks nothing.`, {
      hint: 'Brush the subject, then run again.',
    });
  }
  if (fills.every((fill) => fill === 'full')) {
    throw new StudioError('mask-full', `The mask of ${what} marks everything, so nothing is left to make.`, {
      hint: 'Brush the subject alone, then run again.',
    });
  }
}

/** A mask as a plane from 0 to 1, at its own size. */
export function coverageOf(mask: Mask): Planes {
  const data = new Float32Array(mask.data.length);
  for (let i = 0; i < data.length; i++) data[i] = mask.data[i] / 255;
  return { width: mask.width, height: mask.height, channels: 1, data };
}

/** A mask's plane at exactly the given size. */
export function scaleCoverage(coverage: Planes, width: number, height: number): Planes {
  const grows = width > coverage.width || height > coverage.height;
  return resample(coverage, width, height, grows ? 'bilinear' : 'area');
}

/** A mask's plane at a size a few times smaller: the mean of the pixels that fall into each of its own, which is quick. */
export function shrinkCoverage({ width, height, data }: Mask, size: Size): Planes {
  const sums = new Float32Array(size.width * size.height);
  const counts = new Uint32Array(sums.length);
  const ends = Uint32Array.from({ length: size.width }, (_, column) => Math.ceil(((column + 1) * width) / size.width));
  for (let y = 0; y < height; y++) {
    const row = Math.floor((y * size.height) / height) * size.width;
    const line = data.subarray(y * width, (y + 1) * width);
    for (let column = 0, x = 0; column < size.width; column++) {
      let sum = 0;
      counts[row + column] += ends[column] - x;
      for (; x < ends[column]; x++) sum += line[x];
      sums[row + column] += sum;
    }
  }
  for (let i = 0; i < sums.length; i++) sums[i] /= 255 * counts[i];
  return { ...size, channels: 1, data: sums };
}

/** The mask at exactly the given size, 0 to 1. */
export function maskPlane(mask: Mask, width: number, height: number): Planes {
  return scaleCoverage(coverageOf(mask), width, height);
}

/** The picture's colours as three planes from 0 to 1; transparent pixels are black. */
export function colourPlanes(picture: Picture): Planes {
  const count = picture.width * picture.height;
  const data = new Float32Array(3 * count);
  for (let i = 0; i < count; i++) {
    const alpha = picture.data[i * 4 + 3] / (255 * 255);
    data[i] = picture.data[i * 4] * alpha;
    data[count + i] = picture.data[i * 4 + 1] * alpha;
    data[2 * count + i] = picture.data[i * 4 + 2] * alpha;
  }
  return { width: picture.width, height: picture.height, channels: 3, data };
}

/** An opaque picture's colours as planes from 0 to 255. */
export function bytePlanes({ width, height, data }: Picture): Planes {
  const count = width * height;
  const planes = new Float32Array(3 * count);
  for (let i = 0; i < count; i++)
    for (let channel = 0; channel < 3; channel++) planes[channel * count + i] = data[4 * i + channel];
  return { width, height, channels: 3, data: planes };
}

/** Planes from −1 to 1 (3, h, w) as an 8-bit picture, rounded and clamped. */
export function toPicture(planes: Float32Array, width: number, height: number): Picture {
  const count = width * height;
  const data = new Uint8Array(count * 4);
  for (let i = 0; i < count; i++) {
    for (let channel = 0; channel < 3; channel++) {
      const value = planes[channel * count + i];
      // A value that is not a number shows as black here; runs check for that before.
      data[i * 4 + channel] = Math.min(255, Math.max(0, Math.round((value + 1) * 127.5)));
    }
    data[i * 4 + 3] = 255;
  }
  return { width, height, data };
}
