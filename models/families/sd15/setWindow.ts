import type { LatentShape } from '../../math/frames.ts';
import { joinFrames } from '../../math/frames.ts';
import { type FloatTensor, floatTensor } from '../../math/tensor.ts';
import type { Remember } from '../../memory/memory.ts';
import type { PredictionSettings, WindowConditions } from '../../model/conditions.ts';
import type { Model } from '../../model/model.ts';
import type { Sd15UnetShape } from '../../nets/sd15/unet.ts';
import { subjectAtSteps } from '../magdiff/subjectStrength.ts';
import { strengthInput } from './lora/loraWeights.ts';

/** How strong a set's LoRAs are in a window. */
export interface SetStrengths {
  /** One strength per LoRA in each frame. */
  readonly frames: readonly Float32Array[];
  /** A prompt's states at other strengths than those it was encoded at. */
  states(text: FloatTensor, strengths: Float32Array): Promise<FloatTensor>;
}

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
  strengths: SetStrengths,
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
  const [first = new Float32Array(0)] = strengths.frames;
  const isOne = strengths.frames.every((each) => each.join() === first.join());
  const perFrame = isOne ? {} : { strengthPerFrame: true, imagePerFrame: true };
  const given = { [strengthInput]: isOne ? strengthTensor([first], false) : strengthTensor(strengths.frames, true) };
  const contextAt = async (
    at: Float32Array,
    states: FloatTensor,
    image: FloatTensor | undefined,
  ): Promise<Readonly<Record<string, FloatTensor>>> =>
    (await model.part('picture_context', context)).run({
      text: await strengths.states(states, at),
      ...(image ? { image } : {}),
      [strengthInput]: strengthTensor([at], false),
    });
  return {
    shape: { channels: vae.latentChannels, frames, height, width },
    unetShape: { ...context, ...perFrame, height, width, motionWindows },
    tokens,
    masked: isInpainting
      ? subjectAtSteps(settings, conditions, (of) => joinFrames(of, vae.latentChannels + 1))
      : undefined,
    contextOf: async (name, states, image) => {
      const key = JSON.stringify([name, conditions.key, strengths.frames.map((each) => [...each])]);
      const made = await contexts(key, () =>
        isOne
          ? contextAt(first, states, image)
          : contextInFrames(strengths.frames, (at) => contextAt(at, states, image)),
      );
      return { ...made, ...given };
    },
  };
}

function strengthTensor(frames: readonly Float32Array[], perFrame: boolean): FloatTensor {
  const [first = new Float32Array(0)] = frames;
  const data = new Float32Array(frames.length * first.length);
  for (const [frame, strengths] of frames.entries()) data.set(strengths, frame * first.length);
  return floatTensor(perFrame ? [frames.length, first.length] : [first.length], data);
}

/** Keys and values of every frame (frames, tokens, C), each made at the strengths of its frame. */
async function contextInFrames(
  frames: readonly Float32Array[],
  contextAt: (strengths: Float32Array) => Promise<Readonly<Record<string, FloatTensor>>>,
): Promise<Readonly<Record<string, FloatTensor>>> {
  const made = new Map<string, Readonly<Record<string, FloatTensor>>>();
  for (const strengths of frames)
    if (!made.has(strengths.join())) made.set(strengths.join(), await contextAt(strengths));
  const ofFrames = frames.map((strengths) => made.get(strengths.join()) ?? {});
  return Object.fromEntries(
    Object.entries(ofFrames[0] ?? {}).map(
      ([
        name,
        {
          shape: [sets = 1, tokens = 0, width = 0],
        },
      ]) => {
        const size = tokens * width;
        const data = new Float32Array(frames.length * size);
        for (const [frame, { [name]: own }] of ofFrames.entries()) {
          const set = sets === 1 ? 0 : frame;
          if (own) data.set(own.data.subarray(set * size, (set + 1) * size), frame * size);
        }
        return [name, floatTensor([frames.length, tokens, width], data)];
      },
    ),
  );
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
