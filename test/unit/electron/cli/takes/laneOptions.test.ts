import { expect, test } from 'vitest';
import { loraLanes, readLora, readStepCurve, readWeight } from '../../../../../electron/cli/takes/laneOptions.ts';
import { settingsFrom } from '../../../../../electron/cli/takes/takeOptions.ts';

test('a weight is a number, or keys over the take’s frames', () => {
  expect(readWeight('--text-alpha', '0.8')).toEqual({ number: 0.8, keys: [] });
  expect(readWeight('--text-alpha', '0:0.4,24:1.2:hold')).toEqual({
    number: undefined,
    keys: [
      { frame: 0, value: 0.4, curve: 'linear' },
      { frame: 24, value: 1.2, curve: 'hold' },
    ],
  });
});

test.each(['', 'much', '0:', ':1', '0:1:wavy', '0:1:hold:2', '0:0.4,'])(
  '“%s” is no weight, and the sentence says how one is written',
  (text) => {
    expect(() => readWeight('--image-alpha', text)).toThrow(/--image-alpha wants a number, or keys as FRAME:VALUE/);
  },
);

test('a curve over the steps has a start, an end and an ease', () => {
  expect(readStepCurve('--text-alpha-steps', '1:0.5:smooth')).toEqual({ start: 1, end: 0.5, ease: 'smooth' });
  expect(() => readStepCurve('--text-alpha-steps', '1')).toThrow(/wants START:END/);
});

test.each([
  ['detail.safetensors', 'detail.safetensors', 'detail', 1, 0],
  ['detail.safetensors:0.6', 'detail.safetensors', 'detail', 0.6, 0],
  ['a/b c.pt:-.5', 'a/b c.pt', 'b c', -0.5, 0],
  ['C:\\loras\\x.safetensors', 'C:\\loras\\x.safetensors', undefined, 1, 0],
  ['detail.safetensors:0:0.4,24:1.2', 'detail.safetensors', 'detail', undefined, 2],
  ['C:/loras/x.safetensors:0:0,8:1:smooth', 'C:/loras/x.safetensors', 'x', undefined, 2],
  ['odd:name:0.5', 'odd:name', 'odd:name', 0.5, 0],
])('a LoRA is a file, a file and a number, or a file and keys: %s', (text, file, name, number, keys) => {
  const read = readLora(text);
  expect(read).toMatchObject({ file, strength: { number } });
  if (name !== undefined) expect(read.name).toBe(name);
  expect(read.strength.keys).toHaveLength(keys);
});

test('a LoRA’s keys are a lane; without a base a number is one too, for a LoRA that the model has', () => {
  expect(loraLanes(['a.safetensors:0:0.4,24:1.2:hold', 'b.safetensors:0.6', 'c.safetensors'], true)).toEqual([
    {
      lora: 'a',
      keys: [
        { frame: 0, value: 0.4, curve: 'linear' },
        { frame: 24, value: 1.2, curve: 'hold' },
      ],
    },
  ]);
  expect(loraLanes(['detail:0.6'], false)).toEqual([
    { lora: 'detail', keys: [{ frame: 0, value: 0.6, curve: 'linear' }] },
  ]);
});

test('lanes go into the settings; keys out of order and out of range are told apart from them', async () => {
  const values = {
    prompt: 'p',
    negative: '',
    apa: 'learned',
    sda: true,
    hfa: true,
    textAlpha: '1',
    sampler: 'ddim',
    ownPixels: true,
  };
  const settings = await settingsFrom('generate', { ...values, imageAlpha: '0:0.4,24:1.2', hfaStrengthSteps: '1:0' });
  expect(settings.alpha).toMatchObject({ text: 1, image: 1 });
  expect(settings.overTime.frames.imageAlpha).toHaveLength(2);
  expect(settings.overTime.steps.hfaStrength).toEqual({ start: 1, end: 0, ease: 'linear' });
  await expect(settingsFrom('generate', { ...values, imageAlpha: '4:1,0:1' })).rejects.toThrow(/ascending/);
  await expect(settingsFrom('generate', { ...values, imageAlpha: '0:9' })).rejects.toThrow(/cannot be used/);
});
