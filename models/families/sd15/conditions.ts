import { type FloatTensor, floatTensor, int64Tensor } from '../../math/tensor.ts';
import { createMemory } from '../../memory/memory.ts';
import type {
  Conditions,
  CutOut,
  PathPlanner,
  PredictionSettings,
  Size,
  WindowConditions,
} from '../../model/conditions.ts';
import type { Model } from '../../model/model.ts';
import { ClipTokenizer } from '../../text/clipTokenizer.ts';
import { pathPlanner, towerPixels } from '../magdiff/conditions.ts';
import { setAttention } from './attention.ts';
import { askedStrengths, loraNames, strengthsInFrames } from './lora/loraStrengths.ts';
import { setPredictor } from './predictor.ts';
import { clipTokenizer } from './prompt/clipVocabulary.ts';
import { type Embeddings, findEmbeddings, readEmbedding } from './prompt/embeddings.ts';
import { encodeChunks } from './prompt/encodeChunks.ts';
import { type ChunkOptions, chunkPrompt, mentionedWords, promptWords } from './prompt/promptChunks.ts';
import { type ParsedPrompt, parsePrompt } from './prompt/promptSyntax.ts';
import { type ModelSet, readSet } from './setFile.ts';
import type { SetStrengths } from './setWindow.ts';

/** Contexts kept: those of a take's guidance branches, for a few sentences and windows. */
const keptContexts = 16;

/** How sets of Stable Diffusion 1.5 make their conditions. */
export function setConditions(model: Model): Conditions {
  const { folder, motion } = model.description;
  const contexts = createMemory(keptContexts);
  let reading: Promise<{ set: ModelSet; embeddings: Embeddings }> | undefined;
  const opened = (): Promise<{ set: ModelSet; embeddings: Embeddings }> => {
    reading ??= readSet(folder).then(async (set) => ({ set, embeddings: await findEmbeddings(set.embeddings) }));
    return reading;
  };
  // What states were made of goes where they go: they may be remembered and used again later.
  const madeOf = new WeakMap<FloatTensor, EncodedText>();
  const strengthsFor = async (
    { overTime, windowFrames: frames }: PredictionSettings,
    { start, text }: WindowConditions,
  ): Promise<SetStrengths> => {
    const { set } = await opened();
    const asked = madeOf.get(text)?.strengths ?? askedStrengths(set, []);
    return {
      frames: strengthsInFrames(set, asked, overTime.loras, { start, frames }),
      states: async (states, strengths) => (await madeOf.get(states)?.at(strengths)) ?? states,
    };
  };
  return {
    encodeText: async (prompts) => {
      const { set, embeddings } = await opened();
      const parsed = prompts.map(parsePrompt);
      const encoded = await encodeTexts(model, prompts, parsed, embeddings, askedStrengths(set, parsed));
      for (const text of encoded) madeOf.set(text.states, text);
      return encoded.map(({ states }) => ({ states, cutWords: [] }));
    },
    encodeImageTokens: (cutOuts) => encodeImageTokens(model, cutOuts),
    subjectSizes: () => [],
    encodeSubjectLatents: (views, cutOut, canvas) => encodeMasked(model, views, cutOut, canvas),
    estimate: ({ windowFrames: frames, width, height }) => {
      const { vae, image, text } = model.description;
      return model.estimate('picture_unet', {
        batch: 1,
        frames,
        height: height / vae.factor,
        width: width / vae.factor,
        textTokens: text.tokens,
        imageTokens: image.tokensPerFrame,
      });
    },
    loraNames: async () => loraNames((await opened()).set),
    predictor: async (settings, conditions) =>
      setPredictor(model, settings, conditions, await strengthsFor(settings, conditions), contexts),
    attention: {
      words: async (prompt) =>
        promptWords(parsePrompt(prompt), await chunkOptions(model, [prompt], (await opened()).embeddings)),
      pass: async (settings, conditions) =>
        setAttention(model, settings, conditions, await strengthsFor(settings, conditions), contexts),
    },
    planner: motion && setPlanner(model, motion),
  };
}

/** The planner that ships, which reads sentences by its own words and has a noise schedule of its own. */
function setPlanner(model: Model, motion: NonNullable<Model['description']['motion']>): PathPlanner {
  let loading: Promise<ClipTokenizer> | undefined;
  const { description } = model;
  const tokens = motion.tokens ?? description.text.tokens;
  return pathPlanner(model, { scheduler: description.scheduler, ...motion }, async (prompt) => {
    loading ??= ClipTokenizer.load(description.text.tokenizerFolder);
    const { ids } = (await loading).encode(plainText(prompt), tokens);
    return { tokenIds: int64Tensor([1, tokens], ids) };
  });
}

/** A prompt's words alone, without weights and LoRAs. */
const plainText = (prompt: string): string =>
  parsePrompt(prompt)
    .parts.flatMap((part) => part.map(({ text }) => text))
    .join(' ');

/** A prompt's states, and what they were made with. */
interface EncodedText {
  readonly states: FloatTensor;
  readonly strengths: Float32Array;
  /** The states at other strengths of the LoRAs. */
  at(strengths: Float32Array): Promise<FloatTensor>;
}

/** Encodes prompts to equally many chunks; a shorter one is filled up with chunks that say nothing. */
async function encodeTexts(
  model: Model,
  prompts: readonly string[],
  parsed: readonly ParsedPrompt[],
  known: Embeddings,
  strengths: Float32Array,
): Promise<EncodedText[]> {
  const options = await chunkOptions(model, prompts, known);
  const chunked = parsed.map((prompt) => chunkPrompt(prompt, options));
  const empty = chunkPrompt({ parts: [], loras: [] }, options);
  const most = Math.max(...chunked.map((chunks) => chunks.length));
  const encoded: EncodedText[] = [];
  for (const chunks of chunked) {
    const filled = [...chunks, ...Array.from({ length: most - chunks.length }, () => empty[0] ?? [])];
    const made = new Map<string, Promise<FloatTensor>>();
    const at = (wanted: Float32Array): Promise<FloatTensor> => {
      const known = made.get(wanted.join()) ?? encodeChunks(model, filled, empty[0] ?? [], wanted);
      made.set(wanted.join(), known);
      return known;
    };
    encoded.push({ states: await at(strengths), strengths, at });
  }
  return encoded;
}

/** What prompts are cut into chunks with: the embeddings that they name are read. */
async function chunkOptions(model: Model, prompts: readonly string[], known: Embeddings): Promise<ChunkOptions> {
  const { text, unet } = model.description;
  const embeddings = new Map<string, readonly Float32Array[]>();
  for (const word of prompts.flatMap((prompt) => mentionedWords(prompt, known.keys())))
    if (!embeddings.has(word)) embeddings.set(word, await readEmbedding(known.get(word) ?? '', unet.contextWidth));
  return { tokenizer: await clipTokenizer(), length: text.tokens, embeddings };
}

/** Image tokens of each cut-out, a black frame's those of no picture; empty where the set has no image adapter. */
async function encodeImageTokens(model: Model, cutOuts: readonly CutOut[]): Promise<FloatTensor[]> {
  const { image, unet } = model.description;
  if (image.tokensPerFrame === 0) return cutOuts.map(() => floatTensor([1, 0, unet.contextWidth], new Float32Array(0)));
  const encoder = await model.part('adapter_vision', { batch: 1 });
  const encoded: FloatTensor[] = [];
  for (const cutOut of cutOuts) {
    const isEmpty = cutOut.mask.data.every((share) => share === 0);
    const pixels = isEmpty
      ? floatTensor([1, 3, image.size, image.size], new Float32Array(3 * image.size ** 2))
      : towerPixels(model, squared(cutOut));
    const { embedding, tokens } = await encoder.run({ pixels });
    const projector = await model.part('adapter_projector', { batch: 1, tokens: tokens?.shape[1] ?? 1 });
    // No picture is an embedding of zeros to a base adapter, and the encoder's answer to no pixels to a plus one.
    const answer = tokens ? { tokens } : { embedding: isEmpty ? zeros(embedding) : embedding };
    encoded.push((await projector.run(answer)).image_tokens);
  }
  return encoded;
}

const zeros = ({ shape, data }: FloatTensor): FloatTensor => floatTensor(shape, new Float32Array(data.length));

/** A cut-out in the middle of a black square: an encoder that crops to a square would cut a tall subject off. */
function squared({ planes, mask }: CutOut): CutOut {
  const { width, height } = planes;
  if (width === height) return { planes, mask };
  const side = Math.max(width, height);
  const [left, top] = [Math.floor((side - width) / 2), Math.floor((side - height) / 2)];
  const padded = (channels: number, data: Float32Array): Float32Array => {
    const square = new Float32Array(channels * side * side);
    for (let channel = 0; channel < channels; channel++)
      for (let y = 0; y < height; y++) {
        const row = data.subarray((channel * height + y) * width, (channel * height + y + 1) * width);
        square.set(row, (channel * side + top + y) * side + left);
      }
    return square;
  };
  return {
    planes: { width: side, height: side, channels: 3, data: padded(3, planes.data) },
    mask: { width: side, height: side, channels: 1, data: padded(1, mask.data) },
  };
}

/** Mask (1 repaint, 0 keep) and latents of each view with its hole in mid grey, as inpainting models were trained: (1 + c, h, w). */
async function encodeMasked(
  model: Model,
  views: number,
  cutOut: (view: number, width: number, height: number) => CutOut,
  { width, height }: Size,
): Promise<Float32Array[]> {
  const { vae } = model.description;
  const encoder = await model.part('vae_encoder', { batch: 1, height, width });
  const [rows, columns] = [height / vae.factor, width / vae.factor];
  const encoded: Float32Array[] = [];
  for (let view = 0; view < views; view++) {
    const { planes, mask } = cutOut(view, width, height);
    const pixels = planes.data.map((value, index) =>
      (mask.data[index % (width * height)] ?? 0) > 0.5 ? value * 2 - 1 : 0,
    );
    const { mean } = await encoder.run({ image: floatTensor([1, 3, height, width], pixels) });
    const frame = new Float32Array((1 + vae.latentChannels) * rows * columns);
    // The mask is reduced as the models were trained with it: every latent has the share of its first pixel.
    for (let index = 0; index < rows * columns; index++) {
      const [y, x] = [Math.floor(index / columns), index % columns];
      frame[index] = (mask.data[(y * width + x) * vae.factor] ?? 0) > 0.5 ? 0 : 1;
    }
    frame.set(
      mean.data.map((value) => value * vae.scalingFactor),
      rows * columns,
    );
    encoded.push(frame);
  }
  return encoded;
}
