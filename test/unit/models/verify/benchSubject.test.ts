import { expect, test } from 'vitest';
import { dialectOf } from '../../../../models/onnx/dialect.ts';
import { RecordingSource } from '../../../../models/onnx/sources/recordingSource.ts';
import { benchSubjects } from '../../../../models/verify/bench/benchSubject.ts';

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

test.each(Object.entries(benchSubjects))(
  'the weights of %s lie in one file each, and are as many as published',
  (name, subject) => {
    const declared = new RecordingSource((key) => !key.endsWith('pos_embed.pe'));
    const { inputs } = subject.build(dialectOf('plain'), declared);
    const counts: Record<string, number> = {};
    for (const [key, { shape }] of declared.entries) {
      const holding = Object.entries(subject.files).filter(([, holds]) => holds(key));
      expect([key, holding.length]).toEqual([key, 1]);
      const file = holding[0]?.[0] ?? '';
      counts[file] = (counts[file] ?? 0) + sizeOf(shape);
    }
    expect(inputs.map((input) => input.name)).toEqual(expect.arrayContaining(['sample', 'timestep', 'alpha_text']));
    // Keys and values of the context are made by another graph, so the UNet itself has a few per cent less than the file.
    const [first = 0, motion = 0] = Object.values(counts).map((count) => count / 1e6);
    if (name === 'sd15') {
      expect(first).toBeGreaterThan(830);
      expect(first).toBeLessThan(860);
      expect(motion).toBeGreaterThan(410);
      expect(motion).toBeLessThan(420);
    } else expect(first).toBeGreaterThan(1000);
  },
);
