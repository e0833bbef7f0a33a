import { floatTensor } from '../../math/tensor.ts';
import type { Remember } from '../../memory/memory.ts';
import type { AttentionPass, PredictionSettings, WindowConditions } from '../../model/conditions.ts';
import type { Model } from '../../model/model.ts';
import { alphaAtStep } from '../magdiff/adaptivePrompts.ts';
import { layerMaps } from '../magdiff/attention.ts';
import { openSetWindow, type SetStrengths } from './setWindow.ts';

/**
 * A window's network with its attention maps as further outputs, asked under the prompt alone, without guidance. Image tokens have a
 * softmax of their own beside the text's, and a frame reads one picture's.
 */
export async function setAttention(
  model: Model,
  settings: PredictionSettings,
  conditions: WindowConditions,
  strengths: SetStrengths,
  contexts: Remember,
): Promise<AttentionPass> {
  const { layers } = model.description.unet;
  const window = openSetWindow(model, settings, conditions, strengths, contexts);
  const { shape, unetShape, tokens, masked } = window;
  const { frames, height, width } = shape;
  const network = await model.part('picture_unet', { ...unetShape, attentionMaps: true });
  const context = await window.contextOf('full', conditions.text, tokens.shown);
  return async (sample, timestep, step) => {
    const subject = masked?.(step) ?? new Float32Array(0);
    const input = new Float32Array(sample.length + subject.length);
    input.set(sample);
    input.set(subject, sample.length);
    const output = await network.run({
      sample: floatTensor([1, input.length / (frames * height * width), frames, height, width], input),
      timestep: floatTensor([1], Float32Array.of(timestep)),
      ...alphaAtStep(layers, settings, { start: conditions.start, frames }, step),
      ...context,
    });
    return layerMaps(layers, output, shape, 1);
  };
}
