import { expect, test } from 'vitest';
import {
  alphaPreset,
  factorsOf,
  layerTitle,
  withLayerFactor,
} from '../../../../../renderer/panels/inspector/alphaPresets.ts';

const layers = ['down_blocks.0', 'mid_block', 'up_blocks.1', 'up_blocks.2'].map((block) => ({
  name: `${block}.attentions.1.transformer_blocks.0.attn2`,
}));
const images = (name: Parameters<typeof alphaPreset>[0]) => alphaPreset(name, layers).map(({ image }) => image);

test('presets are told by where a layer stands', () => {
  expect(images('even')).toEqual([]);
  expect(images('style')).toEqual([0, 0, 1, 1]);
  expect(images('composition')).toEqual([1, 1, 0, 0]);
  expect(images('easeIn')).toEqual([0, 0.33, 0.67, 1]);
  expect(images('easeOut')).toEqual([1, 0.67, 0.33, 0]);
});

test('a layer is changed by itself, and forgotten when it is as learned', () => {
  const [, , up] = layers;
  const name = up?.name ?? '';
  const changed = withLayerFactor([], name, { image: 0.5 });
  expect(changed).toEqual([{ layers: name, text: 1, image: 0.5 }]);
  expect(factorsOf(changed, name)).toMatchObject({ text: 1, image: 0.5 });
  expect(withLayerFactor(changed, name, { text: 2 })).toEqual([{ layers: name, text: 2, image: 0.5 }]);
  expect(withLayerFactor(changed, name, { image: 1 })).toEqual([]);
});

test('module paths are read as places', () => {
  expect(layers.map(({ name }) => layerTitle(name))).toEqual([
    { place: 'down', block: 1, layer: 2 },
    { place: 'mid', block: 1, layer: 2 },
    { place: 'up', block: 2, layer: 2 },
    { place: 'up', block: 3, layer: 2 },
  ]);
});
