import { expect, test } from 'vitest';
import { readGridAxis } from '../../../../../electron/cli/grid/gridAxis.ts';
import { takeSettings } from '../../../../../electron/contract/takeSettings.ts';

const settings = takeSettings.parse({ task: 'generate', prompt: 'it jumps', seed: 1 });

test('an axis of numbers changes one setting and leaves the rest', () => {
  const axis = readGridAxis('--x', 'image-alpha=0,0.5,2');
  expect(axis.values.map(({ label }) => label)).toEqual(['image-alpha 0', 'image-alpha 0.5', 'image-alpha 2']);
  const changed = axis.values.map(({ apply }) => apply(settings));
  expect(changed.map(({ alpha }) => alpha.image)).toEqual([0, 0.5, 2]);
  for (const each of changed) expect({ ...each, alpha: { ...each.alpha, image: 1 } }).toEqual(settings);
});

test.each([
  ['hfa=on,off', (of: typeof settings) => of.hfa.enabled, [true, false]],
  ['sda=off,on', (of: typeof settings) => of.sda, [false, true]],
  ['apa=on,off', (of: typeof settings) => of.alpha.mode, ['learned', 'equal']],
  ['seed=3,4', (of: typeof settings) => of.seed, [3, 4]],
  ['guidance=2', (of: typeof settings) => of.guidance, [{ image: 1, text: 2 }]],
] as const)('%s', (text, member, wanted) => {
  expect(readGridAxis('--y', text).values.map(({ apply }) => member(apply(settings)))).toEqual(wanted);
});

test.each([
  ['image-alpha', /wants SETTING=VALUE/],
  ['colour=1', /wants SETTING=VALUE/],
  ['toString=1', /wants SETTING=VALUE/],
  ['seed=1,', /wants SETTING=VALUE/],
  ['hfa=1', /hfa cannot be "1"/],
  ['steps=many', /steps cannot be "many"/],
  ['seed=1,2,3,4,5,6,7,8,9', /8 at most/],
])('“%s” is refused with a sentence', (text, sentence) => {
  expect(() => readGridAxis('--x', text)).toThrow(sentence);
});

test('a value beyond what the setting can be is refused when it is put in', () => {
  const [value] = readGridAxis('--x', 'image-alpha=9').values;
  expect(() => value?.apply(settings)).toThrow(/image-alpha cannot be 9/);
});
