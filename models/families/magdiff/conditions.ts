import { type Planes, resample } from '../../math/resample.ts';
import { type FloatTensor, floatTensor, type HostTensor, int64Tensor } from '../../math/tensor.ts';
import { createMemory } from '../../memory/memory.ts';
import type { Conditions, CutOut, EncodedPrompt, PathPlanner, Size } from '../../model/conditions.ts';
import type { Model } from '../../model/model.ts';
import { ClipTokenizer } from '../../text/clipTokenizer.ts';
import { tokenizedWords, windowAttention } from './attention.ts';
import { windowPredictor } from './predictor.ts';

/** What the conditions need of a tokenizer. */
export interface PromptTokenizer {
  /** Words and marks one by one with their tokens; absent where a stand-in does not tell. */
  pieces?(text: string): readonly { text: string; ids: readonly number[] }[];
  /** Token ids padded to `length`, and the words that did not fit, in order. */
  encode(text: string, length: number): { ids: readonly number[]; cutWords: readonly string[] };
}

/** Contexts kept: those of a take's guidance branches, for a few sentences and windows. */
const keptContexts = 16;

/** How MagDiff models make their conditions; `tokenizer` stands in for the model's own (tests). */
export function magdiffConditions(model: Model, tokenizer?: PromptTokenizer): Conditions {
  const { text, motion } = model.description;
  let loading: Promise<PromptTokenizer> | undefined;
  const tokenizerOf = (): Promise<PromptTokenizer> => {
    loading ??= tokenizer
      ? Promise.resolve(tokenizer)
      : ClipTokenizer.load(text.tokenizerFolder, { padToken: text.padToken });
    return loading;
  };
  const tokenIds = async (prompt: string) => {
    const { ids, cutWords } = (await tokenizerOf()).encode(prompt, text.tokens);
    return { tokenIds: int64Tensor([1, text.tokens], ids), cutWords };
  };
  const contexts = createMemory(keptContexts);
  return {
    encodeText: async (prompts) => {
      const encoder = await model.part('text_encoder', { batch: 1 });
      const encoded: EncodedPrompt[] = [];
      for (const prompt of prompts) {
        const { tokenIds: ids, cutWords } = await tokenIds(prompt);
        const { states } = await encoder.run({ tokenIds: ids });
        encoded.push({ states, cutWords });
      }
      return encoded;
    },
    encodeImageTokens: (cutOuts) => encodeImageTokens(model, cutOuts),
    subjectSizes: (canvas) => pyramidSizes(model, canvas),
    encodeSubjectLatents: (views, cutOut, canvas) => encodeSubjectLatents(model, views, cutOut, canvas),
    estimate: ({ weights, windowFrames: frames, width, height }) => {
      const { vae, image } = model.description;
      return model.estimate(weights === 'student' ? 'unet_student' : 'unet', {
        batch: 1,
        frames,
        height: height / vae.factor,
        width: width / vae.factor,
        imageTokens: image.tokensPerFrame * frames,
      });
    },
    predictor: (settings, conditions) => windowPredictor(model, settings, conditions, contexts),
    attention: {
      words: async (prompt) => tokenizedWords(await tokenizerOf(), prompt, text.tokens),
      pass: (settings, conditions) => windowAttention(model, settings, conditions, contexts),
    },
    planner: motion && pathPlanner(model, { scheduler: model.description.scheduler, ...motion }, tokenIds),
  };
}

/** Vision tower, then Resampler, cut-out by cut-out. */
async function encodeImageTokens(model: Model, cutOuts: readonly CutOut[]): Promise<FloatTensor[]> {
  const encoder = await model.part('image_encoder', { batch: 1 });
  const encoded: FloatTensor[] = [];
  for (const cutOut of cutOuts) {
    const { tokens } = await encoder.run({ pixels: towerPixels(model, cutOut) });
    const resampler = await model.part('resampler', { batch: 1, tokens: tokens.shape[1] });
    encoded.push((await resampler.run({ tokens })).image_tokens);
  }
  return encoded;
}

/** A frame as the vision tower sees it: (1, 3, size, size), normalised, in the tower's own colour order. */
export function towerPixels(model: Model, frame: CutOut): HostTensor {
  const { size, mean, std, colourOrder, resample: kernel } = model.description.image;
  const small = resample(
    frame.planes,
    size,
    size,
    kernel === 'bilinear' ? 'bilinear' : kernel === 'area' ? 'area' : 'bicubic',
  );
  const area = size * size;
  const pixels = new Float32Array(3 * area);
  for (let channel = 0; channel < 3; channel++) {
    const from = colourOrder === 'bgr' ? 2 - channel : channel;
    for (let i = 0; i < area; i++) {
      const value = Math.min(1, Math.max(0, small.data[from * area + i]));
      pixels[channel * area + i] = (value - mean[channel]) / std[channel];
    }
  }
  return floatTensor([1, 3, size, size], pixels);
}

/** Sizes, in pixels, of the levels of the HFA pyramid for a canvas: largest first, each a multiple of what the VAE needs. */
function pyramidSizes(model: Model, canvas: Size): readonly Size[] {
  const { hfa, vae } = model.description;
  if (hfa.kind === 'single') return [canvas];
  const toMultiple = (length: number): number => Math.max(vae.factor, Math.round(length / vae.factor) * vae.factor);
  return hfa.scales.map((scale) => ({
    width: toMultiple(canvas.width * scale),
    height: toMultiple(canvas.height * scale),
  }));
}

/**
 * HFA (MagDiff, section 3.4): the subject's latents z_s, without noise. One VAE encoding in the release; a pyramid of sizes fused by
 * convolution in the paper, whose larger levels see more of the original's detail. Behind them the mask's pixels, where the network
 * takes them.
 */
async function encodeSubjectLatents(
  model: Model,
  views: number,
  cutOut: (view: number, width: number, height: number) => CutOut,
  canvas: Size,
): Promise<Float32Array[]> {
  const { vae, hfa, unet } = model.description;
  const sizes = pyramidSizes(model, canvas);
  const levelSizes = sizes.map(({ width, height }) => ({ height: height / vae.factor, width: width / vae.factor }));
  const pyramid =
    hfa.kind === 'pyramid' ? await model.part('hfa_pyramid', { batch: 1, levels: levelSizes }) : undefined;
  const encoded: Float32Array[] = [];
  for (let view = 0; view < views; view++) {
    const levels: Record<string, FloatTensor> = {};
    for (const [index, { width, height }] of sizes.entries()) {
      const encoder = await model.part('vae_encoder', { batch: 1, height, width });
      const pixels = cutOut(view, width, height).planes.data.map((value) => value * 2 - 1);
      const { mean } = await encoder.run({ image: floatTensor([1, 3, height, width], pixels) });
      levels[`level_${index}`] = floatTensor(
        mean.shape,
        mean.data.map((value) => value * vae.scalingFactor),
      );
    }
    const base = levels[`level_${sizes.length - 1}`];
    const latents = pyramid ? (await pyramid.run(levels)).subject.data : base.data;
    encoded.push(unet.takesMask ? withMask(latents, cutOut(view, canvas.width, canvas.height), vae.factor) : latents);
  }
  return encoded;
}

function withMask(latents: Float32Array, { mask }: CutOut, side: number): Float32Array {
  const both = new Float32Array(latents.length + mask.data.length);
  both.set(latents);
  both.set(pixelsOfCells(mask, side), latents.length);
  return both;
}

/** A mask's plane as cells whose pixels are channels: (side², h, w). */
export function pixelsOfCells({ data, width, height }: Planes, side: number): Float32Array {
  const [across, down] = [width / side, height / side];
  const cells = new Float32Array(data.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const pixel = (y % side) * side + (x % side);
      cells[(pixel * down + Math.floor(y / side)) * across + Math.floor(x / side)] = data[y * width + x];
    }
  return cells;
}

/** The planner of a model that has one; `tokenIdsOf` reads sentences as it was taught to. */
export function pathPlanner(
  model: Model,
  motion: Omit<PathPlanner, 'predictor'>,
  tokenIdsOf: (prompt: string) => Promise<{ tokenIds: HostTensor }>,
): PathPlanner {
  return {
    ...motion,
    predictor: async (prompt, start) => {
      const planner = await model.part('motion_planner', {});
      const { tokenIds } = await tokenIdsOf(prompt);
      const place = floatTensor([1, 3], start);
      return async (path, t) => {
        const timestep = floatTensor([1], Float32Array.of(t));
        const noisy = floatTensor([1, motion.waypoints, path.length / motion.waypoints], path);
        const { clean } = await planner.run({ tokenIds, path: noisy, timestep, start: place });
        return clean.data;
      };
    },
  };
}
