import type { Predictor } from '../diffusion/denoiser.ts';
import { StudioError } from '../errors/studioError.ts';
import { type FloatTensor, floatTensor } from '../math/tensor.ts';
import { alphaAtStep } from './adaptivePrompts.ts';
import { encodeContext } from './conditions.ts';
import { type GuidanceBranch, guidanceWeights, guidedPredictor, type LatentShape } from './guidedPredictor.ts';
import { forgetful, type Remember } from './memory.ts';
import type { MagDiffModel } from './modelParts.ts';
import type { Picture } from './picture.ts';
import { cutWordsSentence, encodePrompts, type PromptTokenizer } from './promptTokens.ts';
import { type RunStore, requestKey } from './runStore.ts';
import type { SampledStep, SampleVideoOptions } from './sampleVideo.ts';
import type { ResolvedParameters } from './takeParameters.ts';
import { joinFrames, type Window } from './windows.ts';

/** What surrounds a run: where it saves, and how it is told to stop. */
export interface RunContext {
  tokenizer: PromptTokenizer;
  store?: RunStore | undefined;
  signal?: AbortSignal | undefined;
  /** Keeps conditions between runs, so that a live preview encodes only what changed; absent: nothing is kept. */
  remember?: Remember | undefined;
  /** Memory one decoder call may take before frames are decoded in tiles; absent: no limit. */
  decoderMemoryBytes?: number | undefined;
}

/** What a run says as it goes. */
export type PipelineEvent =
  | { stage: 'warning'; message: string }
  | { stage: 'encoding' }
  | {
      stage: 'denoising';
      step: number;
      total: number;
      /** Clean estimate of the window's frames (c, f, h, w), for previews, and where the window lies. */
      denoised: Float32Array;
      window: Window;
      /** Height and width of the latents. */
      latentSize: { height: number; width: number };
    }
  | { stage: 'decoding'; frameIndex: number; total: number; picture: Picture };

/** The conditions of every frame of a take, ready for the network. */
export interface TakeConditions {
  /** Names everything the conditions depend on, for the memory of contexts. */
  key: string;
  /** Text states of the prompt and of the negative (or empty) prompt. */
  text: FloatTensor;
  negative: FloatTensor;
  /** Image tokens of each frame, and those of a black frame. */
  imageTokens: readonly FloatTensor[];
  blackTokens: FloatTensor;
  /** HFA latents (c, h, w) of each frame, and those of a black frame. */
  subject: readonly Float32Array[];
  blackSubject: Float32Array;
}

/** Encodes prompt and negative prompt and says, by warnings, which words were left out. */
export async function* encodeText(
  model: MagDiffModel,
  { tokenizer, remember = forgetful }: RunContext,
  { prompt: wanted, negativePrompt }: { prompt: string; negativePrompt: string },
): AsyncGenerator<PipelineEvent, { text: FloatTensor; negative: FloatTensor }, undefined> {
  const [prompt, negative] = await remember(JSON.stringify(['text', wanted, negativePrompt]), () =>
    encodePrompts(model, tokenizer, [wanted, negativePrompt]),
  );
  const tokens = model.description.text.tokens;
  for (const message of [
    cutWordsSentence('prompt', prompt.cutWords, tokens),
    cutWordsSentence('negative prompt', negative.cutWords, tokens),
  ]) {
    if (message) yield { stage: 'warning', message };
  }
  return { text: prompt.states, negative: negative.states };
}

/**
 * HFA's strength: 1 the subject's latents as they are, 0 those of a black frame (which is HFA off), between them a mixture, beyond 1
 * further away from black.
 */
export function scaleSubject(
  subject: Float32Array,
  black: Float32Array,
  hfa: { enabled: boolean; strength: number },
): Float32Array {
  const strength = hfa.enabled ? hfa.strength : 0;
  if (strength === 1) return subject;
  return subject.map((value, i) => black[i] + strength * (value - black[i]));
}

/** Latents of the whole take. */
export function latentShape(model: MagDiffModel, parameters: ResolvedParameters, frames: number): LatentShape {
  const { vae } = model.description;
  return {
    channels: vae.latentChannels,
    frames,
    height: parameters.height / vae.factor,
    width: parameters.width / vae.factor,
  };
}

/**
 * The guided network for each window of a take: APA contexts (keys and values computed once), HFA latents beside the noise, and the
 * guidance branches that the scales call for. The session is built for the first window and serves all.
 */
export async function windowPredictors(
  model: MagDiffModel,
  parameters: ResolvedParameters,
  conditions: TakeConditions,
  remember: Remember = forgetful,
): Promise<(window: Window) => Promise<Predictor>> {
  const { vae, image, unet: facts, student } = model.description;
  const layers = (parameters.weights === 'student' ? student?.layers : undefined) ?? facts.layers;
  const shape = latentShape(model, parameters, parameters.windowFrames);
  const unet = await model.loadUnet({
    batch: 1,
    frames: shape.frames,
    height: shape.height,
    width: shape.width,
    imageTokens: image.tokensPerFrame * shape.frames,
    weights: parameters.weights,
  });
  const hasSubject = facts.inChannels > vae.latentChannels;
  const shares = guidanceWeights(parameters.guidance.text, parameters.guidance.image);
  const alphaAt = (step: number) => alphaAtStep(layers, parameters.alpha, step, parameters.steps);

  return async (window) => {
    const frames = Array.from({ length: window.frames }, (_, i) => window.start + i);
    const tokens = frames.map((frame) => conditions.imageTokens[frame]);
    const black = frames.map(() => conditions.blackTokens);
    const latents = (of: (frame: number) => Float32Array): Float32Array | undefined =>
      hasSubject ? joinFrames(frames.map(of), vae.latentChannels) : undefined;
    const subject = latents((frame) =>
      scaleSubject(conditions.subject[frame], conditions.blackSubject, parameters.hfa),
    );
    const branch = async (
      name: string,
      weight: number,
      text: FloatTensor,
      imageTokens: FloatTensor[],
      hfa: Float32Array | undefined,
    ): Promise<GuidanceBranch[]> => {
      if (weight === 0) return [];
      const key = JSON.stringify(['context', name, conditions.key, window, parameters.weights]);
      const context = await remember(key, () => encodeContext(model, text, imageTokens, parameters.weights));
      return [{ weight, subject: hfa, context }];
    };
    const blackSubject = latents(() => conditions.blackSubject);
    const branches = [
      ...(await branch('full', shares.full, conditions.text, tokens, subject)),
      ...(await branch('image only', shares.imageOnly, conditions.negative, tokens, subject)),
      ...(await branch('none', shares.none, conditions.negative, black, blackSubject)),
    ];
    return guidedPredictor({ run: (inputs) => unet.run(inputs) }, branches, shape, alphaAt);
  };
}

/** What the sampling of a take is asked for, generation and edit alike; the key ties a saved state to inputs, parameters and model. */
export async function samplingOptions(
  model: MagDiffModel,
  parameters: ResolvedParameters,
  shape: LatentShape,
  inputsKey: string,
  { store, signal }: RunContext,
): Promise<SampleVideoOptions> {
  const key = requestKey({ inputs: inputsKey, parameters, model: await model.modelHash() });
  return { ...parameters, shape, scheduler: model.description.scheduler, store, key, signal };
}

/** Passes the steps of a sampling run on as events and returns the finished latents. */
export async function* reportSteps(
  sampling: AsyncGenerator<SampledStep, Float32Array, undefined>,
  { height, width }: LatentShape,
): AsyncGenerator<PipelineEvent, Float32Array, undefined> {
  let result = await sampling.next();
  while (!result.done) {
    const { step, total, denoised, window } = result.value;
    yield { stage: 'denoising', step, total, denoised, window, latentSize: { height, width } };
    result = await sampling.next();
  }
  return result.value;
}

/** Saves finished latents before anything is decoded, so that a failing decoder costs nothing. */
export async function saveLatents(
  store: RunStore | undefined,
  latents: Float32Array,
  shape: LatentShape,
): Promise<void> {
  await store?.save('latents', { facts: { ...shape }, arrays: { latents } });
}

/** Reads {@link saveLatents} back; a sentence says when there is nothing to decode. */
export async function loadLatents(store: RunStore): Promise<{ latents: Float32Array; shape: LatentShape }> {
  const saved = await store.load('latents');
  if (!saved?.arrays.latents) {
    throw new StudioError('asset-missing', 'There are no finished latents to decode.', {
      hint: 'Run the take again from its recipe.',
    });
  }
  const { channels, frames, height, width } = saved.facts;
  return {
    latents: saved.arrays.latents,
    shape: { channels: Number(channels), frames: Number(frames), height: Number(height), width: Number(width) },
  };
}

/** A float tensor of one frame's planes, batch first. */
export function frameTensor(planes: Float32Array, height: number, width: number): FloatTensor {
  return floatTensor([1, planes.length / (height * width), height, width], planes);
}
