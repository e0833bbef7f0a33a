import { describe, expect, it } from 'vitest';
import { unknownWords, withWordReplaced } from '../../../../../renderer/panels/inspector/unknownWords.ts';

describe('unknownWords', () => {
  const known = new Set(['the', 'ball', 'jumps']);
  it('names words the model does not know, each once, whatever their case and punctuation', () => {
    expect(unknownWords('The BALL, the zebra; jumps! Zebra über', known)).toEqual(['zebra', 'über']);
    expect(unknownWords('', known)).toEqual([]);
    expect(unknownWords('anything', new Set())).toEqual([]);
  });
});

describe('withWordReplaced', () => {
  it('replaces a word wherever it stands alone', () => {
    expect(withWordReplaced('A Baloon, baloons; the BALOON.', 'baloon', 'balloon')).toBe(
      'A balloon, baloons; the balloon.',
    );
  });
});
