import { describe, expect, test } from 'vitest';
import { seededNormal } from '../../../../models/math/seededNoise.ts';
import { dialectOf, largeForm } from '../../../../models/onnx/dialect.ts';
import { type Graph, GraphBuilder } from '../../../../models/onnx/graphBuilder.ts';
import { graphCost } from '../../../../models/onnx/graphCost.ts';
import { convolution, enlargedConvolution } from '../../../../models/onnx/linear.ts';
import { encodeModel } from '../../../../models/onnx/modelFile.ts';
import { RecordingSource } from '../../../../models/onnx/sources/recordingSource.ts';
import { sizeOf } from '../../../../models/onnx/types.ts';
import { type RuntimeTensor, Session } from '../../../../models/runtime/session.ts';

interface Case {
  readonly shape: readonly number[];
  readonly outputs: number;
  readonly bias?: boolean;
  /** The picture is enlarged first, to that many times its height and width. */
  readonly enlarged?: number;
}

const values = (shape: readonly number[], seed: number): RuntimeTensor => ({
  dtype: 'float32',
  shape,
  data: seededNormal(sizeOf(shape), seed, 'initial'),
});

/** The convolution of x by a 3×3 weight, in the form for large networks or by plain products. */
function graphOf({ shape, outputs, bias = false, enlarged = 1 }: Case, winograd: boolean): Graph {
  const b = new GraphBuilder('test', { ...largeForm(dialectOf('cpu')), winograd }, new RecordingSource());
  const x = b.input('x', 'float32', shape);
  const between = shape.slice(2, -2).map(() => 1);
  const weight = b.input('weight', 'float32', [outputs, shape[1] ?? 0, ...between, 3, 3]);
  const pad = [...between.map(() => 0), 1, 1];
  const shift = bias ? b.input('bias', 'float32', [outputs]) : undefined;
  b.output(
    'y',
    enlarged === 1 ? convolution(x, weight, shift, { pads: [...pad, ...pad] }) : enlargedConvolution(x, weight, shift),
  );
  return b.finish();
}

async function run(graph: Graph): Promise<Float32Array> {
  const session = await Session.create(encodeModel(graph), { provider: 'cpu', threads: 1, label: 'test' });
  try {
    const feeds = graph.inputs.map(({ name, shape }, index) => [name, values(shape, index + 1)] as const);
    return (await session.run(Object.fromEntries(feeds))).y?.data ?? new Float32Array();
  } finally {
    await session.dispose();
  }
}

const operators = (graph: Graph): Set<string> => new Set(graph.nodes.map(({ op }) => op));

describe('a 3×3 convolution by Winograd’s filtering', () => {
  test.each<[string, Case]>([
    ['tiles of four', { shape: [16, 320, 12, 16], outputs: 256 }],
    ['sides that no tile divides, with a bias', { shape: [16, 320, 13, 11], outputs: 320, bias: true }],
    ['tiles of two', { shape: [16, 1024, 4, 4], outputs: 1024 }],
    ['more weights than are transformed at a time', { shape: [8, 640, 8, 8], outputs: 800, bias: true }],
    ['more pictures than are transformed at a time', { shape: [40, 256, 20, 20], outputs: 256 }],
    ['more tiles along an axis than one matrix transforms', { shape: [1, 256, 80, 96], outputs: 256 }],
    ['a clip of five axes', { shape: [2, 320, 8, 12, 12], outputs: 320, bias: true }],
    ['enlarged to twice its size', { shape: [4, 256, 16, 12], outputs: 192, bias: true, enlarged: 2 }],
    ['enlarged, of sides that no tile divides', { shape: [3, 320, 13, 11], outputs: 256, bias: true, enlarged: 2 }],
    ['enlarged, of more tiles than one matrix transforms', { shape: [1, 256, 40, 72], outputs: 256, enlarged: 2 }],
    ['enlarged to three times its size', { shape: [1, 256, 12, 12], outputs: 256, bias: true, enlarged: 3 }],
  ])('%s: the plain result to 1e-5', async (_, made) => {
    const [plain, few] = [graphOf(made, false), graphOf(made, true)];
    expect(operators(plain)).toEqual(new Set([...(made.enlarged ? ['Resize'] : []), 'Conv', 'Identity']));
    expect(operators(few)).not.toContain('Conv');
    expect(operators(few).has('Resize')).toBe(made.enlarged === 3);
    const [expected, result] = [await run(plain), await run(few)];
    expect(result.length).toBe(expected.length);
    const [error, size] = [result.map((value, index) => value - (expected[index] ?? 0)), expected].map(largest);
    expect(error).toBeLessThan(1e-5 * (size ?? 0));
  });

  test('counts the operations of the plain one', () => {
    for (const enlarged of [1, 2]) {
      const made = { shape: [16, 320, 12, 16], outputs: 256, enlarged };
      expect(graphCost(graphOf(made, true)).flops / graphCost(graphOf(made, false)).flops).toBeCloseTo(1, 6);
    }
  });

  test.each<[string, Case]>([
    ['few channels', { shape: [16, 16, 32, 32], outputs: 16 }],
    ['few positions', { shape: [1, 640, 4, 4], outputs: 640 }],
    ['few channels, enlarged', { shape: [16, 16, 32, 32], outputs: 16, enlarged: 2 }],
  ])('is left alone where it would be slower: %s', (_, made) => {
    expect(operators(graphOf(made, true))).toContain('Conv');
  });
});

const largest = (values: Float32Array): number => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
