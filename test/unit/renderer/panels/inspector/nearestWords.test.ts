import { describe, expect, it } from 'vitest';
import { nearestWords } from '../../../../../renderer/panels/inspector/nearestWords.ts';

describe('nearestWords', () => {
  const known = new Set(['balloon', 'ball', 'jump', 'jumps', 'forest', 'snow', 'sunset', 'a', 'in']);
  it('offers what is spelled most alike, the nearest first', () => {
    expect(nearestWords('baloon', known)).toEqual(['balloon']);
    expect(nearestWords('jumping', known)).toEqual(['jump']);
    expect(nearestWords('forset', known)).toEqual(['forest']);
    expect(nearestWords('snowy', known)).toEqual(['snow']);
  });
  it('offers nothing where nothing is near, and no single letters', () => {
    expect(nearestWords('xylophone', known)).toEqual([]);
    expect(nearestWords('b', known)).toEqual([]);
    expect(nearestWords('lion', new Set())).toEqual([]);
  });
});
