import { describe, expect, test } from 'vitest';
import { clipTokenizer } from '../../../../../models/families/sd15/prompt/clipVocabulary.ts';
import { chunkPrompt, mentionedWords } from '../../../../../models/families/sd15/prompt/promptChunks.ts';
import { parsePrompt } from '../../../../../models/families/sd15/prompt/promptSyntax.ts';

/** Stretches as short text: `text@weight`, weights of 1 left out. */
const read = (prompt: string): string[][] =>
  parsePrompt(prompt).parts.map((part) =>
    part.map(({ text, weight }) => (weight === 1 ? text : `${text}@${Number(weight.toFixed(4))}`)),
  );

describe('prompts as people paste them', () => {
  test.each<[string, string[][]]>([
    ['', [[]]],
    ['a cat', [['a cat']]],
    ['a (cat)', [['a ', 'cat@1.1']]],
    ['a ((cat))', [['a ', 'cat@1.21']]],
    ['a (cat:1.3) on [grass]', [['a ', 'cat@1.3', ' on ', 'grass@0.9091']]],
    ['(a (red:1.5) cat:0.8)', [['a @0.8', 'red@1.2', ' cat@0.8']]],
    ['(masterpiece:1.2), (best quality: .9 )', [['masterpiece@1.2', ', ', 'best quality@0.9']]],
    ['a \\(cat\\)', [['a (cat)']]],
    ['smile :) and (open', [['smile :) and (open']]],
    ['time 12:30, ratio (16:9)', [['time 12:30, ratio ', '16@9']]],
    ['one BREAK two', [['one '], [' two']]],
    ['unbreakable BREAKFAST', [['unbreakable BREAKFAST']]],
    ['[[x]]', [['x@0.8264']]],
    ['(x:99)', [['x@10']]],
    [')(', [[')(']]],
  ])('%s', (prompt, expected) => {
    expect(read(prompt)).toEqual(expected);
  });

  test('LoRAs are taken out of the text, with their strengths', () => {
    const { parts, loras } = parsePrompt('<lora:Detail Tweaker:0.6>a cat<lora:lcm> <LORA:x:-1:0.5>');
    expect(loras).toEqual([
      { name: 'Detail Tweaker', weight: 0.6 },
      { name: 'lcm', weight: 1 },
      { name: 'x', weight: -1 },
    ]);
    expect(parts[0]?.map(({ text }) => text.trim()).join()).toBe('a cat');
  });

  test('a megabyte of brackets takes no time worth speaking of', () => {
    const start = performance.now();
    parsePrompt('('.repeat(100_000));
    parsePrompt('(x)'.repeat(30_000));
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

describe('chunks of tokens', async () => {
  const tokenizer = await clipTokenizer();
  const chunk = (prompt: string, embeddings = new Map<string, readonly Float32Array[]>()) =>
    chunkPrompt(parsePrompt(prompt), { tokenizer, length: 77, embeddings });

  test('the vocabulary is OpenAI’s', () => {
    expect(tokenizer.encode('a photo of a cat', 8).ids).toEqual([49406, 320, 1125, 539, 320, 2368, 49407, 49407]);
  });

  test('a short prompt is one chunk: start, words, end and padding', () => {
    const [only, ...more] = chunk('a photo of a (cat:1.5)');
    expect(more).toEqual([]);
    expect(only?.map(({ id }) => id)).toEqual(tokenizer.encode('a photo of a cat', 77).ids);
    expect(only?.map(({ weight }) => weight).filter((weight) => weight !== 1)).toEqual([1.5]);
  });

  test('nothing is one chunk of nothing', () => {
    expect(chunk('').map((ids) => ids.map(({ id }) => id))).toEqual([tokenizer.encode('', 77).ids]);
  });

  test('75 tokens fill a chunk, the 76th begins another, and words are not split', () => {
    expect(chunk(Array.from({ length: 75 }, () => 'cat').join(' '))).toHaveLength(1);
    const two = chunk(Array.from({ length: 76 }, () => 'cat').join(' '));
    expect(two.map((ids) => ids.filter(({ id }) => id === 2368).length)).toEqual([75, 1]);
    const pieces = tokenizer.pieces('antidisestablishmentarianism')[0]?.ids.length ?? 0;
    expect(pieces).toBeGreaterThan(1);
    const split = chunk(`${Array.from({ length: 76 - pieces }, () => 'cat').join(' ')} antidisestablishmentarianism`);
    expect(split.map((ids) => ids.filter(({ id }) => id !== 49406 && id !== 49407).length)).toEqual([
      76 - pieces,
      pieces,
    ]);
  });

  test('BREAK begins another chunk', () => {
    expect(chunk('one BREAK two')).toHaveLength(2);
  });

  test('embeddings take the place of their words, bare or with their prefix, whatever the case', () => {
    const names = ['EasyNegative', 'bad-hands-5', 'bad'];
    expect(mentionedWords('easynegative, (embedding:bad-hands-5:1.2), badly', names)).toEqual([
      'easynegative',
      'bad-hands-5',
    ]);
    const vectors = [new Float32Array(4), new Float32Array(4).fill(1)];
    const [only] = chunk('a embedding:EasyNegative, cat', new Map([['easynegative', vectors]]));
    expect(only?.map(({ vector }) => vector?.[0])).toEqual([
      undefined,
      undefined,
      0,
      1,
      ...Array<undefined>(73).fill(undefined),
    ]);
    expect(only?.slice(4, 6).map(({ id }) => id)).toEqual(tokenizer.pieces(', cat').flatMap(({ ids }) => ids));
  });
});
