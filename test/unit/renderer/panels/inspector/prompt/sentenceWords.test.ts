import { expect, test } from 'vitest';
import { actingWords } from '../../../../../../renderer/panels/inspector/prompt/sentenceWords.ts';

const found = (sentence: string, read: readonly string[]): string[] =>
  actingWords(sentence, read).map(({ from, to, index }) => `${sentence.slice(from, to)}→${index}`);

test.each<[string, readonly string[], string[]]>([
  ['It jumps on a beach', ['it', 'jumps', 'on', 'a', 'beach'], ['It→0', 'jumps→1', 'on→2', 'a→3', 'beach→4']],
  ['a cat, a dog', ['a', 'cat', ',', 'a', 'dog'], ['a→0', 'cat→1', 'a→3', 'dog→4']],
  ['the cat’s 12', ['the', 'cat', '’', 's', '1', '2'], ['the→0', 'cat→1', 's→3', '1→4', '2→5']],
  ["the cat's", ['the', 'cat', "'s"], ['the→0', 'cat→1', 's→2']],
  ['<lora:cat:1> a (red:1.3) cat', ['a', 'red', 'cat'], ['a→0', 'red→1', 'cat→2']],
  ['it leaps on a beach', ['it', 'jumps', 'on', 'a', 'beach'], ['it→0', 'on→2', 'a→3', 'beach→4']],
  ['snow snow snow', ['snow', 'snow'], ['snow→0', 'snow→1']],
  ['', ['it'], []],
  ['it', [], []],
])('%s', (sentence, read, expected) => {
  expect(found(sentence, read)).toEqual(expected);
});
