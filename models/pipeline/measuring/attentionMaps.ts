/** Where a finished take's words and pictures are looked at: maps by step, group of layers, word and frame. */
import { levelAt, noisedTo } from '../../diffusion/noiseLevel.ts';
import { noiseSchedule } from '../../diffusion/noiseSchedule.ts';
import { StudioError } from '../../errors/studioError.ts';
import { setFrames, sliceFrames } from '../../math/frames.ts';
import { resample } from '../../math/resample.ts';
import type { FloatTensor } from '../../math/tensor.ts';
import type { LayerAttention, TokenizedWord } from '../../model/conditions.ts';
import type { Model } from '../../model/model.ts';
import { initialNoise } from '../sampling/sampleVideo.ts';
import { planWindows, type Window } from '../sampling/windows.ts';
import { encodeConditions, type Opening } from '../takeConditions.ts';
import type { RunContext } from '../takeEvents.ts';
import { latentShape } from '../takeParameters.ts';

/** Groups that layers are shown in. */
export const layerGroups = ['down', 'middle', 'up'] as const;

/** Shares of the schedule's timesteps at which the network is asked, from noise to picture. */
export const attentionLevels = [0.9, 0.7, 0.45, 0.2] as const;

/** Maps are kept at most this large, in places along the longer side. */
const largestSide = 64;

/** A take's maps. */
export interface AttentionMaps {
  readonly words: readonly string[];
  readonly levels: readonly number[];
  readonly groups: readonly string[];
  readonly frames: number;
  readonly height: number;
  readonly width: number;
  /**
   * (levels, groups, words + 1, frames, height, width): shares of attention, each averaged over a group's layers. Behind the words comes
   * the picture: how differently a place reads the subject's image tokens than places do on average, 0 to 1.
   */
  readonly data: Float32Array;
}

/**
 * Reads the maps of a take from its latents, noised again to a few levels: one asking of the network a level and window. @throws
 * StudioError `model-mismatch` for models that do not tell
 */
export async function readAttention(
  model: Model,
  opening: Opening,
  latents: Float32Array,
  context: RunContext = {},
): Promise<AttentionMaps> {
  const { attention } = model.conditions;
  if (!attention)
    throw new StudioError('model-mismatch', `${model.description.title} does not tell where it looks.`, {
      hint: 'Models of MagDiff’s form do.',
    });
  const { parameters, frames } = opening;
  const shape = latentShape(model, parameters, frames);
  const words = await attention.words(parameters.prompt);
  const { windowConditions } = await conditionsOf(model, opening, context);
  const schedule = noiseSchedule(model.description.scheduler);
  const scale = Math.min(1, largestSide / Math.max(shape.height, shape.width));
  const [height, width] = [Math.round(shape.height * scale), Math.round(shape.width * scale)];
  const size = frames * height * width;
  const perLevel = layerGroups.length * (words.length + 1) * size;
  const data = new Float32Array(attentionLevels.length * perLevel);
  const area = shape.height * shape.width;
  for (const window of planWindows(frames, parameters.windowFrames, 0)) {
    const conditions = windowConditions(window, 0);
    const pass = await attention.pass({ ...parameters, windowFrames: window.frames }, conditions);
    const clean = sliceFrames(latents, shape.channels, frames, area, window.start, window.start + window.frames);
    const noise = initialNoise({ ...parameters, shape }, window);
    for (const [index, share] of attentionLevels.entries()) {
      const level = levelAt(schedule, Math.round(share * (schedule.config.num_train_timesteps - 1)));
      const step = Math.min(parameters.steps - 1, Math.floor((1 - share) * parameters.steps));
      const layers = await pass(noisedTo(level, clean, noise), level.timestep, step);
      for (const [group, name] of layerGroups.entries())
        for (const [word, map] of groupMaps(
          layers.filter((layer) => groupOf(layer) === name),
          words,
          window,
          { height, width },
        ).entries()) {
          const at = index * perLevel + (group * (words.length + 1) + word) * size;
          setFrames(data.subarray(at, at + size), 1, frames, height * width, window.start, map);
        }
    }
  }
  const texts = words.map(({ text }) => text);
  return { words: texts, levels: attentionLevels, groups: layerGroups, frames, height, width, data };
}

async function conditionsOf(model: Model, opening: Opening, context: RunContext) {
  const encoding = encodeConditions(model, opening, context);
  for (;;) {
    const { value, done } = await encoding.next();
    if (done) return value;
  }
}

const groupOf = ({ layer }: LayerAttention): (typeof layerGroups)[number] =>
  layer.startsWith('down') ? 'down' : layer.startsWith('mid') ? 'middle' : 'up';

/** Every word's map and the picture's, (frames, height, width) each: the mean over the layers. */
function groupMaps(
  layers: readonly LayerAttention[],
  words: readonly TokenizedWord[],
  { frames }: Window,
  { height, width }: { height: number; width: number },
): readonly Float32Array[] {
  const maps = Array.from({ length: words.length + 1 }, () => new Float32Array(frames * height * width));
  for (const layer of layers) {
    const places = layer.height * layer.width;
    const add = (map: Float32Array, grid: Float32Array, frame: number): void => {
      const planes = { width: layer.width, height: layer.height, channels: 1, data: grid };
      const { data } = resample(planes, width, height, width < layer.width ? 'area' : 'bilinear');
      for (const [at, value] of data.entries()) map[frame * height * width + at] += value / layers.length;
    };
    for (let frame = 0; frame < frames; frame++) {
      for (const [index, { from, to }] of words.entries())
        add(maps[index], summed(layer.text.data, layer.text.shape[2] ?? 0, { frame, places, from, to }), frame);
      if (layer.image) add(maps[words.length], unlikeAverage(layer.image, frame, layer.pictures), frame);
    }
  }
  return maps;
}

/** The weights of tokens `from` to `to` added up, place by place of a frame. */
function summed(
  data: Float32Array,
  tokens: number,
  { frame, places, from, to }: { frame: number; places: number; from: number; to: number },
): Float32Array {
  return Float32Array.from({ length: places }, (_, place) => {
    let sum = 0;
    const row = (frame * places + place) * tokens;
    for (let token = from; token < to; token++) sum += data[row + token];
    return sum;
  });
}

/**
 * Half the sum of absolute differences between what a place of a frame takes from each image token, those of all pictures added up, and what
 * places take on average: 0 where it reads the pictures as all do, towards 1 where it reads something else of them.
 */
function unlikeAverage(
  { data, shape: [, places = 0, tokens = 0] }: FloatTensor,
  frame: number,
  pictures: number,
): Float32Array {
  const own = tokens / pictures;
  const read = Array.from({ length: places }, (_, place) => {
    const share = new Float32Array(own);
    const row = (frame * places + place) * tokens;
    for (let token = 0; token < tokens; token++) share[token % own] += data[row + token];
    return share;
  });
  const average = new Float32Array(own);
  for (const share of read) for (const [token, value] of share.entries()) average[token] += value / places;
  return Float32Array.from(read, (share) =>
    share.reduce((sum, value, token) => sum + Math.abs(value - average[token]) / 2, 0),
  );
}
