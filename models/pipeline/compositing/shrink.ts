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
  const counts = new Uint32Array(area);
  const step = stepOf(picture, size);
  const ends = endsOf(width, size.width);
  for (let y = step >> 1; y < height; y += step) {
    const row = Math.floor((y * size.height) / height) * size.width;
    const line = data.subarray(y * width * 4, (y + 1) * width * 4);
    for (let column = 0, x = step >> 1; column < size.width; column++) {
      let [red, green, blue, count] = [0, 0, 0, 0];
      for (; x < ends[column]; x += step, count++) {
        red += line[4 * x];
        green += line[4 * x + 1];
        blue += line[4 * x + 2];
      }
      sums[row + column] += red;
      sums[area + row + column] += green;
      sums[2 * area + row + column] += blue;
      counts[row + column] += count;
    }
  }
  for (let i = 0; i < area; i++) for (let at = i; at < sums.length; at += area) sums[at] /= counts[i];
  return { ...size, channels: 3, data: sums };
}

/** The share of a mask's pixels, counted as in or out, in each pixel of a smaller size. */
export function shrinkMask(mask: Mask, size: Size): Float32Array {
  const { width, height, data } = mask;
  if (width < size.width || height < size.height) return maskPlane(mask, size.width, size.height).data;
  const share = new Float32Array(size.width * size.height);
  const counts = new Uint32Array(share.length);
  const step = stepOf(mask, size);
  const ends = endsOf(width, size.width);
  for (let y = step >> 1; y < height; y += step) {
    const row = Math.floor((y * size.height) / height) * size.width;
    const line = data.subarray(y * width, (y + 1) * width);
    for (let column = 0, x = step >> 1; column < size.width; column++) {
      let [inside, count] = [0, 0];
      for (; x < ends[column]; x += step, count++) inside += line[x] >> 7;
      share[row + column] += inside;
      counts[row + column] += count;
    }
  }
  for (let i = 0; i < share.length; i++) share[i] /= counts[i];
  return share;
}

/** From one pixel that is looked at to the next. */
const stepOf = ({ width, height }: Size, size: Size): number =>
  Math.max(1, Math.floor(Math.min(width / size.width, height / size.height) / samplesAcross));

/** One past the last column that falls into each of the smaller picture's. */
const endsOf = (width: number, smaller: number): Uint32Array =>
  Uint32Array.from({ length: smaller }, (_, column) => Math.ceil(((column + 1) * width) / smaller));
