import { expect, test } from 'vitest';
import { elementCount, floatTensor, int64Tensor, sliceBatch } from '../../../../models/math/tensor.ts';

test('shapes count their elements, a scalar one', () => {
  expect([elementCount([2, 3, 4]), elementCount([]), elementCount([3, 0])]).toEqual([24, 1, 0]);
});

test('a tensor without data is zeros; data of another length is a bug', () => {
  expect([...floatTensor([2, 2]).data]).toEqual([0, 0, 0, 0]);
  expect(() => floatTensor([2, 2], new Float32Array(3))).toThrow(/shape \[2,2\] cannot hold 3 values/);
  expect(() => int64Tensor([2], [1])).toThrow(/cannot hold 1 values/);
});

test('whole numbers become 64-bit ones', () => {
  expect([...int64Tensor([2], [49407, -1]).data]).toEqual([49407n, -1n]);
});

test('a batch is cut by sharing', () => {
  const whole = floatTensor([3, 2], Float32Array.of(1, 2, 3, 4, 5, 6));
  const cut = sliceBatch(whole, 1, 3);
  expect([cut.shape, [...cut.data]]).toEqual([
    [2, 2],
    [3, 4, 5, 6],
  ]);
  cut.data[0] = 9;
  expect(whole.data[2]).toBe(9);
});
