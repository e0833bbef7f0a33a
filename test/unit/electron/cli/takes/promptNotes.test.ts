import { expect, test } from 'vitest';
import { promptNotes } from '../../../../../electron/cli/takes/promptNotes.ts';
import { takeSettings } from '../../../../../electron/contract/takeSettings.ts';

const noted = (guidance: { text: number; image: number }, negativePrompt = 'clouds') =>
  promptNotes(
    'no-such-model',
    takeSettings.parse({ task: 'generate', prompt: 'it jumps', seed: 1, guidance, negativePrompt }),
  );

test('a negative prompt without guidance is told to do nothing', async () => {
  expect(await noted({ text: 1, image: 1 })).toEqual([expect.stringContaining('--guidance 2')]);
  expect(await noted({ text: 2, image: 1 })).toEqual([]);
  expect(await noted({ text: 1, image: 1.5 })).toEqual([]);
  expect(await noted({ text: 1, image: 1 }, '')).toEqual([]);
});
