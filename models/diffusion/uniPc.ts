import { multistepGrid, type NoiseLevel, noisedTo, readX0 } from './multistep.ts';
import type { Denoiser, SamplerOptions, SamplerStep, Sampling } from './sampler.ts';

/** h, e^{−h} − 1 and the φ-series values that both halves of UniPC share (Zhao et al. 2023, with B(h) = e^h − 1 in the data form). */
function phis(from: NoiseLevel, to: NoiseLevel): { h: number; phi1: number; b1: number; b2: number } {
  const h = to.lambda - from.lambda;
  const hh = -h;
  const phi1 = Number.isFinite(hh) ? Math.expm1(hh) : -1;
  const phi2 = phi1 / hh - 1;
  const b1 = phi2 / phi1;
  const phi3 = phi2 / hh - 0.5;
  const b2 = (phi3 * 2) / phi1;
  return { h, phi1, b1, b2 };
}

/**
 * UniPC of order 2 (Zhao et al. 2023) in the data-prediction form with B₂(h): each step first corrects the latents with the new
 * reading, then predicts the next ones. The last step is of first order.
 */
export function sampleUniPc(options: SamplerOptions): Sampling {
  const { schedule } = options;
  const { timesteps, levels } = multistepGrid(options);
  const total = timesteps.length;

  /** UniC: the step from `step − 1` to `step` again, now knowing x_0 at its end. */
  function correct(
    step: number,
    from: Float32Array,
    readings: readonly Float32Array[],
    x0: Float32Array,
  ): Float32Array {
    const start = levels[step - 1];
    const end = levels[step];
    const { h, phi1, b1, b2 } = phis(start, end);
    const last = readings[readings.length - 1];
    const earlier = readings.length > 1 && step > 1 ? readings[readings.length - 2] : undefined;
    const result = new Float32Array(from.length);
    const keep = end.sigma / start.sigma;
    if (!earlier) {
      for (let i = 0; i < result.length; i++) {
        result[i] = keep * from[i] - end.alpha * phi1 * last[i] - end.alpha * phi1 * 0.5 * (x0[i] - last[i]);
      }
      return result;
    }
    const r = (levels[step - 2].lambda - start.lambda) / h;
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

  /** UniP: from `step` to `step + 1`. */
  function predict(step: number, from: Float32Array, readings: readonly Float32Array[]): Float32Array {
    const start = levels[step];
    const end = levels[step + 1];
    const { h, phi1 } = phis(start, end);
    const last = readings[readings.length - 1];
    const earlier = readings.length > 1 && step > 0 && step < total - 1 ? readings[readings.length - 2] : undefined;
    const keep = end.sigma / start.sigma;
    const result = new Float32Array(from.length);
    const r = earlier ? (levels[step - 1].lambda - start.lambda) / h : 1;
    for (let i = 0; i < result.length; i++) {
      const slope = earlier ? (earlier[i] - last[i]) / r : 0;
      result[i] = keep * from[i] - end.alpha * phi1 * last[i] - end.alpha * phi1 * 0.5 * slope;
    }
    return result;
  }

  async function* run(initial: Float32Array, denoise: Denoiser): AsyncGenerator<SamplerStep, void, undefined> {
    let latents = options.resume?.latents ?? initial;
    // The latents the last prediction started from, then up to two readings.
    let from = options.resume?.history[0];
    let readings = options.resume?.history.slice(1) ?? [];
    for (let step = options.resume?.step ?? 0; step < total; step++) {
      const x0 = readX0(schedule, await denoise(latents, timesteps[step], step), latents, levels[step]);
      const corrected = from && readings.length > 0 ? correct(step, from, readings, x0) : latents;
      readings = [...readings, x0].slice(-2);
      from = corrected;
      latents = predict(step, corrected, readings);
      yield { step: step + 1, total, latents, denoised: x0, history: [from, ...readings] };
    }
  }

  return {
    timesteps,
    initialNoiseScale: 1,
    noisedAt: (step, x0, noise) => noisedTo(levels[step], x0, noise),
    noised: (x0, noise) => (total === 0 ? x0 : noisedTo(levels[0], x0, noise)),
    run,
  };
}
