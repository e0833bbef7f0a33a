/** Readers that a model of a small world brings along: networks that tell its places, motions and subjects apart. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Planes, resample } from '../../math/resample.ts';
import { floatTensor } from '../../math/tensor.ts';
import { mean } from '../../measure/likeness.ts';
import type { PictureReader, ValueReader, WorldReaders } from '../../measure/readers.ts';
import type { OpenOptions } from '../../model/model.ts';
import * as nets from '../../nets/backbones/backboneNetworks.ts';
import type { WorldReaderConfig } from '../../nets/backbones/worldReader.ts';
import { readCheckpoint, readJson } from '../../weights/checkpoint.ts';
import { networkOpener } from './networkOpener.ts';

/** A model's own readers. */
export interface OwnReaders {
  readonly values: WorldReaders;
  /** Whole frames as the reader of places sees them. */
  readonly pictures?: PictureReader | undefined;
  /** Cut-out subjects as the reader of subjects sees them. */
  readonly subjects?: PictureReader | undefined;
  dispose(): Promise<void>;
}

const kinds = { place: 'places', motion: 'motions', subject: 'subjects' } as const;

/**
 * Opens the readers in a model's folder (`readers/place`, `motion` and `subject`, each a config.json and a model.safetensors), those that
 * are there; undefined where there is none. `title`: the model's. Weights are loaded when they are first asked for.
 * @throws StudioError naming the file where one will not do
 */
export async function openWorldReaders(
  modelFolder: string,
  title: string,
  options: OpenOptions = {},
): Promise<OwnReaders | undefined> {
  const disposals: (() => Promise<void>)[] = [];
  const open = async (kind: keyof typeof kinds) => {
    const folder = join(modelFolder, 'readers', kind);
    const weights = join(folder, 'model.safetensors');
    if (!existsSync(weights)) return undefined;
    const label = join(folder, 'config.json');
    const settings = { text: { hiddenLayer: 'last' }, image: { hiddenLayer: 'last' } } as const;
    const config = nets.worldReader.parse(await readJson(label), label, settings);
    const opener = await networkOpener(weights, options);
    disposals.push(() => opener.dispose());
    const entry = { network: nets.worldReader, part: 'file', families: ['backbones'], title: 'reader' } as const;
    const parts = new Map([['file', { config, tensors: await readCheckpoint(weights) }]]);
    const networks = opener.open({ reader: entry }, parts);
    const ask = async (data: Float32Array) => {
      const part = await networks.part('reader', { batch: 1 });
      return part.run({ pixels: floatTensor([1, config.channels, config.side, config.side], data) });
    };
    return { name: `${title}’s own reader of ${kinds[kind]}`, config, ask };
  };
  const place = await open('place');
  const motion = await open('motion');
  const subject = await open('subject');
  if (!place && !motion && !subject) return undefined;
  return {
    values: {
      place: place && valueReader(place, (frames) => frames.map((frame) => shrunk(frame, place.config.side))),
      motion: motion && valueReader(motion, (frames) => [motionInput(frames, motion.config)]),
      subject: subject && valueReader(subject, (frames) => frames.map((frame) => squared(frame, subject.config.side))),
    },
    pictures: place && pictureReader(place, (picture) => shrunk(picture, place.config.side)),
    subjects: subject && pictureReader(subject, (picture) => squared(picture, subject.config.side)),
    dispose: async () => void (await Promise.all(disposals.map((done) => done()))),
  };
}

/** A network that is open, its sizes, and what it says of its input. */
interface OpenReader {
  readonly name: string;
  readonly config: WorldReaderConfig;
  ask(data: Float32Array): Promise<Record<'embedding' | 'logits', { readonly data: Float32Array }>>;
}

function valueReader(
  { name, config, ask }: OpenReader,
  inputsOf: (frames: readonly Planes[]) => readonly Float32Array[],
): ValueReader {
  return {
    title: name,
    comparable: false,
    values: config.values,
    fewestFrames: config.frames,
    read: async (frames) => {
      const said: Float32Array[] = [];
      for (const input of inputsOf(frames)) said.push(probabilities((await ask(input)).logits.data));
      return Float32Array.from(config.values, (_, value) => mean(said.map((each) => each[value])));
    },
  };
}

const pictureReader = ({ name, ask }: OpenReader, inputOf: (picture: Planes) => Float32Array): PictureReader => ({
  title: name,
  comparable: false,
  read: async (pictures) => {
    const vectors: Float32Array[] = [];
    for (const picture of pictures) vectors.push((await ask(inputOf(picture))).embedding.data);
    return vectors;
  },
});

/** Logits as probabilities. */
function probabilities(logits: Float32Array): Float32Array {
  const most = Math.max(...logits);
  const parts = logits.map((logit) => Math.exp(logit - most));
  const sum = parts.reduce((all, part) => all + part, 0);
  return parts.map((part) => part / sum);
}

/** A whole picture at the reader's size, as the mean of what each of its pixels covers: (3, side, side). */
export const shrunk = (picture: Planes, side: number): Float32Array => resample(picture, side, side, 'area').data;

/** A picture in the middle of a black square, at the reader's size: (3, side, side). */
function squared(picture: Planes, side: number): Float32Array {
  const scale = side / Math.max(picture.width, picture.height);
  const width = Math.max(1, Math.round(picture.width * scale));
  const height = Math.max(1, Math.round(picture.height * scale));
  const small = resample(picture, width, height, 'bilinear');
  const [left, top] = [Math.floor((side - width) / 2), Math.floor((side - height) / 2)];
  const data = new Float32Array(3 * side * side);
  for (let channel = 0; channel < 3; channel++)
    for (let y = 0; y < height; y++) {
      const row = (channel * height + y) * width;
      data.set(small.data.subarray(row, row + width), (channel * side + top + y) * side + left);
    }
  return data;
}

/** Frames spread evenly over a clip, then what each differs from the one before: twice the difference about one half. */
export function motionInput(frames: readonly Planes[], { frames: count, side }: WorldReaderConfig): Float32Array {
  const area = 3 * side * side;
  const data = new Float32Array((2 * count - 1) * area);
  for (let index = 0; index < count; index++) {
    const frame = frames[Math.round((index * (frames.length - 1)) / Math.max(1, count - 1))];
    if (frame) data.set(shrunk(frame, side), index * area);
  }
  for (let at = 0; at < (count - 1) * area; at++) data[count * area + at] = (data[at + area] - data[at]) * 2 + 0.5;
  return data;
}
