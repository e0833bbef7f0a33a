import { type Planes, resample } from '../../math/resample.ts';
import type { Size } from '../../model/conditions.ts';
import { colourPlanes, type Mask, maskPlane, type Picture } from '../subject/picture.ts';

/** Pixels that are looked at across and down one of the smaller size: more tell no more of it. */
const samplesAcross = 4;

/** A picture's colours (0 to 255), averaged over pixels that fall into each of a smaller one's: quick, and no finer than that. */
export function shrinkPicture(picture: Picture, size: Size): Planes {
  const { width, height, data } = picture;
  if (width < size.width || height < size.height) {
    const { data: values } = resample(colourPlanes(picture), size.width, size.height, 'bicubic');
    return { ...size, channels: 3, data: values.map((value) => 255 * value) };
  }
  const area = size.width * size.height;
  const sums = new Float32Array(3 * area);
  const columns = columnsOf(width, size.width);
  const counts = new Uint32Array(area);
  const step = stepOf(picture, size);
  for (let y = step >> 1; y < height; y += step) {
    const row = Math.floor((y * size.height) / height) * size.width;
    for (let x = step >> 1; x < width; x += step) {
      const cell = row + columns[x];
      const from = (y * width + x) * 4;
      sums[cell] += data[from];
      sums[area + cell] += data[from + 1];
      sums[2 * area + cell] += data[from + 2];
      counts[cell]++;
    }
  }
  for (let i = 0; i < sums.length; i++) sums[i] /= counts[i % area];
  return { ...size, channels: 3, data: sums };
}

/** The share of a mask's pixels, counted as in or out, in each pixel of a smaller size. */
export function shrinkMask(mask: Mask, size: Size): Float32Array {
  const { width, height, data } = mask;
  if (width < size.width || height < size.height) return maskPlane(mask, size.width, size.height).data;
  const share = new Float32Array(size.width * size.height);
  const columns = columnsOf(width, size.width);
  const counts = new Uint32Array(share.length);
  const step = stepOf(mask, size);
  for (let y = step >> 1; y < height; y += step) {
    const row = Math.floor((y * size.height) / height) * size.width;
    for (let x = step >> 1; x < width; x += step) {
      const cell = row + columns[x];
      share[cell] += data[y * width + x] >> 7;
      counts[cell]++;
    }
  }
  for (let i = 0; i < share.length; i++) share[i] /= counts[i];
  return share;
}

/** From one pixel that is looked at to the next. */
const stepOf = ({ width, height }: Size, size: Size): number =>
  Math.max(1, Math.floor(Math.min(width / size.width, height / size.height) / samplesAcross));

/** The smaller picture's column that each column falls into. */
const columnsOf = (width: number, smaller: number): Uint32Array =>
  Uint32Array.from({ length: width }, (_, x) => Math.floor((x * smaller) / width));
