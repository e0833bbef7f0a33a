import { expect, test } from 'vitest';
import { type AlphaChoice, alphaAtStep } from '../../../../models/families/magdiff/adaptivePrompts.ts';
import { still } from '../../../../models/lanes/weightsOverTime.ts';

const layers = [
  { name: 'down_blocks.0.attn2', text: 0.9, image: 1.4 },
  { name: 'up_blocks.1.attn2', text: 1.1, image: 1.6 },
];
const choice: AlphaChoice = {
  alpha: { mode: 'learned', text: 1, image: 1, schedule: [], layers: [] },
  overTime: still,
  steps: 10,
};
const rounded = (settings: Partial<AlphaChoice['alpha']>, step: number, over: Partial<AlphaChoice> = {}, start = 0) => {
  const settled = { ...choice, ...over, alpha: { ...choice.alpha, ...settings } };
  const { alpha_text, alpha_image } = alphaAtStep(layers, settled, { start, frames: 2 }, step);
  expect(alpha_text.shape).toEqual([2, 2]);
  return [[...alpha_text.data], [...alpha_image.data]].map((values) =>
    values.map((value) => Math.round(value * 1e4) / 1e4),
  );
};

test('learned weights times the sliders, alike in every frame; equal weights ignore what was learned', () => {
  expect(rounded({ text: 2, image: 0.5 }, 0)).toEqual([
    [1.8, 1.8, 2.2, 2.2],
    [0.7, 0.7, 0.8, 0.8],
  ]);
  expect(rounded({ mode: 'equal', text: 2, image: 0.5 }, 0)).toEqual([
    [2, 2, 2, 2],
    [0.5, 0.5, 0.5, 0.5],
  ]);
});

test('a schedule takes over within its steps and layers; the last span that covers wins', () => {
  const schedule = [
    { fromStep: 0, toStep: 0.5, text: 0, image: 1 },
    { fromStep: 0, toStep: 1, layers: 'up_blocks', text: 3, image: 0 },
  ];
  expect(rounded({ schedule }, 4)).toEqual([
    [0, 0, 3.3, 3.3],
    [1.4, 1.4, 0, 0],
  ]);
  expect(rounded({ schedule }, 5)).toEqual([
    [0.9, 0.9, 3.3, 3.3],
    [1.4, 1.4, 0, 0],
  ]);
});

test('a lane gives each frame its own, by its place in the take; the curve over the steps multiplies', () => {
  const lane = [
    { frame: 4, value: 1, curve: 'linear' as const },
    { frame: 8, value: 2, curve: 'hold' as const },
  ];
  const overTime = {
    ...still,
    frames: { ...still.frames, imageAlpha: lane },
    steps: { textAlpha: { start: 0, end: 1, ease: 'linear' as const } },
  };
  expect(rounded({}, 0, { overTime }, 5)).toEqual([
    [0, 0, 0, 0],
    [1.75, 2.1, 2, 2.4],
  ]);
  expect(rounded({}, 9, { overTime }, 8)).toEqual([
    [0.9, 0.9, 1.1, 1.1],
    [2.8, 2.8, 3.2, 3.2],
  ]);
});

test('a layer’s factors multiply everything else; the longest path that fits counts', () => {
  const factors = [
    { layers: 'up', text: 2, image: 0 },
    { layers: 'up_blocks.1', text: 1, image: 0.5 },
  ];
  expect(rounded({ layers: factors }, 0)).toEqual([
    [0.9, 0.9, 1.1, 1.1],
    [1.4, 1.4, 0.8, 0.8],
  ]);
});
