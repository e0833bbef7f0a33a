import { describe, expect, it } from 'vitest';
import { findCircles } from '../../../build/findCircles.ts';

const graph = (edges: Record<string, string[]>): Map<string, string[]> => new Map(Object.entries(edges));

describe('findCircles', () => {
  it('finds every circle, of two, of many and of one, and none where there is none', () => {
    expect(findCircles(graph({ a: ['b', 'c'], b: ['c'], c: [] }))).toEqual([]);
    expect(findCircles(graph({ a: ['b'], b: ['a'], c: ['c'], d: ['a', 'c'] }))).toEqual([['a', 'b'], ['c']]);
    expect(findCircles(graph({ e: ['f', 'outside'], f: ['g', 'h'], g: ['e'], h: ['i'], i: [] }))).toEqual([
      ['e', 'f', 'g'],
    ]);
  });
});
