import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openModel } from '../../../../../models/families/openModel.ts';
import { still } from '../../../../../models/lanes/weightsOverTime.ts';
import { seededNormal } from '../../../../../models/math/seededNoise.ts';
import { type FloatTensor, floatTensor } from '../../../../../models/math/tensor.ts';
import type { Model } from '../../../../../models/model/model.ts';
import { openGeneration } from '../../../../../models/pipeline/generateVideo.ts';
import { readAttention } from '../../../../../models/pipeline/measuring/attentionMaps.ts';
import type { TakeParameters } from '../../../../../models/pipeline/takeParameters.ts';
import { writeTinySet } from '../../../../fixtures/models/tinySet.ts';
import { temporaryFiles } from '../../../../fixtures/temporaryFiles.ts';

const { folder } = temporaryFiles();
let model: Model;

beforeAll(async () => {
  const place = join(folder, 'set');
  await writeTinySet(place, { inpainting: true });
  model = await openModel(place, { provider: 'cpu', threads: 1 });
});
afterAll(() => model.dispose());

const parameters: TakeParameters = {
  ...{
    keep: 'subject',
    prompt: 'a (red:1.3) ball',
    negativePrompt: '',
    sda: true,
    prepare: { denoise: false, levels: false, outline: false },
    weights: 'teacher',
  },
  alpha: { mode: 'learned', text: 1, image: 1, schedule: [], layers: [] },
  ...{ overTime: still, hfa: { enabled: true, strength: 1 }, sampler: 'ddim', steps: 2, eta: 0, seed: 7, frames: 3 },
  ...{ strength: 1, inversion: false, ownPixels: true, placeLight: 0, featherPixels: 3, overlapFrames: 1 },
};
const size = { width: 32, height: 32 };
const picture = { ...size, data: Uint8Array.from({ length: 4096 }, (_, index) => (index * 37) % 256) };
const mask = {
  ...size,
  data: Uint8Array.from({ length: 1024 }, (_, index) => (index % 32 > 8 && index % 32 < 24 ? 255 : 0)),
};

async function mapsOf(changes: Partial<TakeParameters>) {
  const request = { picture, mask, parameters: { ...parameters, ...changes }, inputsKey: 'inputs' };
  const opening = await openGeneration(model, request, {});
  const { width, height } = opening.parameters;
  return readAttention(model, opening, seededNormal((4 * opening.frames * width * height) / 4, 5, 'initial'));
}

test('words lie where their tokens do: weights and LoRAs are none, embeddings are one, chunks go on behind one another', async () => {
  const words = await model.conditions.attention?.words(
    `a (red:1.3) EasyNegative <lora:style:0.4> BREAK ${Array.from({ length: 80 }, () => 'cat').join(' ')} beach`,
  );
  expect(words?.slice(0, 4)).toEqual([
    { text: 'a', from: 1, to: 2 },
    { text: 'red', from: 2, to: 3 },
    { text: 'easynegative', from: 3, to: 6 },
    { text: 'cat', from: 78, to: 79 },
  ]);
  // 75 cats fill the second chunk, five and the beach are in the third.
  expect(words?.at(-1)).toEqual({ text: 'beach', from: 2 * 77 + 6, to: 2 * 77 + 7 });
});

test('maps are further outputs of the same network: it predicts the same, and each place’s shares sum to one', async () => {
  const shape = { batch: 1, frames: 2, height: 8, width: 8, textTokens: 77, imageTokens: 4, imagePerFrame: true };
  const inputs: Record<string, FloatTensor> = {};
  const fill = (name: string, dims: readonly number[]): void => {
    const count = dims.reduce((product, length) => product * length, 1);
    inputs[name] = floatTensor(dims, seededNormal(count, 3 + Object.keys(inputs).length, 'weights'));
  };
  fill('sample', [1, 9, 2, 8, 8]);
  inputs.timestep = floatTensor([1], Float32Array.of(500));
  const { layers } = model.description.unet;
  for (const kind of ['alpha_text', 'alpha_image']) fill(kind, [layers.length, 2]);
  for (const { name } of layers)
    for (const [kind, sets, tokens] of [
      ['text', 1, 77],
      ['image', 2, 4],
    ] as const)
      for (const side of ['key', 'value']) fill(`${name}.${kind}_${side}`, [sets, tokens, 32]);
  fill('lora_strength', [1]);
  const plain = await (await model.part('picture_unet', shape)).run(inputs);
  const mapped: Record<string, FloatTensor | undefined> = await (
    await model.part('picture_unet', { ...shape, attentionMaps: true })
  ).run(inputs);
  const worst = mapped.prediction?.data.reduce(
    (most, value, at) => Math.max(most, Math.abs(value - (plain.prediction.data[at] ?? Number.NaN))),
    0,
  );
  expect(worst).toBeLessThan(1e-4);
  for (const { name } of layers)
    for (const [kind, tokens] of [
      ['text', 77],
      ['image', 4],
    ] as const) {
      const map = mapped[`${name}.${kind}_map`];
      expect(map?.shape.slice(-1), name).toEqual([tokens]);
      for (let row = 0; row < (map?.data.length ?? 0); row += tokens)
        expect(map?.data.subarray(row, row + tokens).reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 4);
    }
});

test('a take is read by word, level, group of layers and frame, whatever the length of sentence and clip', async () => {
  const short = await mapsOf({});
  expect(short).toMatchObject({ words: ['a', 'red', 'ball'], groups: ['down', 'middle', 'up'], frames: 3 });
  expect(short.data).toHaveLength(4 * 3 * 4 * 3 * short.height * short.width);
  expect(Math.max(...short.data)).toBeLessThanOrEqual(1);
  expect(short.data.every((value) => value >= 0)).toBe(true);
  const long = await mapsOf({ frames: 20, prompt: `${'cat '.repeat(80)}beach` });
  expect(long.words).toHaveLength(81);
  const beach = 80 * long.frames * long.height * long.width;
  expect(Math.max(...long.data.subarray(beach, beach + long.height * long.width))).toBeGreaterThan(0);
}, 60_000);

test('the subject’s picture has a map that tells places apart', async () => {
  const { data, frames, height, width } = await mapsOf({});
  const one = frames * height * width;
  const picturesOwn = data.subarray(3 * one, 4 * one);
  expect(Math.max(...picturesOwn)).toBeGreaterThan(Math.min(...picturesOwn));
});
