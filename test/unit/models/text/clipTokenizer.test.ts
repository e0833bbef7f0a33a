import { describe, expect, test } from 'vitest';
import { ClipTokenizer } from '../../../../models/text/clipTokenizer.ts';

const tokens = [
  'c',
  'a',
  't',
  's',
  's</w>',
  't</w>',
  'a</w>',
  '!</w>',
  '1</w>',
  'ca',
  'cat</w>',
  'cats</w>',
  'cat',
  '<|startoftext|>',
  '<|endoftext|>',
  '!',
];
const vocabulary = new Map(tokens.map((token, id) => [token, id]));
const merges = ['c a', 'ca t</w>', 'ca t', 'cat s</w>'];
const id = (token: string) => vocabulary.get(token);
const tokenizer = new ClipTokenizer(vocabulary, merges, { knownWords: new Set(['cat']) });

describe('ClipTokenizer', () => {
  test('merges by rank and marks the ends of words', () => {
    expect(tokenizer.encode('Cat CATS', 6).ids).toEqual(
      ['<|startoftext|>', 'cat</w>', 'cats</w>', '<|endoftext|>', '<|endoftext|>', '<|endoftext|>'].map(id),
    );
  });

  test('pads with the token asked for', () => {
    const padded = new ClipTokenizer(vocabulary, merges, { padToken: '!' });
    expect(padded.encode('cat', 5).ids).toEqual(['<|startoftext|>', 'cat</w>', '<|endoftext|>', '!', '!'].map(id));
  });

  test('says which words were cut, and still ends with the end token', () => {
    const { ids, cutWords, words } = tokenizer.encode('cat cats cat', 4);
    expect(ids).toEqual(['<|startoftext|>', 'cat</w>', 'cats</w>', '<|endoftext|>'].map(id));
    expect(cutWords).toEqual(['cat']);
    expect(words.map(({ start, end, fits }) => [start, end, fits])).toEqual([
      [0, 3, true],
      [4, 8, true],
      [9, 12, false],
    ]);
  });

  test('marks words the model never saw, but not punctuation', () => {
    expect(tokenizer.encode('cat, cats!', 12).words.map(({ text, known }) => [text, known])).toEqual([
      ['cat', true],
      [',', true],
      ['cats', false],
      ['!', true],
    ]);
  });

  test('an empty prompt is start, end and padding', () => {
    expect(tokenizer.encode('  ', 3).ids).toEqual(['<|startoftext|>', '<|endoftext|>', '<|endoftext|>'].map(id));
  });

  test('a vocabulary without the end token is refused', () => {
    expect(() => new ClipTokenizer(new Map([['a', 0]]), [])).toThrow(/startoftext/);
  });
});
