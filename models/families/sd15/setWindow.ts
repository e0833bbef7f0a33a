import type { LatentShape } from '../../math/frames.ts';
import { joinFrames } from '../../math/frames.ts';
import { type FloatTensor, floatTensor } from '../../math/tensor.ts';
import type { Remember } from '../../memory/memory.ts';
import type { PredictionSettings, WindowConditions } from '../../model/conditions.ts';
import type { Model } from '../../model/model.ts';
import type { Sd15UnetShape } from '../../nets/sd15/unet.ts';
import { subjectAtSteps } from '../magdiff/subjectStrength.ts';
import { strengthInput } from './lora/loraWeights.ts';

/** What the network is asked with for the frames it sees at once, whatever it is asked for. */
export interface SetWindow {
  /** Of the latents. */
  readonly shape: LatentShape;
  readonly unetShape: Sd15UnetShape;
  readonly tokens: WindowTokens;
  /** Mask and masked latents at a step, (1 + c, f, h, w); absent for a base that takes none. */
  readonly masked: ((step: number) => Float32Array) | undefined;
  /** The network's inputs under text states (1, t, C) and a picture's tokens, kept under a name. */
  contextOf(
    name: string,
    states: FloatTensor,
    image: FloatTensor | undefined,
  ): Promise<Readonly<Record<string, FloatTensor>>>;
}

/** Puts together what does not depend on the step. */
export function openSetWindow(
  model: Model,
  settings: PredictionSettings,
  conditions: WindowConditions,
  strengths: Float32Array,
  contexts: Remember,
): SetWindow {
  const { vae, unet } = model.description;
  const frames = settings.windowFrames;
  const height = settings.height / vae.factor;
  const width = settings.width / vae.factor;
  const tokens = windowTokens(conditions);
  const textTokens = Math.max(conditions.text.shape[1] ?? 0, conditions.negative.shape[1] ?? 0);
  const context = { batch: 1, frames, textTokens, imageTokens: tokens.each, imagePerFrame: tokens.perFrame };
  const atOnce = Math.max(...model.description.frames);
  const motionWindows = frames > atOnce && atOnce > 1 ? { length: atOnce, stride: motionStride } : undefined;
  const isInpainting = unet.inChannels > vae.latentChannels;
  const given = { [strengthInput]: floatTensor([strengths.length], strengths) };
  return {
    shape: { channels: vae.latentChannels, frames, height, width },
    unetShape: { ...context, height, width, motionWindows },
    tokens,
    masked: isInpainting
      ? subjectAtSteps(settings, conditions, (of) => joinFrames(of, vae.latentChannels + 1))
      : undefined,
    contextOf: async (name, states, image) => {
      const key = JSON.stringify([name, conditions.key, [...strengths]]);
      const made = await contexts(key, async () =>
        (await model.part('picture_context', context)).run({ text: states, ...(image ? { image } : {}), ...given }),
      );
      return { ...made, ...given };
    },
  };
}

/** Frames between the windows of motion modules that attend in windows, as their authors set it. */
const motionStride = 4;

/** Image tokens as the context takes them: one set for the clip where all frames show the same picture, else one a frame. */
export interface WindowTokens {
  /** Tokens of a picture; 0 without an image adapter. */
  readonly each: number;
  readonly perFrame: boolean;
  readonly shown: FloatTensor | undefined;
  /** Those of no picture. */
  readonly none: FloatTensor | undefined;
}

function windowTokens({ imageTokens, blackTokens }: WindowConditions): WindowTokens {
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
