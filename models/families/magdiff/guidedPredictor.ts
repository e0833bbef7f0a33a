import type { Predictor } from '../../diffusion/denoiser.ts';
import { assert } from '../../errors/studioError.ts';
import type { LatentShape } from '../../math/frames.ts';
import { type FloatTensor, floatTensor } from '../../math/tensor.ts';

/** The UNet as guidance needs it; a loaded part of a model, or any network with these names. */
export interface DenoisingNetwork {
  /** `constant` names inputs that are the same in every run. */
  run(inputs: Record<string, FloatTensor>, constant?: readonly string[]): Promise<Record<string, FloatTensor>>;
}

/** One condition under which the network is asked: its context and its subject latents, and its share in the guided answer. */
export interface GuidanceBranch {
  readonly context: Readonly<Record<string, FloatTensor>>;
  /** HFA latents (c, f, h, w) of a step; absent for a network without them (in_channels equal to out_channels). */
  readonly subject: ((step: number) => Float32Array) | undefined;
  /** Coefficient of this branch's output; all branches' coefficients sum to 1. */
  readonly weight: number;
}

/**
 * The network under guidance: every branch is asked in turn (a batch of one, so that guidance needs no more memory than
 * none) and the answers are combined by their weights. HFA: each branch's subject latents stand beside the noisy ones on the
 * channel axis, without noise, at every step.
 */
export function guidedPredictor(
  network: DenoisingNetwork,
  branches: readonly GuidanceBranch[],
  shape: LatentShape,
  alphaAt: (step: number) => { alpha_text: FloatTensor; alpha_image: FloatTensor },
): Predictor {
  const { channels, frames, height, width } = shape;
  const size = channels * frames * height * width;
  return async (sample, timestep, step) => {
    assert(sample.length === size, `the latents hold ${sample.length} values, ${size} were expected`);
    const guided = new Float32Array(size);
    const alpha = alphaAt(step);
    for (const { context, subject: subjectAt, weight } of branches) {
      if (weight === 0) continue;
      const subject = subjectAt?.(step);
      const input = new Float32Array(size + (subject?.length ?? 0));
      input.set(sample);
      if (subject) input.set(subject, size);
      const inputs = {
        sample: floatTensor([1, input.length / (frames * height * width), frames, height, width], input),
        timestep: floatTensor([1], Float32Array.of(timestep)),
        ...alpha,
        ...context,
      };
      const output = await network.run(inputs, Object.keys(context));
      const prediction = output.prediction.data;
      for (let i = 0; i < size; i++) guided[i] += weight * prediction[i];
    }
    return guided;
  };
}
