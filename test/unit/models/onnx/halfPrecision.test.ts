import { describe, expect, test } from 'vitest';
import { dialectOf } from '../../../../models/onnx/dialect.ts';
import { add, silu } from '../../../../models/onnx/elementwise.ts';
import { type Graph, GraphBuilder, type Tensor } from '../../../../models/onnx/graphBuilder.ts';
import { convolution, linear, matmul } from '../../../../models/onnx/linear.ts';
import { encodeModel } from '../../../../models/onnx/modelFile.ts';
import { groupNorm, layerNorm } from '../../../../models/onnx/normalization.ts';
import type { WeightEntry } from '../../../../models/onnx/types.ts';
import { type RuntimeTensor, Session } from '../../../../models/runtime/session.ts';

/** A source whose every weight is float16 and lies nowhere. */
const halfWeights = {
  label: 'half weights',
  has: () => true,
  find: (_: string, shape: readonly number[]): WeightEntry => ({
    file: 'weights',
    offset: 0,
    length: 2 * shape.reduce((product, size) => product * size, 1),
    dtype: 'float16',
    shape,
  }),
};

const half = { ...dialectOf('plain'), half: true };

function graphOf(dialect: typeof half, build: (b: GraphBuilder) => Tensor, source = halfWeights): Graph {
  const b = new GraphBuilder('test', dialect, source);
  b.output('result', build(b));
  return b.finish();
}

const dtypesOf = (graph: Graph, op: string): readonly (readonly (string | undefined)[])[] =>
  graph.nodes.filter((node) => node.op === op).map(({ inputs }) => inputs.map((name) => graph.values.get(name)?.dtype));

describe('a graph in half precision', () => {
  const block = (b: GraphBuilder): Tensor => {
    const x = b.input('x', 'float32', [2, 8, 16]);
    const product = linear(x, b.weight('weight', [16, 16]), b.weight('bias', [16]));
    return add(layerNorm(silu(product), b.weight('gain', [16]), b.weight('shift', [16]), 1e-5), x);
  };

  test('multiplies in float16 by weights as they are stored, and norms in float32', () => {
    const graph = graphOf(half, block);
    expect(dtypesOf(graph, 'Gemm')).toEqual([['float16', 'float16', 'float16']]);
    expect(dtypesOf(graph, 'LayerNormalization')).toEqual([['float32', 'float32', 'float32']]);
    const gemm = graph.nodes.find(({ op }) => op === 'Gemm');
    expect(graph.initializers.map(({ name }) => name)).toContain(gemm?.inputs[1]);
  });

  test('takes and gives float32', () => {
    const graph = graphOf(half, block);
    expect([...graph.inputs, ...graph.outputs].map(({ dtype }) => dtype)).toEqual(['float32', 'float32']);
    expect(dtypesOf(graph, 'Identity')).toEqual([['float32']]);
  });

  test('leaves alone what is marked single', () => {
    const graph = graphOf(half, (b) => {
      const [x, y] = [b.input('x', 'float32', [4, 8]), b.input('y', 'float32', [8, 4])];
      return matmul(x, y, { single: true });
    });
    expect(dtypesOf(graph, 'MatMul')).toEqual([['float32', 'float32']]);
  });

  test('sums in float32 what is long, where the device sums float16 in float16', () => {
    const products = (b: GraphBuilder): Tensor => {
      const x = b.input('x', 'float32', [4, 4096]);
      return linear(linear(x, b.weight('wide', [16, 4096])), b.weight('narrow', [16, 16]));
    };
    expect(dtypesOf(graphOf({ ...half, halfSums: true }, products), 'Gemm')).toEqual([
      ['float32', 'float32'],
      ['float16', 'float16'],
    ]);
  });
});

/** Runs a network of two inputs on the CPU. */
async function run(
  dialect: typeof half,
  shapes: readonly (readonly number[])[],
  build: (x: readonly Tensor[]) => Tensor,
) {
  const graph = graphOf(dialect, (b) => build(shapes.map((shape, index) => b.input(`x${index}`, 'float32', shape))));
  const session = await Session.create(encodeModel(graph), { provider: 'cpu', label: 'test', threads: 1 });
  const feeds = shapes.map((shape, index): [string, RuntimeTensor] => {
    const count = shape.reduce((product, size) => product * size, 1);
    return [
      `x${index}`,
      { dtype: 'float32', shape, data: Float32Array.from({ length: count }, (_, i) => Math.sin(i * 12.9 + index)) },
    ];
  });
  try {
    return (await session.run(Object.fromEntries(feeds))).result?.data ?? new Float32Array();
  } finally {
    await session.dispose();
  }
}

const apart = (a: Float32Array, b: Float32Array): number => {
  expect(a.length).toBe(b.length);
  const largest = Math.max(...b.map(Math.abs));
  return Math.max(...a.map((value, index) => Math.abs(value - (b[index] ?? Number.NaN)))) / largest;
};

const network = ([x, kernel, gain, shift]: readonly Tensor[]): Tensor => {
  if (!x || !kernel || !gain || !shift) throw new Error('inputs are missing');
  const drawn = convolution(x, kernel, undefined, { pads: [1, 1, 1, 1] });
  return groupNorm(drawn, gain, shift, { groups: 4, epsilon: 1e-5, activation: 'silu' });
};
const shapes = [[1, 9, 8, 8], [16, 9, 3, 3], [16], [16]];

test('the numbers are those of float32 to three digits', async () => {
  const [inHalf, single] = [await run(half, shapes, network), await run(dialectOf('plain'), shapes, network)];
  expect(apart(inHalf, single)).toBeGreaterThan(0);
  expect(apart(inHalf, single)).toBeLessThan(5e-3);
});

test('channels filled up with zeros change nothing', async () => {
  const filled = await run({ ...dialectOf('plain'), paddedChannels: true }, shapes, network);
  expect(apart(filled, await run(dialectOf('plain'), shapes, network))).toBeLessThan(1e-6);
});
