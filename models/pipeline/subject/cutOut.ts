import { type Planes, resample } from '../../math/resample.ts';
import type { CutOut, Size } from '../../model/conditions.ts';
import { type Placement, scaleCoverage } from './picture.ts';

/** What a condition is made of: a picture's colours, the mask of what to show of it, and where it lies on the canvas. */
export interface SubjectView {
  /** Of the whole picture, from 0 to 1. */
  readonly colours: Planes;
  /** The mask's plane, from 0 to 1, of any size of the same shape. */
  readonly coverage: Planes;
  readonly placement: Placement;
}

/**
 * Cuts the subject out and lays it on a black canvas.
 * @param sda off: the full frame, as in the paper's ablation.
 * @param invert show everything *but* what the mask marks (an edit that keeps the rest).
 */
export function alignSubject(
  view: SubjectView,
  width: number,
  height: number,
  options: { sda: boolean; invert?: boolean },
): CutOut {
  const { placement } = view;
  const colours = scaleColours(view.colours, placement);
  const coverage = scaleCoverage(view.coverage, placement.width, placement.height);
  const planes = new Float32Array(3 * width * height);
  const mask = new Float32Array(width * height);
  for (let y = 0; y < placement.height; y++) {
    for (let x = 0; x < placement.width; x++) {
      const from = y * placement.width + x;
      const to = (y + placement.top) * width + x + placement.left;
      const inside = options.invert ? 1 - coverage.data[from] : coverage.data[from];
      const share = options.sda ? inside : 1;
      mask[to] = share;
      for (let channel = 0; channel < 3; channel++) {
        const value = colours.data[channel * placement.width * placement.height + from];
        planes[channel * width * height + to] = Math.min(1, Math.max(0, value)) * share;
      }
    }
  }
  return {
    planes: { width, height, channels: 3, data: planes },
    mask: { width, height, channels: 1, data: mask },
  };
}

/** A picture's planes at the size of a canvas. */
export function scaleColours(colours: Planes, { width, height }: Size): Planes {
  return resample(colours, width, height, width < colours.width ? 'area' : 'bicubic');
}

/** A frame that carries no subject: black. */
export function blackFrame(width: number, height: number): CutOut {
  return {
    planes: { width, height, channels: 3, data: new Float32Array(3 * width * height) },
    mask: { width, height, channels: 1, data: new Float32Array(width * height) },
  };
}

/** 0 to 1 planes as the VAE wants them, −1 to 1. */
export function signedPlanes(planes: Planes): Float32Array {
  return planes.data.map((value) => value * 2 - 1);
}
