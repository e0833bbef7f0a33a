import { expect, test } from 'vitest';
import { alphaAtStep } from '../../../../models/families/magdiff/adaptivePrompts.ts';

const layers = [
  { name: 'down_blocks.0.attn2', text: 0.9, image: 1.4 },
  { name: 'up_blocks.1.attn2', text: 1.1, image: 1.6 },
];
const rounded = (settings: Parameters<typeof alphaAtStep>[1], step: number) => {
  const { alpha_text, alpha_image } = alphaAtStep(layers, settings, step, 10);
  return [[...alpha_text.data], [...alpha_image.data]].map((values) =>
    values.map((value) => Math.round(value * 1e4) / 1e4),
  );
};

test('learned weights times the sliders; equal weights ignore what was learned', () => {
  expect(rounded({ mode: 'learned', text: 2, image: 0.5, schedule: [] }, 0)).toEqual([
    [1.8, 2.2],
    [0.7, 0.8],
  ]);
  expect(rounded({ mode: 'equal', text: 2, image: 0.5, schedule: [] }, 0)).toEqual([
    [2, 2],
    [0.5, 0.5],
  ]);
});

test('a schedule takes over within its steps and layers; the last span that covers wins', () => {
  const schedule = [
    { fromStep: 0, toStep: 0.5, text: 0, image: 1 },
    { fromStep: 0, toStep: 1, layers: 'up_blocks', text: 3, image: 0 },
  ];
  expect(rounded({ mode: 'learned', text: 1, image: 1, schedule }, 4)).toEqual([
    [0, 3.3],
    [1.4, 0],
  ]);
  expect(rounded({ mode: 'learned', text: 1, image: 1, schedule }, 5)).toEqual([
    [0.9, 3.3],
    [1.4, 0],
  ]);
});
