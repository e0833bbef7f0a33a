import { expect, test } from 'vitest';
import { readStepCurve, readWeight } from '../../../../../electron/cli/takes/laneOptions.ts';
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
