import { expect, test } from 'vitest';
import { type GenerateRequest, generateVideo } from '../../../../models/pipeline/generateVideo.ts';
import type { MagDiffModel } from '../../../../models/pipeline/modelParts.ts';
import { cacheParts } from '../../../../models/pipeline/partCache.ts';
import { standInModel, wordTokenizer } from '../../../fixtures/standInModel.ts';

/** A stand-in that counts how often each network is loaded and let go. */
function counted() {
  const { model } = standInModel();
  const loads: string[] = [];
  const drops: string[] = [];
  const counting = new Proxy(model, {
    get: (target, property) => {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== 'function' || !String(property).startsWith('load')) return value;
      return async (shape: unknown) => {
        loads.push(String(property));
        const part = await Reflect.apply(value, target, [shape]);
        return { ...part, dispose: async () => void drops.push(String(property)) };
      };
    },
  });
  return { model: counting as MagDiffModel, loads, drops };
}

function request(alphaImage: number): GenerateRequest {
  const data = new Uint8Array(32 * 32 * 4).fill(200);
  const mask = { width: 32, height: 32, data: Uint8Array.from({ length: 1024 }, (_, i) => (i % 32 < 16 ? 255 : 0)) };
  return {
    picture: { width: 32, height: 32, data },
    mask,
    inputsKey: 'x',
    parameters: {
      keep: 'subject',
      prompt: 'it jumps',
      negativePrompt: '',
      alpha: { mode: 'learned', text: 1, image: alphaImage, schedule: [] },
      sda: true,
      hfa: { enabled: true, strength: 1 },
      weights: 'teacher',
      sampler: 'ddim',
      eta: 0,
      seed: 1,
      noiseAlpha: 0,
      frames: 4,
      strength: 1,
      inversion: false,
      ownPixels: true,
      featherPixels: 0,
      overlapFrames: 0,
    },
  };
}

async function generate(model: MagDiffModel, alphaImage: number): Promise<void> {
  for await (const _event of generateVideo(model, request(alphaImage), { tokenizer: wordTokenizer })) {
    // Only the loading is looked at.
  }
}

test('moving α loads nothing again', async () => {
  const { model, loads } = counted();
  const cached = cacheParts(model, 1e9).model;
  await generate(cached, 1);
  const first = loads.length;
  expect(loads).toContain('loadUnet');
  await generate(cached, 2);
  expect(loads).toHaveLength(first);
});

test('with little memory parts are let go, least recently used first, and load themselves again', async () => {
  const { model, loads, drops } = counted();
  const cached = cacheParts(model, 1040).model;
  await generate(cached, 1);
  expect(drops.length).toBeGreaterThan(2);
  expect(loads.filter((name) => name === 'loadContext').length).toBeGreaterThan(0);
});
