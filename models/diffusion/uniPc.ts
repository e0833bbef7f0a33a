import { multistepGrid } from './multistepGrid.ts';
import { lambdaOf, type NoiseStep } from './noiseLevel.ts';
import type { SamplerMethod } from './samplerMethod.ts';

/** h, e^{−h} − 1 and the φ-series values that both halves of UniPC share (Zhao et al. 2023, with B(h) = e^h − 1 in the data form). */
function phis({ from, to }: NoiseStep): { h: number; phi1: number; b1: number; b2: number } {
  const h = lambdaOf(to) - lambdaOf(from);
  const hh = -h;
  const phi1 = Number.isFinite(hh) ? Math.expm1(hh) : -1;
  const phi2 = phi1 / hh - 1;
  const b1 = phi2 / phi1;
  const phi3 = phi2 / hh - 0.5;
  const b2 = (phi3 * 2) / phi1;
  return { h, phi1, b1, b2 };
}

/** λ one step earlier, in units of the step's own h. */
const reach = (grid: readonly NoiseStep[], step: number, h: number): number =>
  (lambdaOf(grid[step - 1].from) - lambdaOf(grid[step].from)) / h;

/** UniC: step `step` again from `from`, now knowing x_0 at its end. */
function correct(
  grid: readonly NoiseStep[],
  step: number,
  from: Float32Array,
  readings: readonly Float32Array[],
  x0: Float32Array,
): Float32Array {
  const { from: start, to: end } = grid[step];
  const { h, phi1, b1, b2 } = phis(grid[step]);
  const last = readings[readings.length - 1];
  const earlier = readings.length > 1 && step > 0 ? readings[readings.length - 2] : undefined;
  const result = new Float32Array(from.length);
  const keep = end.sigma / start.sigma;
  if (!earlier) {
    for (let i = 0; i < result.length; i++)
      result[i] = keep * from[i] - end.alpha * phi1 * last[i] - end.alpha * phi1 * 0.5 * (x0[i] - last[i]);
    return result;
  }
  const r = reach(grid, step, h);
  // Solves [[1, 1], [r, 1]] ρ = [b1, b2].
  const rho1 = (b1 - b2) / (1 - r);
  const rho2 = b1 - rho1;
  for (let i = 0; i < result.length; i++) {
    const slope = (earlier[i] - last[i]) / r;
    result[i] =
      keep * from[i] - end.alpha * phi1 * last[i] - end.alpha * phi1 * (rho1 * slope + rho2 * (x0[i] - last[i]));
  }
  return result;
}

/** UniP: step `step`. */
function predict(
  grid: readonly NoiseStep[],
  step: number,
  from: Float32Array,
  readings: readonly Float32Array[],
): Float32Array {
  const { from: start, to: end } = grid[step];
  const { h, phi1 } = phis(grid[step]);
  const last = readings[readings.length - 1];
  const earlier = readings.length > 1 && step > 0 && step < grid.length - 1 ? readings[readings.length - 2] : undefined;
  const keep = end.sigma / start.sigma;
  const result = new Float32Array(from.length);
  const r = earlier ? reach(grid, step, h) : 1;
  for (let i = 0; i < result.length; i++) {
    const slope = earlier ? (earlier[i] - last[i]) / r : 0;
    result[i] = keep * from[i] - end.alpha * phi1 * last[i] - end.alpha * phi1 * 0.5 * slope;
  }
  return result;
}

/**
 * UniPC of order 2 (Zhao et al. 2023) in the data-prediction form with B₂(h): each step first corrects the latents with the new
 * reading, then predicts the next ones. The last step is of first order. Its history is the latents the last prediction started
 * from, then up to two readings.
 */
export const uniPc: SamplerMethod = {
  grid: multistepGrid,

  advance({ latents, x0, step, grid, history: [from, ...readings] }) {
    const corrected = from && readings.length > 0 ? correct(grid, step - 1, from, readings, x0) : latents;
    const known = [...readings, x0].slice(-2);
    return { latents: predict(grid, step, corrected, known), history: [corrected, ...known] };
  },
};
