import { type Flow, sized, still } from './flow.ts';
import type { GreyPicture } from './greyPicture.ts';
import { PatchAligner, patch } from './patchAligner.ts';

/** Pixels from one patch to the next. */
const stride = 4;
const mostIterations = 10;
/** Share of a patch that has to count for it to look for itself. */
const leastWeight = 0.12;

/**
 * Dense flow from `from` to `to` by inverse search over a pyramid (Kroeger et al. 2016, “Fast Optical Flow using Dense Inverse Search”):
 * patches are aligned from the coarsest level on, and every pixel takes the mean of the patches over it, weighted by how well they fit.
 * Patches are compared without their mean, so that light may change. Both pyramids have the same sizes. `weights`, a pyramid of planes in
 * 0..1: what of `from` counts; patches of which nothing counts take the steps of those beside them.
 */
export function inverseSearch(
  from: readonly GreyPicture[],
  to: readonly GreyPicture[],
  weights?: readonly GreyPicture[],
): Flow {
  let flow: Flow | undefined;
  for (let level = from.length - 1; level >= 0; level--) {
    const source = from[level];
    const initial = flow && sized(flow, source.width, source.height);
    flow = levelFlow(source, to[level], initial, weights?.[level].data);
  }
  return flow ?? still(from[0].width, from[0].height);
}

/** Patches of one level, aligned and then spread over its pixels. */
function levelFlow(source: GreyPicture, target: GreyPicture, initial?: Flow, weights?: Float32Array): Flow {
  const { width, height } = source;
  const columns = Math.max(1, Math.ceil((width - patch) / stride) + 1);
  const rows = Math.max(1, Math.ceil((height - patch) / stride) + 1);
  const patchX = new Float32Array(columns * rows);
  const patchY = new Float32Array(columns * rows);
  const patchWeight = new Float32Array(columns * rows);
  const aligner = new PatchAligner(source, target, weights);
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
      patchWeight[index] = aligner.place(left, top);
      if (sweep === 0) {
        const middle = Math.min(height - 1, top + patch / 2) * width + Math.min(width - 1, left + patch / 2);
        aligner.offer(initial ? initial.x[middle] : 0, initial ? initial.y[middle] : 0);
      } else aligner.offer(patchX[index], patchY[index]);
      if (beside >= 0) aligner.offer(patchX[beside], patchY[beside]);
      if (across >= 0) aligner.offer(patchX[across], patchY[across]);
      if (patchWeight[index] >= leastWeight) aligner.align(sweep === 0 ? mostIterations : mostIterations >> 1);
      patchX[index] = aligner.x;
      patchY[index] = aligner.y;
    }
  }
  return spread(source, target, { columns, rows, patchX, patchY, patchWeight });
}

interface Patches {
  readonly columns: number;
  readonly rows: number;
  readonly patchX: Float32Array;
  readonly patchY: Float32Array;
  readonly patchWeight: Float32Array;
}

/** Every pixel's mean of the patches over it, weighted by how well each fits it. */
function spread(
  source: GreyPicture,
  target: GreyPicture,
  { columns, rows, patchX, patchY, patchWeight }: Patches,
): Flow {
  const { width, height } = source;
  const x = new Float32Array(width * height);
  const y = new Float32Array(width * height);
  const sum = new Float32Array(width * height);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const u = patchX[row * columns + column];
      const v = patchY[row * columns + column];
      // What counts for nothing has some step nevertheless, where nothing better covers it.
      const share = Math.max(1e-3, patchWeight[row * columns + column]);
      const left = Math.max(0, Math.min(width - patch, column * stride));
      const top = Math.max(0, Math.min(height - patch, row * stride));
      for (let j = top; j < Math.min(height, top + patch); j++)
        for (let i = left; i < Math.min(width, left + patch); i++) {
          const at = j * width + i;
          const miss = Math.abs(sampled(target, i + u, j + v) - source.data[at]);
          const weight = share / Math.max(1, miss);
          x[at] = x[at] + weight * u;
          y[at] = y[at] + weight * v;
          sum[at] = sum[at] + weight;
        }
    }
  for (let at = 0; at < sum.length; at++) {
    const weight = sum[at] || 1;
    x[at] = x[at] / weight;
    y[at] = y[at] / weight;
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
