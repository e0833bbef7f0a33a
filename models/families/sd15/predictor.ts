import type { Predictor } from '../../diffusion/denoiser.ts';
import { guidanceWeights } from '../../diffusion/guidance.ts';
import { levelAt } from '../../diffusion/noiseLevel.ts';
import { noiseSchedule } from '../../diffusion/noiseSchedule.ts';
import { joinFrames } from '../../math/frames.ts';
import { type FloatTensor, floatTensor } from '../../math/tensor.ts';
import type { Remember } from '../../memory/memory.ts';
import type { PredictionSettings, WindowConditions } from '../../model/conditions.ts';
import type { Model } from '../../model/model.ts';
import { alphaAtStep } from '../magdiff/adaptivePrompts.ts';
import { type GuidanceBranch, guidedPredictor } from '../magdiff/guidedPredictor.ts';
import { strengthAt, subjectAtSteps } from '../magdiff/subjectStrength.ts';
import { strengthInput } from './lora/loraWeights.ts';

/**
 * The guided network for one window. HFA is given as mask (1 repaint, 0 keep) and masked latents of every frame: a base with nine
 * input channels takes them beside the noise; with four, the kept region's clean estimate is put in the network's answer, for
 * as many steps as HFA's strength says.
 */
export async function setPredictor(
  model: Model,
  settings: PredictionSettings,
  conditions: WindowConditions,
  strengths: Float32Array,
  contexts: Remember,
): Promise<Predictor> {
  const { vae, unet } = model.description;
  const frames = settings.windowFrames;
  const shape = {
    channels: vae.latentChannels,
    frames,
    height: settings.height / vae.factor,
    width: settings.width / vae.factor,
  };
  const tokens = imageTokensOf(conditions);
  const textTokens = Math.max(conditions.text.shape[1] ?? 0, conditions.negative.shape[1] ?? 0);
  const context = { batch: 1, frames, textTokens, imageTokens: tokens.each, imagePerFrame: tokens.perFrame };
  const atOnce = Math.max(...model.description.frames);
  const network = await model.part('picture_unet', {
    ...context,
    height: shape.height,
    width: shape.width,
    motionWindows: frames > atOnce && atOnce > 1 ? { length: atOnce, stride: motionStride } : undefined,
  });
  const isInpainting = unet.inChannels > vae.latentChannels;
  const masked = subjectAtSteps(settings, conditions, (of) => joinFrames(of, vae.latentChannels + 1));
  const given = { [strengthInput]: floatTensor([strengths.length], strengths) };
  const branch = async (
    name: string,
    weight: number,
    states: FloatTensor,
    image: FloatTensor | undefined,
  ): Promise<GuidanceBranch[]> => {
    if (weight === 0) return [];
    const key = JSON.stringify([name, conditions.key, [...strengths]]);
    const made = await contexts(key, async () =>
      (await model.part('picture_context', context)).run({ text: states, ...(image ? { image } : {}), ...given }),
    );
    return [{ weight, subject: isInpainting ? masked : undefined, context: { ...made, ...given } }];
  };
  const shares = guidanceWeights(settings.guidance.text, settings.guidance.image);
  const branches = [
    ...(await branch('full', shares.full, conditions.text, tokens.shown)),
    ...(await branch('image only', shares.imageOnly, conditions.negative, tokens.shown)),
    ...(await branch('none', shares.none, conditions.negative, tokens.none)),
  ];
  const window = { start: conditions.start, frames };
  const guided = guidedPredictor(network, branches, shape, (step) => alphaAtStep(unet.layers, settings, window, step));
  return isInpainting ? guided : keepingPredictor(model, guided, conditions, settings, shape.height * shape.width);
}

/** Frames between the windows of motion modules that attend in windows, as their authors set it. */
const motionStride = 4;

/** Image tokens as the context takes them: one set for the clip where all frames show the same picture, else one a frame. */
function imageTokensOf({ imageTokens, blackTokens }: WindowConditions): {
  each: number;
  perFrame: boolean;
  shown: FloatTensor | undefined;
  none: FloatTensor | undefined;
} {
  const each = blackTokens.shape[1] ?? 0;
  if (each === 0) return { each, perFrame: false, shown: undefined, none: undefined };
  const [first = blackTokens] = imageTokens;
  const perFrame = imageTokens.some((tokens) => tokens !== first);
  const sets = (list: readonly FloatTensor[]): FloatTensor => {
    const [, , width = 0] = first.shape;
    const data = new Float32Array(list.length * each * width);
    for (const [index, tokens] of list.entries()) data.set(tokens.data, index * each * width);
    return floatTensor([list.length, each, width], data);
  };
  return {
    each,
    perFrame,
    shown: sets(perFrame ? imageTokens : [first]),
    none: sets(perFrame ? imageTokens.map(() => blackTokens) : [blackTokens]),
  };
}

/** Where the mask says keep, the answer is the noise whose removal leaves the kept latents: samplers then end in them exactly. */
function keepingPredictor(
  model: Model,
  guided: Predictor,
  { start, subject }: WindowConditions,
  settings: PredictionSettings,
  area: number,
): Predictor {
  const schedule = noiseSchedule(model.description.scheduler);
  const channels = model.description.vae.latentChannels;
  return async (sample, timestep, step) => {
    const answer = await guided(sample, timestep, step);
    const { alpha, sigma } = levelAt(schedule, timestep);
    for (const [frame, view] of subject.entries()) {
      const strength = strengthAt(settings, start + frame, step);
      if (step >= Math.ceil(Math.min(1, strength) * settings.steps)) continue;
      for (let position = 0; position < area; position++) {
        if ((view[position] ?? 1) >= 0.5) continue;
        for (let channel = 0; channel < channels; channel++) {
          const at = (channel * subject.length + frame) * area + position;
          const kept = view[(channel + 1) * area + position] ?? 0;
          answer[at] = ((sample[at] ?? 0) - alpha * kept) / sigma;
        }
      }
    }
    return answer;
  };
}
