import { guidanceWeights } from '../diffusion/guidance.ts';
import type { Model } from '../model/model.ts';
import { planWindows } from './sampling/windows.ts';
import { latentShape, type ResolvedParameters } from './takeParameters.ts';

/** What a take costs, counted from the networks' own graphs. */
export interface TakeEstimate {
  /** Peak of one network's weights (as float32) and activations, in bytes. */
  memoryBytes: number;
  /** Multiply-adds counted twice, for all steps, windows and guidance branches and the decoding. */
  flops: number;
}

/** Counts a take without loading a weight. */
export async function estimateTake(
  model: Model,
  parameters: ResolvedParameters,
  totalFrames: number,
): Promise<TakeEstimate> {
  const shape = latentShape(model, parameters, parameters.windowFrames);
  const unet = await model.conditions.estimate(parameters);
  const decoder = await model.estimate('vae_decoder', { batch: 1, height: shape.height, width: shape.width });
  const branches = Object.values(guidanceWeights(parameters.guidance.text, parameters.guidance.image)).filter(
    (weight) => weight !== 0,
  ).length;
  const windows = planWindows(totalFrames, parameters.windowFrames, parameters.overlapFrames).length;
  const steps = Math.max(1, Math.round(parameters.steps * parameters.strength)) * (parameters.inversion ? 2 : 1);
  return {
    memoryBytes: Math.max(unet.weightBytes + unet.activationBytes, decoder.weightBytes + decoder.activationBytes),
    flops: unet.flops * branches * windows * steps + decoder.flops * totalFrames,
  };
}
