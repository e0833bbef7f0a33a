import { expect, test } from 'vitest';
import { readGridAxis } from '../../../../../electron/cli/grid/gridAxis.ts';
import {
  type GridAxis,
  plannedCells,
  settingsWith,
  valueLabel,
} from '../../../../../electron/contract/grid/gridAxes.ts';
import { takeSettings } from '../../../../../electron/contract/takeSettings.ts';

const settings = takeSettings.parse({ task: 'generate', prompt: 'it jumps', seed: 1 });

const applied = (axis: GridAxis) => axis.values.map((value) => settingsWith(settings, axis, value));

test('an axis of numbers changes one setting and leaves the rest', () => {
  const axis = readGridAxis('--x', 'image-alpha=0,0.5,2');
  expect(axis.values.map((value) => valueLabel(axis, value))).toEqual(['Image α 0', 'Image α 0.5', 'Image α 2']);
  const changed = applied(axis);
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
  expect(applied(readGridAxis('--y', text)).map((each) => member(each))).toEqual(wanted);
});

test.each([
  ['image-alpha', /wants SETTING=VALUE/],
  ['colour=1', /wants SETTING=VALUE/],
  ['lora=1', /wants SETTING=VALUE/],
  ['seed:lora=1', /wants SETTING=VALUE/],
  ['toString=1', /wants SETTING=VALUE/],
  ['seed=1,', /wants SETTING=VALUE/],
  ['hfa=1', /hfa cannot be "1"/],
  ['steps=many', /steps cannot be "many"/],
  ['seed=1,2,3,4,5,6,7,8,9', /8 at most/],
])('“%s” is refused with a sentence', (text, sentence) => {
  expect(() => readGridAxis('--x', text)).toThrow(sentence);
});

test('a value beyond what the setting can be is refused when it is put in', () => {
  expect(() => applied(readGridAxis('--x', 'image-alpha=9'))).toThrow(/Image α 9 cannot be/);
});

test('a LoRA’s strength goes into the prompt, in the place of one that is there', () => {
  const axis = readGridAxis('--x', 'lora:pixel art=0.5,1');
  expect(applied(axis).map(({ prompt }) => prompt)).toEqual([
    'it jumps <lora:pixel art:0.5>',
    'it jumps <lora:pixel art:1>',
  ]);
  const named = { ...settings, prompt: 'a <lora:Pixel Art:0.2> cat' };
  expect(settingsWith(named, axis, 1).prompt).toBe('a <lora:pixel art:1> cat');
});

test('a weight that varies has no lane, which would take its place; the others keep theirs', () => {
  const keys = [{ frame: 0, value: 0.5 }];
  const moving = takeSettings.parse({
    ...settings,
    overTime: {
      frames: { textAlpha: keys, imageAlpha: keys, hfaStrength: keys },
      loras: [
        { lora: 'Detail', keys },
        { lora: 'style', keys },
      ],
    },
  });
  const left = (text: string): string[] => {
    const { frames, loras } = settingsWith(moving, readGridAxis('--x', text), 1).overTime;
    const names = Object.entries(frames).flatMap(([name, lane]) => (lane.length > 0 ? [name] : []));
    return [...names, ...loras.map(({ lora }) => lora)];
  };
  expect(left('image-alpha=1,2')).toEqual(['textAlpha', 'hfaStrength', 'Detail', 'style']);
  expect(left('lora:detail=1,2')).toEqual(['textAlpha', 'imageAlpha', 'hfaStrength', 'style']);
  expect(left('steps=1,2')).toHaveLength(5);
});

test('cells come row by row, and two sides cannot vary one setting', () => {
  const [x, y] = [readGridAxis('--x', 'image-alpha=0,1'), readGridAxis('--y', 'hfa=on,off')];
  const cells = plannedCells(settings, x, y);
  expect(cells.map((row) => row.map(({ labels }) => labels.join(', ')))).toEqual([
    ['Image α 0, HFA on', 'Image α 1, HFA on'],
    ['Image α 0, HFA off', 'Image α 1, HFA off'],
  ]);
  expect(() => plannedCells(settings, x, x)).toThrow(/Both sides/);
});
