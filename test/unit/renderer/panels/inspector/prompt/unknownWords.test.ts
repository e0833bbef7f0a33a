import { describe, expect, it } from 'vitest';
import { unknownWords } from '../../../../../../renderer/panels/inspector/prompt/unknownWords.ts';

describe('unknownWords', () => {
  const known = new Set(['the', 'ball', 'jumps']);
  it('names words the model does not know, each once, whatever their case and punctuation', () => {
    expect(unknownWords('The BALL, the zebra; jumps! Zebra über', known)).toEqual(['zebra', 'über']);
    expect(unknownWords('', known)).toEqual([]);
    expect(unknownWords('anything', new Set())).toEqual([]);
  });
});
