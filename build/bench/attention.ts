import { readFileSync } from 'node:fs';
import { takeSettings } from '../../electron/contract/takeSettings.ts';
import { drawSampleFrame, sampleSize, sampleSubjectOutline } from '../../electron/services/projects/sampleMaterial.ts';
import { openModel } from '../../models/families/openModel.ts';
import { rasterizeMask } from '../../models/masks/rasterizeMask.ts';
import { createMemory } from '../../models/memory/memory.ts';
import type { Model } from '../../models/model/model.ts';
import { generateVideo, openGeneration } from '../../models/pipeline/generateVideo.ts';
import { type AttentionMaps, readAttention } from '../../models/pipeline/measuring/attentionMaps.ts';
import { maskPlane } from '../../models/pipeline/subject/picture.ts';
import { plannedMasks } from '../../models/pipeline/subject/plannedMasks.ts';
import type { RunStore, SavedArrays } from '../../models/weights/runStore.ts';
import type { Measure } from './measure.ts';

/** Sentences whose last word names a place. */
export const placedPrompts = [
  'it jumps on a beach',
  'it spins in the snow',
  'it moves left in the desert',
  'it is still in a forest',
  'it moves up over the city',
  'it shakes on a meadow',
] as const;

/** The sample's subject, as a picture and a mask. */
export function sampleSubject() {
  const drawing = {
    ...{ width: sampleSize, height: sampleSize, growPixels: 0, featherPixels: 0 },
    keys: [{ frameIndex: 0, interpolation: 'hold' as const, operations: [sampleSubjectOutline(0)] }],
  };
  const size = { width: sampleSize, height: sampleSize };
  return { picture: drawSampleFrame(0), mask: { ...size, data: rasterizeMask(drawing, { ...size, frameIndex: 0 }) } };
}

/** How a word's map lies to the subject. */
export interface WordPlace {
  /** Attention a place outside the subject's mask gets, on average, over what one inside gets; 1 is chance. All levels, all layers. */
  readonly overall: number;
  /** The same while the picture is mostly noise (the first two levels), in the layers that are finer than the middle. */
  readonly whileDecided: number;
}

/** Makes a short take of a sentence and says how the map of its last word, over all levels and groups, lies to the planned subject. */
export async function placeOfLastWord(model: Model, prompt: string, seed: number): Promise<WordPlace> {
  const parameters = takeSettings.parse({ task: 'generate', prompt, seed, frames: 8 });
  const { picture, mask } = sampleSubject();
  const store = memoryStore();
  const request = { picture, mask, parameters, inputsKey: 'bench' };
  for await (const event of generateVideo(model, request, { store }))
    if (event.kind === 'progress' && event.picture) break;
  const latents = (await store.load('latents'))?.arrays.latents;
  const masks = await plannedMasks(model, { picture, mask }, parameters);
  if (!latents || !masks) throw new Error('the model plans no motion');
  const maps = await readAttention(model, await openGeneration(model, request, {}), latents);
  const subject = masks.map((each) => maskPlane(each, maps.width, maps.height).data);
  const blocks = maps.levels.flatMap((level, at) =>
    maps.groups.map((group, of) => ({ level, group, block: at * maps.groups.length + of })),
  );
  const decided = blocks.filter(({ level, group }) => level >= (maps.levels[1] ?? 0) && group !== 'middle');
  return {
    overall: ratioOf(
      maps,
      subject,
      blocks.map(({ block }) => block),
    ),
    whileDecided: ratioOf(
      maps,
      subject,
      decided.map(({ block }) => block),
    ),
  };
}

/** Of the last word's maps in some blocks of level and group. */
function ratioOf(maps: AttentionMaps, subject: readonly Float32Array[], blocks: readonly number[]): number {
  const { data, frames, height, width, words } = maps;
  const area = height * width;
  const word = words.length - 1;
  const [inside, outside] = [
    { sum: 0, area: 0 },
    { sum: 0, area: 0 },
  ];
  for (const block of blocks)
    for (let frame = 0; frame < frames; frame++)
      for (let at = 0; at < area; at++) {
        const share = subject[frame]?.[at] ?? 0;
        const value = data[((block * (words.length + 1) + word) * frames + frame) * area + at] ?? 0;
        inside.sum += share * value;
        inside.area += share;
        outside.sum += (1 - share) * value;
        outside.area += 1 - share;
      }
  return outside.sum / outside.area / (inside.sum / inside.area);
}

/** Seeds of the takes looked at, a take a sentence each. */
const seeds = [21, 22] as const;

/** Where the maps of place words lie, and what maps cost a step of the network in time and memory. */
export async function benchAttention(modelFolder: string): Promise<Measure[]> {
  const model = await openModel(modelFolder, { provider: 'cpu' });
  try {
    // Before anything else: maps that were read before would have the memory already.
    const { time, bytes } = await costOfMaps(model);
    const places: WordPlace[] = [];
    for (const seed of seeds)
      for (const prompt of placedPrompts) places.push(await placeOfLastWord(model, prompt, seed));
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    const over = places.map(({ overall }) => overall);
    const decided = places.map(({ whileDecided }) => whileDecided);
    const listed = (values: readonly number[]): string => values.map((value) => value.toFixed(2)).join(' ');
    return [
      {
        name: `place words: attention outside the subject over inside, while the place is decided, mean of ${listed(decided)}`,
        value: mean(decided),
        unit: '×',
        bound: { atLeast: 1 },
      },
      { name: `the same, least of ${decided.length}`, value: Math.min(...decided), unit: '×', bound: { atLeast: 1 } },
      {
        name: `the same over all levels and layers, mean of ${listed(over)}`,
        value: mean(over),
        unit: '×',
        bound: { atLeast: 1 },
      },
      { name: 'a step with maps against one without', value: time, unit: '×', bound: { atMost: 1.35 } },
      ...(bytes === undefined
        ? []
        : [{ name: 'memory for maps', value: bytes / 2 ** 20, unit: 'MiB', bound: { atMost: 300 } }]),
    ];
  } finally {
    await model.dispose();
  }
}

/** Runs timed of each kind, in turn. */
const runs = 9;

async function costOfMaps(model: Model): Promise<{ time: number; bytes: number | undefined }> {
  const parameters = takeSettings.parse({ task: 'generate', prompt: placedPrompts[0], seed: 1, frames: 8 });
  const { picture, mask } = sampleSubject();
  const opening = await openGeneration(
    model,
    { picture, mask, parameters, inputsKey: 'bench' },
    { remember: createMemory(8) },
  );
  const { width, height } = opening.parameters;
  const { vae, image } = model.description;
  const shape = { batch: 1, frames: 8, height: height / vae.factor, width: width / vae.factor };
  const imageTokens = image.tokensPerFrame * 8;
  const plain = await model.part('unet', { ...shape, imageTokens });
  const inputs = await zeroInputs(model, shape, imageTokens);
  await plain.run(inputs);
  const before = residentBytes();
  const mapped = await model.part('unet', { ...shape, imageTokens, attentionMaps: true });
  await mapped.run(inputs);
  const after = residentBytes();
  const times = { plain: [] as number[], mapped: [] as number[] };
  for (let run = 0; run < runs; run++)
    for (const [name, part] of [['plain', plain] as const, ['mapped', mapped] as const]) {
      const began = performance.now();
      await part.run(inputs);
      times[name].push(performance.now() - began);
    }
  const least = (values: readonly number[]): number => Math.min(...values);
  const bytes = before === undefined || after === undefined ? undefined : Math.max(0, after - before);
  return { time: least(times.mapped) / least(times.plain), bytes };
}

/** Inputs of the network's own shapes; what they hold does not change what a run costs. */
async function zeroInputs(model: Model, shape: { frames: number; height: number; width: number }, imageTokens: number) {
  const { unet, text } = model.description;
  const context = await model.part('context', { batch: 1, imageTokens });
  const tokens = text.tokens + imageTokens;
  const zeros = (sizes: readonly number[]) => ({
    ...({ dtype: 'float32', shape: sizes } as const),
    data: new Float32Array(sizes.reduce((product, size) => product * size, 1)).fill(0.1),
  });
  return {
    sample: zeros([1, unet.inChannels, shape.frames, shape.height, shape.width]),
    timestep: zeros([1]),
    alpha_text: zeros([unet.layers.length, shape.frames]),
    alpha_image: zeros([unet.layers.length, shape.frames]),
    ...(await context.run({ context: zeros([1, tokens, unet.contextWidth]) })),
  };
}

function residentBytes(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  return Number(readFileSync('/proc/self/statm', 'utf8').split(' ')[1] ?? 0) * 4096;
}

/** A run's state in memory. */
function memoryStore(): RunStore {
  const kept = new Map<string, SavedArrays>();
  return {
    load: async (name) => kept.get(name),
    save: async (name, saved) => void kept.set(name, saved),
    remove: async (name) => void kept.delete(name),
  };
}
