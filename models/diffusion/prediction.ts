import type { NoiseScheduleConfig } from './noiseSchedule.ts';

/** What the network's output says about a noisy sample with cumulative ᾱ: the clean estimate x_0 and the noise ε. */
export interface Prediction {
  x0: Float32Array;
  epsilon: Float32Array;
}

/**
 * Reads a network output as x_0 and ε.
 * ε prediction: x_0 = (x − √(1 − ᾱ) ε) / √ᾱ. v prediction (Salimans & Ho 2022): v = √ᾱ ε − √(1 − ᾱ) x_0. Sample prediction: the
 * output is x_0, and ε = (x − √ᾱ x_0) / √(1 − ᾱ), 0 where ᾱ is 1.
 */
export function readPrediction(
  kind: NoiseScheduleConfig['prediction_type'],
  output: Float32Array,
  sample: Float32Array,
  alphaCumprod: number,
): Prediction {
  const signal = Math.sqrt(alphaCumprod);
  const spread = Math.sqrt(1 - alphaCumprod);
  if (kind === 'sample') {
    const epsilon = new Float32Array(sample.length);
    if (spread > 0) for (let i = 0; i < epsilon.length; i++) epsilon[i] = (sample[i] - signal * output[i]) / spread;
    return { x0: output, epsilon };
  }
  const x0 = new Float32Array(sample.length);
  if (kind === 'epsilon') {
    for (let i = 0; i < x0.length; i++) x0[i] = (sample[i] - spread * output[i]) / signal;
    return { x0, epsilon: output };
  }
  const epsilon = new Float32Array(sample.length);
  for (let i = 0; i < x0.length; i++) {
    x0[i] = signal * sample[i] - spread * output[i];
    epsilon[i] = spread * sample[i] + signal * output[i];
  }
  return { x0, epsilon };
}
