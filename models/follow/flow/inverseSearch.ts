import type { GreyPicture } from './greyPicture.ts';

/** Where every pixel of one picture lies in another, as steps in pixels: right and down. */
export interface Flow {
  readonly width: number;
  readonly height: number;
  readonly x: Float32Array;
  readonly y: Float32Array;
}

const patch = 8;
const stride = 4;
const mostIterations = 10;
/** Pixels; a patch that would move less has arrived. */
const arrived = 0.03;
/** Added to a patch's structure so that flat ones keep the flow they were given. */
const stiffness = 120;

/**
 * Dense flow from `from` to `to` by inverse search over a pyramid (Kroeger et al. 2016, “Fast Optical Flow using Dense Inverse Search”):
 * patches are aligned from the coarsest level on, and every pixel takes the mean of the patches over it, weighted by how well they
 * fit. Patches are compared without their mean, so that light may change. Both pyramids have the same sizes. `finest`: the level whose
 * flow is computed last; finer ones are interpolated. `start`: a flow of the coarsest level's size to begin with.
 */
export function inverseSearch(
  from: readonly GreyPicture[],
  to: readonly GreyPicture[],
  { finest = 0, start }: { finest?: number; start?: Flow } = {},
): Flow {
  let flow = start;
  for (let level = from.length - 1; level >= Math.min(finest, from.length - 1); level--) {
    const source = from[level];
    flow = levelFlow(source, to[level] as GreyPicture, flow && sized(flow, source.width, source.height));
  }
  const { width, height } = from[0];
  return sized(flow ?? still(width, height), width, height);
}

/** A flow brought to another size, its steps with it. */
export function sized(flow: Flow, width: number, height: number): Flow {
  if (flow.width === width && flow.height === height) return flow;
  const x = new Float32Array(width * height);
  const y = new Float32Array(width * height);
  const scaleX = flow.width / width;
  const scaleY = flow.height / height;
  for (let row = 0; row < height; row++) {
    const v = Math.max(0, Math.min(flow.height - 1, (row + 0.5) * scaleY - 0.5));
    const top = Math.min(flow.height - 1, Math.floor(v));
    const bottom = Math.min(flow.height - 1, top + 1);
    const down = v - top;
    for (let column = 0; column < width; column++) {
      const u = Math.max(0, Math.min(flow.width - 1, (column + 0.5) * scaleX - 0.5));
      const left = Math.min(flow.width - 1, Math.floor(u));
      const right = Math.min(flow.width - 1, left + 1);
      const across = u - left;
      const a = top * flow.width + left;
      const b = top * flow.width + right;
      const c = bottom * flow.width + left;
      const d = bottom * flow.width + right;
      const wa = (1 - across) * (1 - down);
      const wb = across * (1 - down);
      const wc = (1 - across) * down;
      const wd = across * down;
      const at = row * width + column;
      x[at] = (wa * at4(flow.x, a) + wb * at4(flow.x, b) + wc * at4(flow.x, c) + wd * at4(flow.x, d)) / scaleX;
      y[at] = (wa * at4(flow.y, a) + wb * at4(flow.y, b) + wc * at4(flow.y, c) + wd * at4(flow.y, d)) / scaleY;
    }
  }
  return { width, height, x, y };
}

const at4 = (values: Float32Array, index: number): number => values[index] as number;

/** Patches of one level, aligned and then spread over its pixels. */
function levelFlow(source: GreyPicture, target: GreyPicture, initial: Flow | undefined): Flow {
  const { width, height } = source;
  const columns = Math.max(1, Math.ceil((width - patch) / stride) + 1);
  const rows = Math.max(1, Math.ceil((height - patch) / stride) + 1);
  const patchX = new Float32Array(columns * rows);
  const patchY = new Float32Array(columns * rows);
  const aligner = new PatchAligner(source, target);
  // Two sweeps in opposite directions: what a patch found is offered to its neighbours.
  for (const sweep of [0, 1]) {
    for (let turn = 0; turn < columns * rows; turn++) {
      const index = sweep === 0 ? turn : columns * rows - 1 - turn;
      const row = Math.floor(index / columns);
      const column = index - row * columns;
      const left = Math.max(0, Math.min(width - patch, column * stride));
      const top = Math.max(0, Math.min(height - patch, row * stride));
      const step = sweep === 0 ? -1 : 1;
      const beside = column + step >= 0 && column + step < columns ? index + step : -1;
      const across = row + step >= 0 && row + step < rows ? index + step * columns : -1;
      aligner.place(left, top);
      if (sweep === 0) {
        const middle = Math.min(height - 1, top + patch / 2) * width + Math.min(width - 1, left + patch / 2);
        aligner.offer(initial ? at4(initial.x, middle) : 0, initial ? at4(initial.y, middle) : 0);
      } else aligner.offer(at4(patchX, index), at4(patchY, index));
      if (beside >= 0) aligner.offer(at4(patchX, beside), at4(patchY, beside));
      if (across >= 0) aligner.offer(at4(patchX, across), at4(patchY, across));
      aligner.align(sweep === 0 ? mostIterations : mostIterations >> 1);
      patchX[index] = aligner.x;
      patchY[index] = aligner.y;
    }
  }
  return spread(source, target, { columns, rows, patchX, patchY });
}

interface Patches {
  readonly columns: number;
  readonly rows: number;
  readonly patchX: Float32Array;
  readonly patchY: Float32Array;
}

/** Every pixel's mean of the patches over it, weighted by how well each fits it. */
function spread(source: GreyPicture, target: GreyPicture, { columns, rows, patchX, patchY }: Patches): Flow {
  const { width, height } = source;
  const x = new Float32Array(width * height);
  const y = new Float32Array(width * height);
  const sum = new Float32Array(width * height);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const u = at4(patchX, row * columns + column);
      const v = at4(patchY, row * columns + column);
      const left = Math.max(0, Math.min(width - patch, column * stride));
      const top = Math.max(0, Math.min(height - patch, row * stride));
      for (let j = top; j < Math.min(height, top + patch); j++)
        for (let i = left; i < Math.min(width, left + patch); i++) {
          const at = j * width + i;
          const miss = Math.abs(sampled(target, i + u, j + v) - at4(source.data, at));
          const weight = 1 / Math.max(1, miss);
          x[at] = at4(x, at) + weight * u;
          y[at] = at4(y, at) + weight * v;
          sum[at] = at4(sum, at) + weight;
        }
    }
  for (let at = 0; at < sum.length; at++) {
    const weight = at4(sum, at) || 1;
    x[at] = at4(x, at) / weight;
    y[at] = at4(y, at) / weight;
  }
  return { width, height, x, y };
}

/** A picture between its pixels; beyond its border the border's value. */
function sampled({ width, height, data }: GreyPicture, x: number, y: number): number {
  const u = x < 0 ? 0 : x > width - 1.001 ? width - 1.001 : x;
  const v = y < 0 ? 0 : y > height - 1.001 ? height - 1.001 : y;
  const left = u | 0;
  const top = v | 0;
  const across = u - left;
  const down = v - top;
  const at = top * width + left;
  const upper = data[at] * (1 - across) + data[at + 1] * across;
  const lower = data[at + width] * (1 - across) + data[at + width + 1] * across;
  return upper * (1 - down) + lower * down;
}

/** Aligns one patch after another; holds the present one's slopes, so that an iteration is one pass over its pixels. */
class PatchAligner {
  x = 0;
  y = 0;
  readonly #source: GreyPicture;
  readonly #target: GreyPicture;
  readonly #values = new Float32Array(patch * patch);
  readonly #slopesX = new Float32Array(patch * patch);
  readonly #slopesY = new Float32Array(patch * patch);
  #left = 0;
  #top = 0;
  #sumX = 0;
  #sumY = 0;
  #xx = 0;
  #xy = 0;
  #yy = 0;
  #error = Number.POSITIVE_INFINITY;

  constructor(source: GreyPicture, target: GreyPicture) {
    this.#source = source;
    this.#target = target;
  }

  /** Takes up the patch with this corner; nothing has been offered yet. */
  place(left: number, top: number): void {
    const { width, height, data } = this.#source;
    this.#left = left;
    this.#top = top;
    this.#error = Number.POSITIVE_INFINITY;
    let [sumX, sumY, xx, xy, yy] = [0, 0, 0, 0, 0];
    for (let j = 0, k = 0; j < patch; j++)
      for (let i = 0; i < patch; i++, k++) {
        const column = Math.min(width - 1, left + i);
        const row = Math.min(height - 1, top + j);
        const at = row * width + column;
        const slopeX = (data[column < width - 1 ? at + 1 : at] - data[column > 0 ? at - 1 : at]) / 2;
        const slopeY = (data[row < height - 1 ? at + width : at] - data[row > 0 ? at - width : at]) / 2;
        this.#values[k] = data[at] as number;
        this.#slopesX[k] = slopeX;
        this.#slopesY[k] = slopeY;
        sumX += slopeX;
        sumY += slopeY;
        xx += slopeX * slopeX;
        xy += slopeX * slopeY;
        yy += slopeY * slopeY;
      }
    const count = patch * patch;
    this.#sumX = sumX;
    this.#sumY = sumY;
    this.#xx = xx - (sumX * sumX) / count + stiffness;
    this.#xy = xy - (sumX * sumY) / count;
    this.#yy = yy - (sumY * sumY) / count + stiffness;
  }

  /** Takes this step to begin with where it fits better than those offered before. */
  offer(x: number, y: number): void {
    const error = this.#measure(x, y, false);
    if (error >= this.#error) return;
    this.#error = error;
    this.x = x;
    this.y = y;
  }

  /** Moves the patch to where it fits best near the step it has. */
  align(iterations: number): void {
    const beganX = this.x;
    const beganY = this.y;
    let x = beganX;
    let y = beganY;
    const determinant = this.#xx * this.#yy - this.#xy * this.#xy;
    for (let iteration = 0; iteration < iterations; iteration++) {
      const error = this.#measure(x, y, true);
      if (error < this.#error) {
        this.#error = error;
        this.x = x;
        this.y = y;
      } else if (iteration > 1) break;
      const moveX = (this.#yy * this.#pullX - this.#xy * this.#pullY) / determinant;
      const moveY = (this.#xx * this.#pullY - this.#xy * this.#pullX) / determinant;
      x -= moveX;
      y -= moveY;
      if (Math.abs(x - beganX) > patch || Math.abs(y - beganY) > patch) break;
      if (moveX * moveX + moveY * moveY < arrived * arrived) break;
    }
  }

  #pullX = 0;
  #pullY = 0;

  /** How badly the patch fits there, without its mean; the pull of its slopes with it when asked. */
  #measure(stepX: number, stepY: number, pulls: boolean): number {
    const { width, height, data } = this.#target;
    const limitX = width - patch - 1.001;
    const limitY = height - patch - 1.001;
    const u = Math.max(0, Math.min(limitX, this.#left + stepX));
    const v = Math.max(0, Math.min(limitY, this.#top + stepY));
    const left = u | 0;
    const top = v | 0;
    const across = u - left;
    const down = v - top;
    const a = (1 - across) * (1 - down);
    const b = across * (1 - down);
    const c = (1 - across) * down;
    const d = across * down;
    const values = this.#values;
    const slopesX = this.#slopesX;
    const slopesY = this.#slopesY;
    let [sum, squares, pullX, pullY] = [0, 0, 0, 0];
    for (let j = 0, k = 0; j < patch; j++) {
      let at = (top + j) * width + left;
      for (let i = 0; i < patch; i++, k++, at++) {
        const seen = a * data[at] + b * data[at + 1] + c * data[at + width] + d * data[at + width + 1];
        const miss = seen - values[k];
        sum += miss;
        squares += miss * miss;
        if (pulls) {
          pullX += miss * slopesX[k];
          pullY += miss * slopesY[k];
        }
      }
    }
    const count = patch * patch;
    this.#pullX = pullX - (sum * this.#sumX) / count;
    this.#pullY = pullY - (sum * this.#sumY) / count;
    return squares - (sum * sum) / count;
  }
}

/** A flow that moves nothing. */
export function still(width: number, height: number): Flow {
  return { width, height, x: new Float32Array(width * height), y: new Float32Array(width * height) };
}
