import { factorAt, laneAt } from '../../lanes/weightsOverTime.ts';
import { type FloatTensor, floatTensor } from '../../math/tensor.ts';
import type { LayerFactors, PredictionSettings } from '../../model/conditions.ts';
import type { AlphaLayer } from '../../model/description.ts';

/** The frames of a window, by their place in the take. */
export interface WindowFrames {
  readonly start: number;
  readonly frames: number;
}

/** What the two weights depend on. */
export type AlphaChoice = Pick<PredictionSettings, 'alpha' | 'overTime' | 'steps'>;

/**
 * APA (MagDiff, section 3.3): the two weights of every cross-attention layer and frame at one step, as the network's inputs.
 * Learned weights times the user's multipliers; `equal` puts 1 in the learned weights' place, the paper's ablation. A lane's value at
 * a frame takes the number's place, a schedule's span takes both their places, and the curve over the steps and the factors by layer
 * multiply what that gives.
 * @returns two tables (layers, frames), in the order of `layers`.
 */
export function alphaAtStep(
  layers: readonly AlphaLayer[],
  { alpha, overTime, steps }: AlphaChoice,
  { start, frames }: WindowFrames,
  step: number,
): { alpha_text: FloatTensor; alpha_image: FloatTensor } {
  const position = step / steps;
  const table = (kind: 'text' | 'image', weight: 'textAlpha' | 'imageAlpha'): FloatTensor => {
    const data = new Float32Array(layers.length * frames);
    const factor = factorAt(overTime.steps[weight], step, steps);
    const lane = Array.from({ length: frames }, (_, frame) =>
      laneAt(overTime.frames[weight], start + frame, alpha[kind]),
    );
    for (const [index, layer] of layers.entries()) {
      // The last span that covers this step and layer wins, as the topmost lane does on a timeline.
      const span = alpha.schedule.findLast(
        ({ fromStep, toStep, layers: prefix }) =>
          position >= fromStep && position < toStep && (prefix === undefined || layer.name.startsWith(prefix)),
      );
      const learned = alpha.mode === 'equal' ? 1 : layer[kind];
      const ofLayer = layerFactor(alpha.layers, layer.name, kind);
      for (const [frame, value] of lane.entries())
        data[index * frames + frame] = learned * (span?.[kind] ?? value) * factor * ofLayer;
    }
    return floatTensor([layers.length, frames], data);
  };
  return { alpha_text: table('text', 'textAlpha'), alpha_image: table('image', 'imageAlpha') };
}

function layerFactor(factors: readonly LayerFactors[], name: string, kind: 'text' | 'image'): number {
  let best: LayerFactors | undefined;
  for (const each of factors)
    if (name.startsWith(each.layers) && each.layers.length >= (best?.layers.length ?? 0)) best = each;
  return best?.[kind] ?? 1;
}
