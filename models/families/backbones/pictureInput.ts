import { type Planes, resample } from '../../math/resample.ts';
import { type FloatTensor, floatTensor } from '../../math/tensor.ts';

/** How a network wants its pictures. */
export interface PictureForm {
  /** The shorter side is brought to this … */
  readonly shorter: number;
  /** … and the middle of this side is taken, in pixels. */
  readonly side: number;
  readonly kernel: 'bicubic' | 'bilinear';
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** Normalisations of training sets. */
export const imageNet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;
export const clipColours = {
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711],
} as const;
export const kinetics = { mean: [0.43216, 0.394666, 0.37645], std: [0.22803, 0.22145, 0.216989] } as const;
/** 0 to 1 becomes −1 to 1. */
export const signed = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] } as const;

/** The middle square of a picture, normalised: (1, 3, side, side). */
export function pictureInput(picture: Planes, form: PictureForm): FloatTensor {
  const { shorter, side, kernel } = form;
  const scale = shorter / Math.min(picture.width, picture.height);
  const width = Math.max(side, Math.round(picture.width * scale));
  const height = Math.max(side, Math.round(picture.height * scale));
  const small = resample(picture, width, height, kernel);
  const [left, top] = [Math.round((width - side) / 2), Math.round((height - side) / 2)];
  const data = new Float32Array(3 * side * side);
  for (let channel = 0; channel < 3; channel++)
    for (let y = 0; y < side; y++)
      for (let x = 0; x < side; x++) {
        const value = small.data[(channel * height + top + y) * width + left + x];
        const unit = Math.min(1, Math.max(0, value));
        data[(channel * side + y) * side + x] = (unit - form.mean[channel]) / form.std[channel];
      }
  return floatTensor([1, 3, side, side], data);
}

/** Frames as one clip (1, 3, frames, side, side). */
export function clipInput(frames: readonly Planes[], form: PictureForm): FloatTensor {
  const { side } = form;
  const area = side * side;
  const data = new Float32Array(3 * frames.length * area);
  for (const [index, frame] of frames.entries()) {
    const pixels = pictureInput(frame, form).data;
    for (let channel = 0; channel < 3; channel++)
      data.set(pixels.subarray(channel * area, (channel + 1) * area), (channel * frames.length + index) * area);
  }
  return floatTensor([1, 3, frames.length, side, side], data);
}
