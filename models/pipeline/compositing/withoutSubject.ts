import type { Planes } from '../../math/resample.ts';
import { bytePlanes, type Picture } from '../subject/picture.ts';
import { blurPlanes } from './blur.ts';

/** How far, in pixels, the subject's colours and a decoder's ringing reach beyond it, and the place's are carried below it. */
const [beyond, below] = [1.5, 3];
/** Share of the subject in a pixel's surroundings above which its colour is not the place's. */
const traces = 0.02;

/**
 * A made frame, as planes from 0 to 255, without the subject that was drawn in it: along its outline the colours of the place beside it are
 * carried inwards. What lies deeper stays, for the subject is laid over it.
 * @param mask of the frame's size: how much of each pixel is the subject.
 */
export function withoutSubject(made: Picture, mask: Planes): Planes {
  const { width, height } = made;
  const planes = bytePlanes(made);
  const area = width * height;
  const around = { width, height, data: mask.data.slice() };
  blurPlanes(around, beyond);
  const place = around.data.map((cover) => (cover > traces ? 0 : 1));
  const carried = { width, height, data: planes.data.map((value, i) => value * place[i % area]) };
  const weight = { width, height, data: place.slice() };
  blurPlanes(carried, below);
  blurPlanes(weight, below);
  for (let i = 0; i < planes.data.length; i++) {
    const pixel = i % area;
    if (place[pixel] === 0 && weight.data[pixel] > 1e-3) planes.data[i] = carried.data[i] / weight.data[pixel];
  }
  return planes;
}
