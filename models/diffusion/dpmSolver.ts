import { endsClean, multistepGrid } from './multistepGrid.ts';
import { lambdaOf } from './noiseLevel.ts';
import type { SamplerMethod } from './samplerMethod.ts';

/**
 * DPM-Solver++ 2M (Lu et al. 2022, algorithm 2, midpoint form): second order from the second step on, first order at a last step
 * that ends without noise and, for stability, in short runs.
 */
export const dpmSolver: SamplerMethod = {
  grid: multistepGrid,

  advance({ latents, x0, step, grid, history, options }) {
    const { from, to } = grid[step];
    const before = history.at(-1);
    const shrink = to.sigma / from.sigma;
    const h = lambdaOf(to) - lambdaOf(from);
    const weight = to.alpha * (Number.isFinite(h) ? Math.expm1(-h) : -1);
    const next = new Float32Array(latents.length);
    const isLast = step === grid.length - 1 && (endsClean(options) || options.steps < 15);
    if (!before || isLast) {
      for (let i = 0; i < next.length; i++) next[i] = shrink * latents[i] - weight * x0[i];
    } else {
      const r = (lambdaOf(from) - lambdaOf(grid[step - 1].from)) / h;
      for (let i = 0; i < next.length; i++) {
        const slope = (x0[i] - before[i]) / r;
        next[i] = shrink * latents[i] - weight * x0[i] - 0.5 * weight * slope;
      }
    }
    return { latents: next, history: [x0] };
  },
};
