/** Readers that any video model brings along: its own encoders and its own network, in place of CLIP and DINO. */
import { denoiserOf } from '../../diffusion/denoiser.ts';
import { levelAt, noisedTo } from '../../diffusion/noiseLevel.ts';
import { noiseSchedule } from '../../diffusion/noiseSchedule.ts';
import { still } from '../../lanes/weightsOverTime.ts';
import { joinFrames } from '../../math/frames.ts';
import type { Planes } from '../../math/resample.ts';
import { type FloatTensor, floatTensor } from '../../math/tensor.ts';
import { mean } from '../../measure/likeness.ts';
import type { PictureReader, SentenceReader } from '../../measure/readers.ts';
import type { CutOut } from '../../model/conditions.ts';
import type { Model } from '../../model/model.ts';
import { initialNoise } from '../sampling/sampleVideo.ts';
import { alignSubject, blackFrame, signedPlanes } from '../subject/cutOut.ts';
import { contain } from '../subject/picture.ts';
import { latentShape } from '../takeParameters.ts';

/** A model's image encoder as a reader: the image tokens it would be shown of the picture, as one vector. */
export const ownPictureReader = (model: Model): PictureReader => ({
  title: `${model.description.title}’s own image encoder`,
  comparable: false,
  read: async (pictures) => {
    const tokens = await model.conditions.encodeImageTokens(pictures.map((picture) => onCanvas(model, picture)));
    return tokens.map(({ data }) => data);
  },
});

/** Shares of the schedule's timesteps at which the network is asked: where most is noise, the sentence decides. */
const levels = [0.5, 0.7, 0.9] as const;

/** Any seed would do; it is one and the same, so that figures can be held against each other. */
const seed = 2 ** 31 + 1;

/**
 * A model's own network as a reader of sentences (after Li et al. 2023, “Your diffusion model is secretly a zero-shot classifier”): which
 * share of its error in predicting the noised clip the sentence takes away, against no sentence. 0 where the sentence says nothing about
 * the clip, below where it misleads. Two askings of the network a level; of a longer clip the first frames that fit.
 */
export function ownSentenceReader(model: Model): SentenceReader {
  const { description, conditions } = model;
  return {
    title: `${description.title}’s own network`,
    comparable: false,
    alignment: async (frames, sentence) => {
      const shown = frames.slice(0, Math.max(...description.frames));
      const clean = joinFrames(await latentsOf(model, shown), description.vae.latentChannels);
      const [said, nothing] = await conditions.encodeText([sentence, '']);
      const schedule = noiseSchedule(description.scheduler);
      const shape = latentShape(model, description, shown.length);
      const noise = initialNoise(
        { shape, seed, noiseAlpha: description.noiseAlpha },
        { start: 0, frames: shown.length, overlap: 0 },
      );
      const ask = async (text: FloatTensor, key: string, timestep: number): Promise<number> => {
        const predict = await emptyPredictor(model, shown.length, text, key);
        const level = levelAt(schedule, timestep);
        const x0 = await denoiserOf(schedule.config.prediction_type, predict)(noisedTo(level, clean, noise), level, 0);
        return x0.reduce((sum, value, at) => sum + (value - clean[at]) ** 2, 0);
      };
      const shares: number[] = [];
      for (const level of levels) {
        const timestep = Math.round(level * (schedule.config.num_train_timesteps - 1));
        const without = await ask(nothing.states, 'measured without a sentence', timestep);
        shares.push(1 - (await ask(said.states, `measured by ${sentence}`, timestep)) / without);
      }
      return mean(shares);
    },
  };
}

/** The network asked by text alone: no subject, learned α, no guidance. */
async function emptyPredictor(model: Model, frames: number, text: FloatTensor, key: string) {
  const { description, conditions } = model;
  const { width, height } = description;
  const black = blackFrame(width, height);
  const [blackTokens] = await conditions.encodeImageTokens([black]);
  const [blackSubject] = await conditions.encodeSubjectLatents(1, (_, w, h) => blackFrame(w, h), { width, height });
  const every = <Value>(value: Value): Value[] => Array.from({ length: frames }, () => value);
  return conditions.predictor(
    {
      ...{ weights: 'teacher', width, height, windowFrames: frames, steps: 1, overTime: still },
      guidance: { text: 1, image: 1 },
      alpha: { mode: 'learned', text: 1, image: 1, schedule: [], layers: [] },
      hfa: { enabled: true, strength: 1 },
    },
    {
      ...{ start: 0, key, text, negative: text, blackTokens, blackSubject },
      imageTokens: every(blackTokens),
      subject: every(blackSubject),
    },
  );
}

async function latentsOf(model: Model, frames: readonly Planes[]): Promise<Float32Array[]> {
  const { width, height, vae } = model.description;
  const encoder = await model.part('vae_encoder', { batch: 1, height, width });
  const latents: Float32Array[] = [];
  for (const frame of frames) {
    const image = floatTensor([1, 3, height, width], signedPlanes(onCanvas(model, frame).planes));
    latents.push((await encoder.run({ image })).mean.data.map((value) => value * vae.scalingFactor));
  }
  return latents;
}

/** A whole picture on the model's canvas. */
function onCanvas(model: Model, picture: Planes): CutOut {
  const { width, height } = model.description;
  const coverage = { width: 1, height: 1, channels: 1, data: Float32Array.of(1) };
  const view = { colours: picture, coverage, placement: contain(picture, width, height) };
  return alignSubject(view, width, height, { sda: false });
}
