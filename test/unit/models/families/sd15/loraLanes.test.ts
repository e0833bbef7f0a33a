import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { openModel } from '../../../../../models/families/openModel.ts';
import { readSet, writeSet } from '../../../../../models/families/sd15/setFile.ts';
import type { LaneKey } from '../../../../../models/lanes/weightsOverTime.ts';
import { still } from '../../../../../models/lanes/weightsOverTime.ts';
import { seededNormal } from '../../../../../models/math/seededNoise.ts';
import { type FloatTensor, floatTensor } from '../../../../../models/math/tensor.ts';
import type { Model } from '../../../../../models/model/model.ts';
import { generateVideo } from '../../../../../models/pipeline/generateVideo.ts';
import type { TakeParameters } from '../../../../../models/pipeline/takeParameters.ts';
import type { RunStore } from '../../../../../models/weights/runStore.ts';
import { readSafetensors } from '../../../../../models/weights/safetensors.ts';
import { type FileTensor, writeFloats } from '../../../../fixtures/models/floatTensors.ts';
import { writeTinySet } from '../../../../fixtures/models/tinySet.ts';
import { temporaryFiles } from '../../../../fixtures/temporaryFiles.ts';

const { folder } = temporaryFiles();
const place = join(folder, 'set');
const unmoving = join(folder, 'unmoving');

/** Shares of a weight in every form that LoRA files have, small beside the weight. */
function shareOf(module: string, form: number, shape: readonly number[], hasBias: boolean): Record<string, FileTensor> {
  const [outputs = 1, ...rest] = shape;
  const inputs = rest.reduce((product, length) => product * length, 1);
  let seed = form + module.length;
  const draw = (...dims: number[]): FileTensor => {
    const count = dims.reduce((product, length) => product * length, 1);
    return { shape: dims, data: seededNormal(count, seed++, 'weights').map((value) => 0.1 * value) };
  };
  const name = `unet.${module}`;
  if (rest.length === 0) return { [`${name}.w_norm`]: draw(outputs), [`${name}.b_norm`]: draw(outputs) };
  const bias = hasBias ? { [`${name}.diff_b`]: draw(outputs) } : {};
  const product = {
    [`${name}.lora_A.weight`]: draw(2, ...rest),
    [`${name}.lora_B.weight`]: draw(outputs, 2, ...rest.slice(1).map(() => 1)),
  };
  const scale = { shape: [outputs, 1], data: seededNormal(outputs, 3, 'weights').map((value) => 1 + 0.1 * value) };
  const forms: readonly Record<string, FileTensor>[] = [
    product,
    { [`${name}.diff`]: draw(...shape), ...bias },
    {
      ...{ [`${name}.hada_w1_a`]: draw(outputs, 2), [`${name}.hada_w1_b`]: draw(2, inputs) },
      ...{ [`${name}.hada_w2_a`]: draw(outputs, 2), [`${name}.hada_w2_b`]: draw(2, inputs) },
    },
    { [`${name}.lokr_w1`]: draw(2, 1), [`${name}.lokr_w2`]: draw(outputs / 2, inputs) },
    { ...product, [`${name}.dora_scale`]: scale },
  ];
  return forms[form % forms.length] ?? {};
}

beforeAll(async () => {
  for (const where of [place, unmoving]) {
    const set = await writeTinySet(where);
    const keys = new Map([
      ...(await readSafetensors(join(where, set.base, 'unet', 'diffusion_pytorch_model.safetensors'))),
      ...(where === place
        ? await readSafetensors(join(where, 'motion', 'diffusion_pytorch_model.safetensors'))
        : new Map()),
    ]);
    for (const [lora, file] of ['first', 'second'].entries()) {
      const tensors: Record<string, FileTensor> = {};
      for (const [index, [key, { shape }]] of [...keys].entries()) {
        const module = /^(.+)\.weight$/.exec(key)?.[1];
        // The second has other forms than the first, and leaves some modules alone.
        if (module && (lora === 0 || index % 3 > 0))
          Object.assign(tensors, shareOf(module, index + 2 * lora, shape, keys.has(`${module}.bias`)));
      }
      await writeFloats(join(where, `${file}.safetensors`), tensors);
    }
    const { motion, ...rest } = set;
    await writeSet(where, {
      ...(where === place ? { ...rest, motion } : rest),
      loras: [
        ...['first', 'second'].map((name) => ({ file: `${name}.safetensors`, weight: 1 })),
        { file: 'style.safetensors', weight: 0.5 },
      ],
    });
  }
});

/** Inputs of a UNet but for the strengths; what is fed a frame is the same in all of them. */
function inputsOf(model: Model, frames: number, perFrame: boolean): Record<string, FloatTensor> {
  const inputs: Record<string, FloatTensor> = { timestep: floatTensor([1], Float32Array.of(600)) };
  const fill = (name: string, dims: readonly number[], seed: number, copies = 1): void => {
    const count = dims.reduce((product, length) => product * length, 1);
    const one = seededNormal(count, seed, 'weights');
    const data = new Float32Array(count * copies);
    for (let copy = 0; copy < copies; copy++) data.set(one, copy * count);
    inputs[name] = floatTensor([copies * (dims[0] ?? 1), ...dims.slice(1)], data);
  };
  fill('sample', [1, 4, frames, 8, 8], 1);
  const { layers } = model.description.unet;
  for (const kind of ['alpha_text', 'alpha_image']) fill(kind, [layers.length, frames], 2);
  for (const [index, { name }] of layers.entries())
    for (const [kind, tokens] of [
      ['text', 77],
      ['image', 4],
    ] as const)
      for (const [side, seed] of [
        ['key', 10],
        ['value', 20],
      ] as const)
        fill(`${name}.${kind}_${side}`, [1, tokens, 32], seed + index, perFrame ? frames : 1);
  return inputs;
}

async function predict(model: Model, strengths: readonly (readonly number[])[], more: object = {}) {
  const frames = strengths.length;
  const shape = { batch: 1, frames, height: 8, width: 8, textTokens: 77, imageTokens: 4, ...more };
  const [first = []] = strengths;
  const isOne = strengths.every((each) => each.join() === first.join()) && !('strengthPerFrame' in more);
  const network = await model.part('picture_unet', {
    ...shape,
    ...(isOne ? {} : { strengthPerFrame: true, imagePerFrame: true }),
  });
  const lora_strength = isOne
    ? floatTensor([first.length], Float32Array.from(first))
    : floatTensor([frames, first.length], Float32Array.from(strengths.flat()));
  return (await network.run({ ...inputsOf(model, frames, !isOne), lora_strength })).prediction.data;
}

/** The largest difference of a frame, against the largest value. */
function differenceIn(a: Float32Array, b: Float32Array, frames: number, frame: number): number {
  let [worst, largest] = [0, 0];
  for (let channel = 0; channel < 4; channel++)
    for (let at = 0; at < 64; at++) {
      const place = (channel * frames + frame) * 64 + at;
      worst = Math.max(worst, Math.abs((a[place] ?? Number.NaN) - (b[place] ?? Number.NaN)));
      largest = Math.max(largest, Math.abs(a[place] ?? 0));
    }
  return worst / largest;
}

describe('strengths a frame, in every form that shares of weights have', () => {
  test.each([
    ['all frames at once', 3, {}, 'original'],
    ['in windows of the motion module', 6, { motionWindows: { length: 4, stride: 2 } }, 'original'],
    ['with norms over all frames', 3, {}, 'diffusers'],
  ] as const)('equal ones are one number, %s', async (_, frames, windows, norms) => {
    await writeSet(place, { ...(await readSet(place)), norms });
    const model = await openModel(place, { provider: 'cpu', threads: 1 });
    const strengths = Array.from({ length: frames }, () => [0.7, -0.4, 0.9]);
    const one = await predict(model, strengths, windows);
    const each = await predict(model, strengths, { ...windows, strengthPerFrame: true, imagePerFrame: true });
    const without = await predict(
      model,
      strengths.map(() => [0, 0, 0]),
      windows,
    );
    for (let frame = 0; frame < frames; frame++) {
      expect(differenceIn(one, each, frames, frame), `frame ${frame}`).toBeLessThan(2e-5);
      expect(differenceIn(one, without, frames, frame)).toBeGreaterThan(0.01);
    }
    await model.dispose();
  });

  test('a picture model’s frame is what its own strengths make of it', async () => {
    const model = await openModel(unmoving, { provider: 'cpu', threads: 1 });
    const strengths = [
      [0.2, 1, 0],
      [1.5, -0.5, 1],
      [0, 0, 0.3],
    ];
    const moving = await predict(model, strengths);
    for (const [frame, own] of strengths.entries()) {
      const alone = await predict(
        model,
        strengths.map(() => own),
      );
      expect(differenceIn(alone, moving, 3, frame), `frame ${frame}`).toBeLessThan(2e-5);
    }
    await model.dispose();
  });
});

const parameters: TakeParameters = {
  ...{ keep: 'subject', prompt: 'a ball', negativePrompt: '', sda: true, weights: 'teacher' },
  alpha: { mode: 'learned', text: 1, image: 1, schedule: [], layers: [] },
  ...{ overTime: still, hfa: { enabled: true, strength: 1 }, sampler: 'ddim', steps: 2, eta: 0, seed: 7, frames: 3 },
  ...{ strength: 1, inversion: false, ownPixels: true, placeLight: 0, featherPixels: 3, overlapFrames: 1 },
  prepare: { denoise: false, levels: false, outline: false },
};

/** A take's latents. */
async function latentsOf(model: Model, changes: Partial<TakeParameters>): Promise<Float32Array> {
  const size = { width: 32, height: 32 };
  const picture = { ...size, data: Uint8Array.from({ length: 4096 }, (_, index) => (index * 37) % 256) };
  const data = Uint8Array.from({ length: 1024 }, (_, index) => (index % 32 > 8 && index % 32 < 24 ? 255 : 0));
  let latents = new Float32Array(0);
  const store: RunStore = {
    load: async () => undefined,
    save: async (name, { arrays }) => {
      if (name === 'latents' && arrays.latents) latents = Float32Array.from(arrays.latents);
    },
    remove: async () => undefined,
  };
  const request = {
    picture,
    mask: { ...size, data },
    parameters: { ...parameters, ...changes },
    inputsKey: 'inputs',
  };
  for await (const _ of generateVideo(model, request, { store })) if (latents.length > 0) break;
  return latents;
}

const lane = (lora: string, keys: readonly LaneKey[]) => ({ overTime: { ...still, loras: [{ lora, keys }] } });
const key = (frame: number, value: number): LaneKey => ({ frame, value, curve: 'linear' });

describe('a take with a lane', () => {
  test('of equal values is the take of that number, text encoder included', async () => {
    const model = await openModel(place, { provider: 'cpu', threads: 1 });
    const numbers = await latentsOf(model, { prompt: 'a ball <lora:style:0.8>' });
    const lanes = await latentsOf(model, lane('Style', [key(0, 0.8), key(2, 0.8)]));
    const worst = numbers.reduce((most, value, at) => Math.max(most, Math.abs(value - (lanes[at] ?? Number.NaN))), 0);
    expect(numbers.length).toBeGreaterThan(0);
    expect(worst).toBeLessThan(1e-6);
    const own = await latentsOf(model, {});
    expect(own).not.toEqual(numbers);
    await model.dispose();
  });

  test('that moves changes frames, each towards its own strength', async () => {
    const model = await openModel(place, { provider: 'cpu', threads: 1 });
    const weak = await latentsOf(model, { prompt: 'a ball <lora:first:0>' });
    const moved = await latentsOf(model, lane('first', [{ ...key(0, 0), curve: 'hold' }, key(2, 1)]));
    const area = moved.length / 12;
    const away = [0, 1, 2].map((frame) =>
      Math.hypot(
        ...[0, 1, 2, 3].flatMap((channel) =>
          [...weak.subarray((channel * 3 + frame) * area, (channel * 3 + frame + 1) * area)].map(
            (value, at) => value - (moved[(channel * 3 + frame) * area + at] ?? Number.NaN),
          ),
        ),
      ),
    );
    expect(away[2]).toBeGreaterThan(3 * Math.max(away[0] ?? 0, away[1] ?? 0));
    await model.dispose();
  });

  test('for a LoRA that is not there is refused by name, with those that are', async () => {
    const model = await openModel(place, { provider: 'cpu', threads: 1 });
    await expect(latentsOf(model, lane('gone', [key(0, 1)]))).rejects.toMatchObject({
      code: 'model-missing',
      message: expect.stringContaining('“gone”'),
      hint: 'It has first, second, style.',
    });
    await model.dispose();
  });
});
