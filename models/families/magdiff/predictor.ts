import type { Predictor } from '../../diffusion/denoiser.ts';
import { guidanceWeights } from '../../diffusion/guidance.ts';
import { joinFrames } from '../../math/frames.ts';
import { type FloatTensor, floatTensor } from '../../math/tensor.ts';
import type { Remember } from '../../memory/memory.ts';
import type { PredictionSettings, WindowConditions } from '../../model/conditions.ts';
import type { Model } from '../../model/model.ts';
import { alphaAtStep } from './adaptivePrompts.ts';
import { type GuidanceBranch, guidedPredictor } from './guidedPredictor.ts';
import { subjectAtSteps } from './subjectStrength.ts';

/**
 * The guided network for one window: APA contexts (keys and values, computed once and kept in `contexts`), HFA latents beside the noise,
 * and the guidance branches that the scales call for.
 */
export async function windowPredictor(
  model: Model,
  settings: PredictionSettings,
  conditions: WindowConditions,
  contexts: Remember,
): Promise<Predictor> {
  const { vae, image, unet: facts, student } = model.description;
  const { weights } = settings;
  const layers = (weights === 'student' ? student?.layers : undefined) ?? facts.layers;
  const [height, width] = [settings.height / vae.factor, settings.width / vae.factor];
  const frames = settings.windowFrames;
  const shape = { channels: vae.latentChannels, frames, height, width };
  const unet = await model.part(weights === 'student' ? 'unet_student' : 'unet', {
    batch: 1,
    frames,
    height,
    width,
    imageTokens: image.tokensPerFrame * frames,
  });
  const hasSubject = facts.inChannels > vae.latentChannels;
  const { blackSubject, blackTokens, imageTokens, text, negative } = conditions;
  const join = (of: readonly Float32Array[]): Float32Array => joinFrames(of, of[0].length / (height * width));
  const subject = hasSubject ? subjectAtSteps(settings, conditions, join) : undefined;
  const blackFrames = hasSubject ? join(conditions.subject.map(() => blackSubject)) : undefined;
  const branch = async (
    name: string,
    weight: number,
    states: FloatTensor,
    tokens: readonly FloatTensor[],
    hfa: GuidanceBranch['subject'],
  ): Promise<GuidanceBranch[]> => {
    if (weight === 0) return [];
    const key = JSON.stringify([name, conditions.key, weights]);
    return [
      { weight, subject: hfa, context: await contexts(key, () => encodeContext(model, states, tokens, weights)) },
    ];
  };
  const shares = guidanceWeights(settings.guidance.text, settings.guidance.image);
  const branches = [
    ...(await branch('full', shares.full, text, imageTokens, subject)),
    ...(await branch('image only', shares.imageOnly, negative, imageTokens, subject)),
    ...(await branch(
      'none',
      shares.none,
      negative,
      imageTokens.map(() => blackTokens),
      blackFrames && (() => blackFrames),
    )),
  ];
  const window = { start: conditions.start, frames };
  return guidedPredictor(unet, branches, shape, (step) => alphaAtStep(layers, settings, window, step));
}

/**
 * The context's keys and values for every cross-attention layer: text states (1, t, C) and image tokens of the window's frames,
 * concatenated. They depend on neither step nor frame.
 */
export async function encodeContext(
  model: Model,
  textStates: FloatTensor,
  imageTokens: readonly FloatTensor[],
  weights: 'teacher' | 'student',
): Promise<Record<string, FloatTensor>> {
  const width = model.description.unet.contextWidth;
  const count = imageTokens.reduce((sum, tokens) => sum + tokens.data.length / width, 0);
  const context = new Float32Array(textStates.data.length + count * width);
  context.set(textStates.data);
  let offset = textStates.data.length;
  for (const tokens of imageTokens) {
    context.set(tokens.data, offset);
    offset += tokens.data.length;
  }
  const name = weights === 'student' ? 'context_student' : 'context';
  const projector = await model.part(name, { batch: 1, imageTokens: count });
  return projector.run({ context: floatTensor([1, context.length / width, width], context) });
}
