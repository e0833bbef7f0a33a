import { type FloatTensor, floatTensor } from '../../math/tensor.ts';
import type { AlphaSettings } from '../../model/conditions.ts';
import type { AlphaLayer } from '../../model/description.ts';

/**
 * APA (MagDiff, section 3.3): the two weights of every cross-attention layer at one step, as the network's inputs.
 * Learned weights times the user's multipliers; `equal` puts 1 in the learned weights' place, the paper's ablation.
 * @returns two vectors, one value a layer, in the order of `layers`.
 */
export function alphaAtStep(
  layers: readonly AlphaLayer[],
  settings: AlphaSettings,
  step: number,
  total: number,
): { alpha_text: FloatTensor; alpha_image: FloatTensor } {
  const text = new Float32Array(layers.length);
  const image = new Float32Array(layers.length);
  const position = step / total;
  layers.forEach((layer, index) => {
    // The last span that covers this step and layer wins, as the topmost lane does on a timeline.
    const span = settings.schedule.findLast(
      ({ fromStep, toStep, layers: prefix }) =>
        position >= fromStep && position < toStep && (prefix === undefined || layer.name.startsWith(prefix)),
    );
    const multiplier = span ?? settings;
    const isEqual = settings.mode === 'equal';
    text[index] = (isEqual ? 1 : layer.text) * multiplier.text;
    image[index] = (isEqual ? 1 : layer.image) * multiplier.image;
  });
  return { alpha_text: floatTensor([layers.length], text), alpha_image: floatTensor([layers.length], image) };
}
