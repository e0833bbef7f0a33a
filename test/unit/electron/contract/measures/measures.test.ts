import { expect, test } from 'vitest';
import {
  bestScore,
  measureNames,
  measureTitles,
  scoreText,
} from '../../../../../electron/contract/measures/measures.ts';

test('the best is the most, the least or the nearest to one, and there is none among equals', () => {
  expect(bestScore('textAlignment', [0.2, null, 0.3])).toBe(2);
  expect(bestScore('flicker', [2, 1, undefined])).toBe(1);
  expect(bestScore('borderRatio', [0.2, 1.3, 4])).toBe(1);
  expect(bestScore('keptPsnr', [40, 'infinite'])).toBe(1);
  expect(bestScore('drift', [1, 1])).toBeUndefined();
  expect(bestScore('drift', [1])).toBeUndefined();
});

test('every measure has a title, and figures are shown as papers show them', () => {
  expect(Object.keys(measureTitles)).toEqual([...measureNames]);
  expect(scoreText('subjectFidelity', 0.5084)).toBe('50.8');
  expect(scoreText('keptPsnr', 'infinite')).toBe('∞');
  expect(scoreText('drift', null)).toBe('–');
});
