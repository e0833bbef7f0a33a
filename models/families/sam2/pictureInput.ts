import { type Planes, resample } from '../../math/resample.ts';
import { type FloatTensor, floatTensor } from '../../math/tensor.ts';

/** Mean and spread of the pictures the model was trained on, per channel of red, green and blue in 0..1. */
const mean = [0.485, 0.456, 0.406] as const;
const spread = [0.229, 0.224, 0.225] as const;

/** An 8-bit RGBA picture, row by row. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** The closest bytes, as Pillow rounds between the two directions of a resize. */
function rounded({ data, ...size }: Planes): Planes {
  return { ...size, data: data.map((value) => Math.max(0, Math.min(255, Math.floor(value + 0.5)))) };
}

/** A picture as the image encoder takes it: (1, 3, side, side), stretched to a square as Pillow's bicubic resize does, normalised. */
export function pixelsOf({ width, height, data }: Picture, side: number): FloatTensor {
  const planes = new Float32Array(3 * width * height);
  for (let index = 0; index < width * height; index++)
    for (let channel = 0; channel < 3; channel++)
      planes[channel * width * height + index] = data[4 * index + channel] ?? 0;
  const wide = rounded(resample({ width, height, channels: 3, data: planes }, side, height, 'bicubic'));
  const pixels = rounded(resample(wide, side, side, 'bicubic')).data;
  const size = side * side;
  for (let channel = 0; channel < 3; channel++) {
    const [centre, scale] = [mean[channel] ?? 0, spread[channel] ?? 1];
    for (let index = channel * size; index < (channel + 1) * size; index++)
      pixels[index] = ((pixels[index] ?? 0) / 255 - centre) / scale;
  }
  return floatTensor([1, 3, side, side], pixels);
}
