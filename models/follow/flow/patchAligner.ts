import type { GreyPicture } from './greyPicture.ts';

/** The side of a patch in pixels. */
export const patch = 8;
/** Pixels; a patch that would move less has arrived. */
const arrived = 0.03;
/** Added to a patch's structure so that flat ones keep the flow they were given. */
const stiffness = 120;

/** Aligns one patch after another; holds the present one's slopes, so that an iteration is one pass over its pixels. */
export class PatchAligner {
  x = 0;
  y = 0;
  readonly #source: GreyPicture;
  readonly #target: GreyPicture;
  readonly #weights: Float32Array | undefined;
  readonly #counts = new Float32Array(patch * patch);
  #total = patch * patch;
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

  constructor(source: GreyPicture, target: GreyPicture, weights?: Float32Array) {
    this.#source = source;
    this.#target = target;
    this.#weights = weights;
  }

  /** Takes up the patch with this corner; nothing has been offered yet. Returns the share of it that counts. */
  place(left: number, top: number): number {
    const { width, height, data } = this.#source;
    const weights = this.#weights;
    this.#left = left;
    this.#top = top;
    this.#error = Number.POSITIVE_INFINITY;
    let [sumX, sumY, xx, xy, yy, total] = [0, 0, 0, 0, 0, 0];
    for (let j = 0, k = 0; j < patch; j++)
      for (let i = 0; i < patch; i++, k++) {
        const column = Math.min(width - 1, left + i);
        const row = Math.min(height - 1, top + j);
        const at = row * width + column;
        const weight = weights ? weights[at] : 1;
        const slopeX = (data[column < width - 1 ? at + 1 : at] - data[column > 0 ? at - 1 : at]) / 2;
        const slopeY = (data[row < height - 1 ? at + width : at] - data[row > 0 ? at - width : at]) / 2;
        this.#values[k] = data[at];
        this.#counts[k] = weight;
        this.#slopesX[k] = weight * slopeX;
        this.#slopesY[k] = weight * slopeY;
        total += weight;
        sumX += weight * slopeX;
        sumY += weight * slopeY;
        xx += weight * slopeX * slopeX;
        xy += weight * slopeX * slopeY;
        yy += weight * slopeY * slopeY;
      }
    this.#total = Math.max(total, 1e-3);
    this.#sumX = sumX;
    this.#sumY = sumY;
    this.#xx = xx - (sumX * sumX) / this.#total + stiffness;
    this.#xy = xy - (sumX * sumY) / this.#total;
    this.#yy = yy - (sumY * sumY) / this.#total + stiffness;
    return total / (patch * patch);
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
    const counts = this.#counts;
    const slopesX = this.#slopesX;
    const slopesY = this.#slopesY;
    let [sum, squares, pullX, pullY] = [0, 0, 0, 0];
    for (let j = 0, k = 0; j < patch; j++) {
      let at = (top + j) * width + left;
      for (let i = 0; i < patch; i++, k++, at++) {
        const seen = a * data[at] + b * data[at + 1] + c * data[at + width] + d * data[at + width + 1];
        const miss = seen - values[k];
        sum += counts[k] * miss;
        squares += counts[k] * miss * miss;
        if (pulls) {
          pullX += miss * slopesX[k];
          pullY += miss * slopesY[k];
        }
      }
    }
    this.#pullX = pullX - (sum * this.#sumX) / this.#total;
    this.#pullY = pullY - (sum * this.#sumY) / this.#total;
    return squares - (sum * sum) / this.#total;
  }
}
