import type { Predictor } from '../../diffusion/denoiser.ts';
import { guidanceWeights } from '../../diffusion/guidance.ts';
import { levelAt } from '../../diffusion/noiseLevel.ts';
import { noiseSchedule } from '../../diffusion/noiseSchedule.ts';
import type { FloatTensor } from '../../math/tensor.ts';
import type { Remember } from '../../memory/memory.ts';
import type { PredictionSettings, WindowConditions } from '../../model/conditions.ts';
import type { Model } from '../../model/model.ts';
import { alphaAtStep } from '../magdiff/adaptivePrompts.ts';
import { type GuidanceBranch, guidedPredictor } from '../magdiff/guidedPredictor.ts';
import { strengthAt } from '../magdiff/subjectStrength.ts';
import { openSetWindow, type SetStrengths } from './setWindow.ts';

/**
 * The guided network for one window. HFA is given as mask (1 repaint, 0 keep) and masked latents of every frame: a base with nine
 * input channels takes them beside the noise; with four, the kept region's clean estimate is put in the network's answer, for
 * as many steps as HFA's strength says.
 */
export async function setPredictor(
  model: Model,
  settings: PredictionSettings,
  conditions: WindowConditions,
  strengths: SetStrengths,
  contexts: Remember,
): Promise<Predictor> {
  const { vae, unet } = model.description;
  const opened = openSetWindow(model, settings, conditions, strengths, contexts);
  const { shape, tokens } = opened;
  const network = await model.part('picture_unet', opened.unetShape);
  const branch = async (
    name: string,
    weight: number,
    states: FloatTensor,
    image: FloatTensor | undefined,
  ): Promise<GuidanceBranch[]> => {
    if (weight === 0) return [];
    return [{ weight, subject: opened.masked, context: await opened.contextOf(name, states, image) }];
  };
  const shares = guidanceWeights(settings.guidance.text, settings.guidance.image);
  const branches = [
    ...(await branch('full', shares.full, conditions.text, tokens.shown)),
    ...(await branch('image only', shares.imageOnly, conditions.negative, tokens.shown)),
    ...(await branch('none', shares.none, conditions.negative, tokens.none)),
  ];
  const window = { start: conditions.start, frames: shape.frames };
  const guided = guidedPredictor(network, branches, shape, (step) => alphaAtStep(unet.layers, settings, window, step));
  const isInpainting = unet.inChannels > vae.latentChannels;
  return isInpainting ? guided : keepingPredictor(model, guided, conditions, settings, shape.height * shape.width);
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
