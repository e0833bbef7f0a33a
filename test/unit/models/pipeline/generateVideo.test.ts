import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { magdiffConditions } from '../../../../models/families/magdiff/conditions.ts';
import { type FloatTensor, floatTensor } from '../../../../models/math/tensor.ts';
import { createMemory } from '../../../../models/memory/memory.ts';
import type { Model } from '../../../../models/model/model.ts';
import { generateVideo } from '../../../../models/pipeline/generateVideo.ts';
import type { Picture } from '../../../../models/pipeline/subject/picture.ts';
import type { TakeParameters } from '../../../../models/pipeline/takeParameters.ts';
import { folderRunStore } from '../../../../models/weights/runStore.ts';
import { standInModel, wordTokenizer } from '../../../fixtures/models/standInModel.ts';
import { collect, discMask, generation, parameters, picture } from '../../../fixtures/pipelineTakes.ts';

/** The model with one network that answers the same whatever it is asked. */
function withPart(model: Model, name: string, outputs: Record<string, FloatTensor>): Model {
  const broken: Model = {
    ...model,
    part: async (asked, shape) => {
      const part = await model.part(asked, shape);
      return asked === name ? { ...part, run: async () => outputs as Awaited<ReturnType<typeof part.run>> } : part;
    },
    get conditions() {
      return conditions;
    },
  };
  const conditions = magdiffConditions(broken, wordTokenizer);
  return broken;
}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'magdiff-pipeline-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));
const context = (signal?: AbortSignal) => ({ store: folderRunStore(folder), signal });
const latents = async () => (await folderRunStore(folder).load('latents'))?.arrays.latents;

describe('generateVideo', () => {
  test('yields every step and every frame at the model’s size', async () => {
    const { pictures, steps } = await collect(generateVideo(standInModel().model, generation(), context()));
    expect(steps).toHaveLength(5);
    expect(pictures.map(({ width, height }) => [width, height])).toEqual(Array(4).fill([32, 32]));
  });

  test('the same request makes the same frames; another seed, α or HFA strength does not', async () => {
    const run = async (changes: Partial<TakeParameters>) =>
      (await collect(generateVideo(standInModel().model, generation(changes), {}))).pictures
        .map(({ data }) => Buffer.from(data).toString('hex'))
        .join();
    const first = await run({});
    expect(await run({})).toBe(first);
    for (const changes of [
      { seed: 8 },
      { alpha: { ...parameters.alpha, image: 2 } },
      { alpha: { ...parameters.alpha, mode: 'equal' as const } },
      { hfa: { enabled: true, strength: 0.5 } },
      { hfa: { enabled: false, strength: 1 } },
      { sda: false },
      { guidance: { text: 3, image: 2 } },
      { noiseAlpha: 0.5 },
    ]) {
      expect(await run(changes), JSON.stringify(changes)).not.toBe(first);
    }
    expect(
      await run({ alpha: { ...parameters.alpha, schedule: [{ fromStep: 0, toStep: 1, text: 1, image: 1 }] } }),
    ).toBe(first);
  });

  test('frames share noise as the model asks, where the take leaves it to the model', async () => {
    const made = async (own: number, noiseAlpha: number | undefined) => {
      const { model } = standInModel({ description: { noiseAlpha: own } });
      const { pictures } = await collect(generateVideo(model, generation({ noiseAlpha }), {}));
      return pictures.map(({ data }) => Buffer.from(data).toString('hex')).join();
    };
    expect(await made(0.5, undefined)).toBe(await made(0, 0.5));
    expect(await made(0.5, undefined)).not.toBe(await made(0.5, 0));
  });

  test('a model with a motion planner is given the subject in every frame, where the plan puts it', async () => {
    const motion = { waypoints: 4, spread: [0.35, 0.35, 0.25, 0.9], extents: [0.2, 0.75] as const };
    const made = async (changes: Partial<TakeParameters> = {}) => {
      const { model, calls } = standInModel({ description: { otherFrames: 'planned', motion } });
      const remember = createMemory(20);
      const request = generation(changes);
      const { pictures } = await collect(generateVideo(model, request, { remember }));
      const once = { ...calls };
      await collect(generateVideo(model, request, { remember }));
      expect(calls['motion planner']).toBe(once['motion planner']);
      expect(calls['VAE encoder']).toBe(once['VAE encoder']);
      return { pictures, calls: once };
    };
    const { pictures, calls } = await made();
    expect(calls['motion planner']).toBe(20);
    expect(calls['VAE encoder']).toBe(1 + pictures.length);
    // The stand-in's plan goes right: so does the subject's brightness from the first frame to the last.
    const balance = ({ data, width }: Picture): number =>
      Array.from(data)
        .map((value, i) => (i % 4 === 3 ? 0 : value * ((Math.floor(i / 4) % width) - width / 2)))
        .reduce((sum, value) => sum + value, 0);
    expect(balance(pictures[3])).toBeGreaterThan(balance(pictures[0]));
    const still = await made({ frames: 1 });
    expect(still.calls['motion planner']).toBeUndefined();
  });

  test('guidance at scale one asks the network once a step, text guidance twice, image guidance three times', async () => {
    const asked = async (guidance: { text: number; image: number }) => {
      const { model, calls } = standInModel();
      await collect(generateVideo(model, generation({ guidance }), {}));
      return calls.UNet;
    };
    expect([
      await asked({ text: 1, image: 1 }),
      await asked({ text: 3, image: 1 }),
      await asked({ text: 3, image: 2 }),
    ]).toEqual([5, 10, 15]);
  });

  test('a stage is told before its network is asked', async () => {
    const { model, calls } = standInModel();
    const told = new Map<string, Record<string, number>>();
    for await (const event of generateVideo(model, generation(), {}))
      if (event.kind === 'progress' && !told.has(event.progress.state)) told.set(event.progress.state, { ...calls });
    expect([...told.keys()]).toEqual(['encoding', 'denoising', 'decoding']);
    expect(told.get('denoising')).toMatchObject({ 'VAE encoder': calls['VAE encoder'] });
    expect(told.get('denoising')?.UNet).toBeUndefined();
    expect(told.get('decoding')).toMatchObject({ UNet: calls.UNet });
    expect(told.get('decoding')?.['VAE decoder']).toBeUndefined();
  });

  test('a video longer than the window goes on with held overlap', async () => {
    const { model, calls } = standInModel();
    const { pictures, steps } = await collect(
      generateVideo(model, generation({ frames: 9, overlapFrames: 2 }), context()),
    );
    expect(pictures).toHaveLength(9);
    // Windows 0–4, 2–6, 4–8 and 5–9 of five steps each, two guidance branches.
    expect(steps).toHaveLength(20);
    expect(calls.UNet).toBe(40);
  });

  test('a run killed after any step resumes and ends in the same latents, bit for bit', async () => {
    await collect(generateVideo(standInModel().model, generation({ frames: 6, sampler: 'unipc' }), context()));
    const unbroken = await latents();
    expect(unbroken).toBeDefined();
    for (const kill of [3, 8, 15]) {
      await rm(folder, { recursive: true });
      const dying = standInModel({ failAt: (name, call) => name === 'UNet' && call === kill });
      await expect(
        collect(generateVideo(dying.model, generation({ frames: 6, sampler: 'unipc' }), context())),
      ).rejects.toThrow(/told to fail/);
      const { model, calls } = standInModel();
      await collect(generateVideo(model, generation({ frames: 6, sampler: 'unipc' }), context()));
      expect(calls.UNet).toBeLessThan(20);
      expect(await latents()).toEqual(unbroken);
    }
  });

  test('a state of another request is not resumed', async () => {
    const dying = standInModel({ failAt: (name, call) => name === 'UNet' && call === 7 });
    await expect(collect(generateVideo(dying.model, generation(), context()))).rejects.toThrow();
    const { model, calls } = standInModel();
    await collect(generateVideo(model, generation({ prompt: 'it spins' }), context()));
    expect(calls.UNet).toBe(10);
  });

  test('a damaged state is not resumed', async () => {
    await writeFile(join(folder, 'state.safetensors'), 'garbage');
    const { model, calls } = standInModel();
    await collect(generateVideo(model, generation(), context()));
    expect(calls.UNet).toBe(10);
  });

  test('cancelling stops within one step and keeps the state', async () => {
    const controller = new AbortController();
    const { model, calls } = standInModel();
    const run = async () => {
      for await (const event of generateVideo(model, generation(), context(controller.signal))) {
        if (event.kind === 'progress' && event.estimate && event.progress.step === 2) controller.abort();
      }
    };
    await expect(run()).rejects.toMatchObject({ name: 'CancelledError' });
    expect(calls.UNet).toBeLessThanOrEqual(6);
    expect(await readdir(folder)).toEqual(['state.safetensors']);
  });

  test('latents are saved before decoding, so a failing decoder costs nothing', async () => {
    const failing = standInModel({ failAt: (name) => name === 'VAE decoder' });
    await expect(collect(generateVideo(failing.model, generation(), context()))).rejects.toThrow();
    expect((await latents())?.length).toBe(4 * 4 * 8 * 8);
  });

  test('frames decoded in tiles agree with frames decoded whole', async () => {
    const whole = await collect(generateVideo(standInModel().model, generation({ width: 96, height: 96 }), {}));
    const tiled = await collect(
      generateVideo(standInModel().model, generation({ width: 96, height: 96 }), { decoderMemoryBytes: 16 * 16 * 100 }),
    );
    expect(tiled.pictures[0].data).toEqual(whole.pictures[0].data);
  });

  test('words beyond the limit are named', async () => {
    const { warnings } = await collect(
      generateVideo(standInModel().model, generation({ prompt: 'one two three four five six seven eight' }), {}),
    );
    expect(warnings).toEqual(['The prompt is longer than the model\'s 8 tokens; left out: "seven eight".']);
  });

  test.each([
    ['an empty mask', { mask: { width: 40, height: 40, data: new Uint8Array(1600) } }, 'mask-empty'],
    ['a full mask', { mask: { width: 40, height: 40, data: new Uint8Array(1600).fill(255) } }, 'mask-full'],
    ['a mask of another shape', { mask: discMask(40, 20) }, 'mask-mismatch'],
    [
      'a 1×1 picture',
      { picture: picture(1, 1), mask: { width: 1, height: 1, data: Uint8Array.of(255) } },
      'image-too-small',
    ],
  ])('%s is refused with a sentence', async (_name, change, code) => {
    await expect(
      collect(generateVideo(standInModel().model, { ...generation(), ...change }, context())),
    ).rejects.toMatchObject({ code, hint: expect.stringMatching(/\w/) });
    expect(await readdir(folder)).toEqual([]);
  });

  test('latents that are not numbers are never passed off as pictures', async () => {
    const { model } = standInModel();
    const nothing = new Float32Array(1024).fill(Number.NaN);
    const broken = withPart(model, 'unet', { prediction: floatTensor([1, 4, 4, 8, 8], nothing) });
    await expect(collect(generateVideo(broken, generation(), context()))).rejects.toMatchObject({
      code: 'weights-not-finite',
    });
  });
});
