import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { denoiserOf } from '../../../../../models/diffusion/denoiser.ts';
import { noiseSchedule } from '../../../../../models/diffusion/noiseSchedule.ts';
import { createSampling } from '../../../../../models/diffusion/sampler.ts';
import { inspectionText, inspectPath } from '../../../../../models/families/inspectModel.ts';
import { openModel } from '../../../../../models/families/openModel.ts';
import { type ModelSet, writeSet } from '../../../../../models/families/sd15/setFile.ts';
import { still } from '../../../../../models/lanes/weightsOverTime.ts';
import { seededNormal } from '../../../../../models/math/seededNoise.ts';
import { createMemory, type Remember } from '../../../../../models/memory/memory.ts';
import type { Model } from '../../../../../models/model/model.ts';
import { generateVideo } from '../../../../../models/pipeline/generateVideo.ts';
import type { Picture } from '../../../../../models/pipeline/subject/picture.ts';
import type { TakeParameters } from '../../../../../models/pipeline/takeParameters.ts';
import { writeFloats } from '../../../../fixtures/models/floatTensors.ts';
import { writeTinySet, writeTinyVision } from '../../../../fixtures/models/tinySet.ts';
import { temporaryFiles } from '../../../../fixtures/temporaryFiles.ts';

const { folder } = temporaryFiles();
const four = join(folder, 'four');
const nine = join(folder, 'nine');
let set: ModelSet;

beforeAll(async () => {
  set = await writeTinySet(four);
  await writeTinySet(nine, { inpainting: true });
  await writeTinyVision(join(nine, 'wide encoder'), 30);
});

const parameters: TakeParameters = {
  keep: 'subject',
  prompt: 'a (red:1.3) ball on a beach',
  negativePrompt: 'EasyNegative, blurry',
  alpha: { mode: 'learned', text: 1, image: 1, schedule: [], layers: [] },
  overTime: still,
  sda: true,
  prepare: { denoise: false, levels: false, outline: false },
  hfa: { enabled: true, strength: 1 },
  weights: 'teacher',
  sampler: 'ddim',
  steps: 2,
  eta: 0,
  seed: 7,
  frames: 3,
  strength: 1,
  inversion: false,
  ownPixels: true,
  placeLight: 0,
  featherPixels: 3,
  overlapFrames: 1,
};

async function generate(model: Model, changes: Partial<TakeParameters> = {}, remember?: Remember): Promise<Picture[]> {
  const [width, height] = [32, 24];
  const picture = {
    width,
    height,
    data: Uint8Array.from({ length: width * height * 4 }, (_, index) => (index * 37) % 256),
  };
  const data = Uint8Array.from({ length: width * height }, (_, index) =>
    index % width > 8 && index % width < 24 ? 255 : 0,
  );
  const request = {
    picture,
    mask: { width, height, data },
    parameters: { ...parameters, ...changes },
    inputsKey: 'inputs',
  };
  const pictures: Picture[] = [];
  for await (const event of generateVideo(model, request, remember ? { remember } : {}))
    if (event.kind === 'progress' && event.picture) pictures.push(event.picture);
  return pictures;
}

const bytes = (pictures: readonly Picture[]): string =>
  pictures.map(({ data }) => Buffer.from(data).toString('base64')).join();

describe.each([
  ['four', four],
  ['nine', nine],
])('a base with %s input channels', (_, path) => {
  test('makes a clip, the same again for the same request, and another for every knob', async () => {
    const model = await openModel(path, { provider: 'cpu', threads: 1 });
    expect(model.description).toMatchObject({ layout: 'stable-diffusion-1.5', frames: [16], otherFrames: 'repeat' });
    const first = bytes(await generate(model));
    expect(bytes(await generate(model))).toBe(first);
    const changes: Record<string, Partial<TakeParameters>> = {
      prompt: { prompt: 'a (red:1.5) ball on a beach' },
      embedding: { negativePrompt: 'blurry' },
      lora: { prompt: `${parameters.prompt} <lora:style:1.5>` },
      image: { alpha: { ...parameters.alpha, image: 2 } },
      text: { alpha: { ...parameters.alpha, text: 0.5 } },
      hfa: { hfa: { enabled: false, strength: 1 } },
      guidance: { guidance: { text: 2, image: 2 } },
      sampler: { sampler: 'lcm' },
    };
    for (const [name, change] of Object.entries(changes))
      expect(bytes(await generate(model, change)), name).not.toBe(first);
    await model.dispose();
  });

  test('a prompt that is remembered keeps the strengths it asked for', async () => {
    const model = await openModel(path, { provider: 'cpu', threads: 1 });
    const remember = createMemory(8);
    const strong = { prompt: 'a ball <lora:style:2>' };
    const first = bytes(await generate(model, strong, remember));
    expect(bytes(await generate(model, { prompt: 'a ball <lora:style:-1>' }, remember))).not.toBe(first);
    expect(bytes(await generate(model, strong, remember))).toBe(first);
    await model.dispose();
  });

  test('makes a still without the motion module, and reads prompts of any length', async () => {
    const model = await openModel(path, { provider: 'cpu', threads: 1 });
    expect(await generate(model, { frames: 1 })).toHaveLength(1);
    const long = Array.from({ length: 120 }, (_, index) => `word${index}`).join(' ');
    expect(await generate(model, { prompt: `${long} BREAK the end` })).toHaveLength(3);
    expect(await generate(model, { frames: 20 })).toHaveLength(20);
    await model.dispose();
  });
});

test('four channels: what HFA keeps comes out as it went in, whatever the sampler', async () => {
  const model = await openModel(four, { provider: 'cpu', threads: 1 });
  const [text, negative] = await model.conditions.encodeText(['a ball', '']);
  const [height, width, frames] = [8, 8, 2];
  const area = height * width;
  const kept = Array.from({ length: frames }, (_, frame) => {
    const view = new Float32Array(5 * area);
    view.set(seededNormal(4 * area, 3, 'weights', frame), area);
    for (let index = 0; index < area; index++) view[index] = index % width < 4 ? 0 : 1;
    return view;
  });
  const black = new Float32Array(5 * area).fill(1, 0, area);
  const noTokens = (await model.conditions.encodeImageTokens([]))[0];
  expect(noTokens).toBeUndefined();
  const [tokens] = await model.conditions.encodeImageTokens([
    {
      planes: { width: 16, height: 16, channels: 3, data: new Float32Array(3 * 256) },
      mask: { width: 16, height: 16, channels: 1, data: new Float32Array(256) },
    },
  ]);
  if (!text || !negative || !tokens) throw new Error('nothing was encoded');
  const settings = {
    ...parameters,
    steps: 4,
    guidance: { text: 2, image: 2 },
    width: 16,
    height: 16,
    windowFrames: frames,
  };
  const predictor = await model.conditions.predictor(settings, {
    start: 0,
    key: 'test',
    text: text.states,
    negative: negative.states,
    imageTokens: kept.map(() => tokens),
    blackTokens: tokens,
    subject: kept,
    blackSubject: black,
  });
  const schedule = noiseSchedule(model.description.scheduler);
  for (const sampler of ['ddim', 'euler', 'dpmpp-2m', 'lcm'] as const) {
    const noise = (count: number, step: number) => seededNormal(count, 5, 'step', step);
    const sampling = createSampling(sampler, { schedule, steps: 4, noise });
    const start = seededNormal(4 * frames * area, 9, 'initial').map((value) => value * sampling.initialNoiseScale);
    let latents: Float32Array = start;
    for await (const step of sampling.run(start, denoiserOf('epsilon', predictor))) latents = step.latents;
    let worst = 0;
    for (let channel = 0; channel < 4; channel++)
      for (let frame = 0; frame < frames; frame++)
        for (let index = 0; index < area; index++) {
          if (index % width >= 4) continue;
          const wanted = kept[frame]?.[(channel + 1) * area + index] ?? Number.NaN;
          worst = Math.max(
            worst,
            Math.abs((latents[(channel * frames + frame) * area + index] ?? Number.NaN) - wanted),
          );
        }
    // DPM++ ends at the schedule's least noise unless told otherwise.
    expect(worst, sampler).toBeLessThan(sampler === 'dpmpp-2m' ? 0.2 : 2e-3);
  }
  await model.dispose();
});

test('the planner that ships puts the subject where the sentence says; a set may leave it where it is, or to the checkpoint', async () => {
  const planner = join(import.meta.dirname, '../../../../../models/bundled/magdiff-small');
  const made: Record<string, string> = {};
  for (const subject of ['planned', 'repeat', 'first'] as const) {
    const place = join(folder, `subject ${subject}`);
    await writeTinySet(place, { inpainting: true });
    await writeSet(place, { ...set, subject, planner });
    const model = await openModel(place, { provider: 'cpu', threads: 1 });
    expect(model.description.motion?.waypoints).toBe(subject === 'planned' ? 8 : undefined);
    made[subject] = bytes(await generate(model, { prompt: 'it jumps up' }));
    await model.dispose();
  }
  expect(new Set(Object.values(made)).size).toBe(3);
});

test('a long clip is made by windows within each step, or all at once from shuffled noise', async () => {
  const made: string[] = [];
  for (const longClips of ['together', 'freeNoise'] as const) {
    const place = join(folder, `long ${longClips}`);
    await writeTinySet(place);
    await writeSet(place, { ...set, longClips });
    const model = await openModel(place, { provider: 'cpu', threads: 1 });
    const pictures = await generate(model, { frames: 22, steps: 1 });
    expect(pictures).toHaveLength(22);
    made.push(bytes(pictures));
    await model.dispose();
  }
  expect(made[0]).not.toBe(made[1]);
});

test('how many of a LoRA’s modules fitted is said, and warned of where some did not', async () => {
  expect(inspectionText(await inspectPath(four))).toMatch(/All 2 modules of .*style\.safetensors fitted\./);
  const place = join(folder, 'partly');
  await writeTinySet(place);
  const up = { shape: [8, 2], data: new Float32Array(16) };
  await writeFloats(join(place, 'style.safetensors'), {
    'lora_te_text_model_encoder_layers_0_self_attn_q_proj.lora_down.weight': {
      shape: [2, 32],
      data: new Float32Array(64),
    },
    'lora_te_text_model_encoder_layers_0_self_attn_q_proj.lora_up.weight': {
      shape: [32, 2],
      data: new Float32Array(64),
    },
    'lora_te_text_model_encoder_layers_11_self_attn_q_proj.lora_down.weight': up,
    'lora_te_text_model_encoder_layers_11_self_attn_q_proj.lora_up.weight': up,
  });
  const model = await openModel(place, { provider: 'cpu' });
  expect(model.warnings).toEqual([
    expect.stringMatching(/^1 of 2 modules of .* fitted; without a place are text_model/),
  ]);
  await model.dispose();
});

describe('what does not go together is said in a sentence with a way out', () => {
  const opened = async (change: Partial<ModelSet>): Promise<Model> => {
    const place = join(folder, 'broken');
    const absolute = (path: string): string => join(four, path);
    await writeSet(place, {
      ...set,
      base: absolute(set.base),
      motion: absolute('motion'),
      imageAdapter: absolute('ip-adapter.safetensors'),
      imageEncoder: absolute('image_encoder'),
      loras: [{ file: absolute('style.safetensors'), weight: 1 }],
      ...change,
    });
    return openModel(place, { provider: 'cpu' });
  };

  test.each<[string, Partial<ModelSet>, RegExp]>([
    ['a base that is gone', { base: join(four, 'gone') }, /gone does not exist/],
    ['a base that is none', { base: join(four, 'style.safetensors') }, /holds no Stable Diffusion UNet/],
    ['a motion module that is none', { motion: join(four, 'style.safetensors') }, /no AnimateDiff motion module/],
    ['an adapter that is none', { imageAdapter: join(four, 'style.safetensors') }, /no IP-Adapter for this base/],
    ['an encoder that is none', { imageEncoder: join(four, 'style.safetensors') }, /no CLIP image encoder/],
    [
      'a LoRA that is none',
      { loras: [{ file: join(four, 'ip-adapter.safetensors'), weight: 1 }] },
      /no LoRA this program can read/,
    ],
  ])('%s', async (_, change, says) => {
    const error = await opened(change).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ message: expect.stringMatching(says), hint: expect.stringMatching(/\w/) });
  });

  test('a base without VAE names the way to add one', async () => {
    const place = join(folder, 'bare');
    const bare = await writeTinySet(place);
    rmSync(join(place, bare.base, 'vae'), { recursive: true });
    await expect(openModel(place, { provider: 'cpu' })).rejects.toMatchObject({
      message: expect.stringMatching(/comes without a VAE/),
      hint: expect.stringMatching(/--vae/),
    });
  });

  test('a half-downloaded motion module, and a set that is no JSON', async () => {
    const place = join(folder, 'half');
    await writeTinySet(place);
    truncateSync(join(place, 'motion', 'diffusion_pytorch_model.safetensors'), 200_000);
    await expect(openModel(place, { provider: 'cpu' })).rejects.toThrow(/ends at byte|no complete safetensors/);
    writeFileSync(join(place, 'set.json'), '{"format":');
    await expect(openModel(place, { provider: 'cpu' })).rejects.toThrow(/is not JSON/);
  });
});
