import { expect, test } from 'vitest';
import { stretchesOf } from '../../../../../models/follow/builtIn/stretches.ts';

test('the stretches around two keys: between them, behind, before', () => {
  expect(stretchesOf([20, 10], { first: 0, last: 29 })).toEqual([
    { from: 10, to: 20, wanted: { first: 11, last: 19 } },
    { from: 20, wanted: { first: 21, last: 29 } },
    { to: 10, wanted: { first: 0, last: 9 } },
  ]);
});

test('only stretches with a wanted frame are followed', () => {
  expect(stretchesOf([10, 11, 20], { first: 5, last: 11 })).toEqual([{ to: 10, wanted: { first: 5, last: 9 } }]);
  expect(stretchesOf([10], { first: 14, last: 16 })).toEqual([{ from: 10, wanted: { first: 14, last: 16 } }]);
});
