import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Kernel, resample } from '../../models/math/resample.ts';

interface Cases {
  width: number;
  height: number;
  source: number[];
  cases: { kernel: Kernel; width: number; height: number; values: number[] }[];
}

const golden: Cases = JSON.parse(readFileSync(join(import.meta.dirname, 'data/resample/cases.json'), 'utf8'));

test.each(golden.cases)('$kernel to $width×$height agrees with Pillow', ({ kernel, width, height, values }) => {
  const source = { width: golden.width, height: golden.height, channels: 1, data: Float32Array.from(golden.source) };
  const result = resample(source, width, height, kernel);
  expect(result.data).toHaveLength(values.length);
  values.forEach((value, index) => {
    expect(result.data[index]).toBeCloseTo(value, 4);
  });
});
