import type { NoiseLevel } from './noiseLevel.ts';
import type { NoiseScheduleConfig } from './noiseSchedule.ts';

/**
 * The model as samplers see it: noisy latents x = α x_0 + σ ε of a noise level in, the clean estimate x_0 out. Guidance, conditions and
 * what the network itself predicts are inside.
 */
export type Denoiser = (sample: Float32Array, level: NoiseLevel, step: number) => Promise<Float32Array>;

/** The network's own answer to noisy latents at a timestep: ε, v or x_0, as its schedule's `prediction_type` says. */
export type Predictor = (sample: Float32Array, timestep: number, step: number) => Promise<Float32Array>;

/**
 * Reads a network's prediction as x_0. ε: x_0 = (x − σ ε) / α. v (Salimans & Ho 2022, v = α ε − σ x_0): x_0 = α x − σ v. `sample`: the
 * output is x_0.
 */
export function denoiserOf(kind: NoiseScheduleConfig['prediction_type'], predict: Predictor): Denoiser {
  return async (sample, level, step) => {
    const output = await predict(sample, level.timestep, step);
    const { alpha, sigma } = level;
    switch (kind) {
      case 'sample':
        return output;
      case 'epsilon':
        return output.map((value, i) => (sample[i] - sigma * value) / alpha);
      case 'v_prediction':
        return output.map((value, i) => alpha * sample[i] - sigma * value);
    }
  };
}

/** The noise that an estimate leaves: ε = (x − α x_0) / σ; 0 where there is none. */
export function noiseIn(sample: Float32Array, x0: Float32Array, { alpha, sigma }: NoiseLevel): Float32Array {
  return sigma > 0 ? sample.map((value, i) => (value - alpha * x0[i]) / sigma) : new Float32Array(sample.length);
}
