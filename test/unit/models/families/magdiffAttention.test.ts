import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { tokenizedWords } from '../../../../models/families/magdiff/attention.ts';
import { ClipTokenizer } from '../../../../models/text/clipTokenizer.ts';

const tokenizer = await ClipTokenizer.load(
  join(resolve(import.meta.dirname, '../../../..'), 'models/bundled/magdiff-small/tokenizer'),
);

test('words lie where their tokens do, and what does not fit is left out', () => {
  const prompt = 'it jumps on a beach, slowly';
  const words = tokenizedWords(tokenizer, prompt, 32);
  expect(words.map(({ text }) => text)).toEqual(['it', 'jumps', 'on', 'a', 'beach', ',', 'slowly']);
  const { ids } = tokenizer.encode(prompt, 32);
  for (const { text, from, to } of words)
    expect(ids.slice(from, to)).toEqual(tokenizer.pieces(text).flatMap((piece) => piece.ids));
  expect(tokenizedWords(tokenizer, 'the beach '.repeat(40), 32).at(-1)?.to).toBeLessThanOrEqual(31);
});

test('a tokenizer that does not tell its pieces has no words', () => {
  expect(tokenizedWords({}, 'it jumps', 32)).toEqual([]);
});
