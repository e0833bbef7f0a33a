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
  /** The same without the decoding. */
  samplingFlops: number;
  /** One step of one window under every guidance branch: multiply-adds counted twice, and parameters, each as often as it is read. */
  step: { flops: number; parameters: number };
}

/** How many steps a take's sampling says it has done in the end: those of every window that is asked by itself. */
export function stepsOfTake(
  { description }: Pick<Model, 'description'>,
  { steps, strength, windowFrames, overlapFrames }: ResolvedParameters,
  totalFrames: number,
): number {
  const windows =
    description.longClips === 'freeNoise' ? 1 : planWindows(totalFrames, windowFrames, overlapFrames).length;
  return Math.max(1, Math.round(steps * strength)) * windows;
}

/** How often the network is asked in a step, under as many conditions. */
export function askedBranches({ guidance }: Pick<ResolvedParameters, 'guidance'>): number {
  return Object.values(guidanceWeights(guidance.text, guidance.image)).filter((weight) => weight !== 0).length;
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
  const branches = askedBranches(parameters);
  const asked = stepsOfTake(model, parameters, totalFrames) * (parameters.inversion ? 2 : 1);
  const samplingFlops = unet.flops * branches * asked;
  return {
    memoryBytes: Math.max(unet.weightBytes + unet.activationBytes, decoder.weightBytes + decoder.activationBytes),
    flops: samplingFlops + decoder.flops * totalFrames,
    samplingFlops,
    step: { flops: unet.flops * branches, parameters: unet.parameters * branches },
  };
}
