import { describe, expect, test } from 'vitest';
import { StudioError } from '../../../../models/errors/studioError.ts';
import { attention } from '../../../../models/onnx/attention.ts';
import { dialectOf } from '../../../../models/onnx/dialect.ts';
import { add, geglu } from '../../../../models/onnx/elementwise.ts';
import { type Graph, GraphBuilder, type Tensor } from '../../../../models/onnx/graphBuilder.ts';
import { graphCost, moduleCosts } from '../../../../models/onnx/graphCost.ts';
import { convolution, linear, linearColumns, matmul } from '../../../../models/onnx/linear.ts';
import { groupNorm } from '../../../../models/onnx/normalization.ts';
import { concatenate, expand, reshape, slice, split, transpose } from '../../../../models/onnx/shaping.ts';
import { RecordingSource } from '../../../../models/onnx/sources/recordingSource.ts';
import type { WeightEntry } from '../../../../models/onnx/types.ts';

const builder = (): GraphBuilder => new GraphBuilder('test', dialectOf('plain'), new RecordingSource());

function failure(build: (b: GraphBuilder, x: (...shape: number[]) => Tensor) => unknown): StudioError {
  const b = builder();
  let count = 0;
  try {
    b.scope('block.1', () => b.scope('layer', () => build(b, (...shape) => b.input(`x${count++}`, 'float32', shape))));
  } catch (error) {
    if (error instanceof StudioError) return error;
    throw error;
  }
  throw new Error('the build was accepted');
}

describe('a shape mistake throws where it is made, naming the module and both shapes', () => {
  const mistakes: Record<string, [(b: GraphBuilder, x: (...shape: number[]) => Tensor) => unknown, RegExp]> = {
    add: [(_, x) => add(x(2, 3), x(4, 3)), /2×3 .*4×3/],
    matmul: [(_, x) => matmul(x(2, 3), x(4, 5)), /2×3 and 4×5 cannot be multiplied/],
    linear: [(b, x) => linear(x(2, 3), b.weight('weight', [5, 4])), /weights 5×4 cannot take 2×3/],
    'linear on columns': [
      (b, x) => linearColumns(x(3, 2), b.weight('weight', [5, 4]), b.weight('bias', [5, 1]), false),
      /weights 5×4 .* cannot take 3×2/,
    ],
    convolution: [
      (b, x) => convolution(x(1, 3, 8, 8), b.weight('weight', [4, 2, 3, 3]), undefined),
      /weights 4×2×3×3 cannot take 1×3×8×8/,
    ],
    'a convolution larger than its picture': [
      (b, x) => convolution(x(1, 3, 2, 2), b.weight('weight', [4, 3, 3, 3]), undefined),
      /would make a value of 1×4×0×0/,
    ],
    'group norm': [
      (b, x) =>
        groupNorm(x(1, 6, 4), b.weight('w', [6]), b.weight('b', [6]), { groups: 4, epsilon: 1e-5, activation: 'none' }),
      /6 channels cannot be cut into 4 groups/,
    ],
    attention: [
      (_, x) => attention(x(1, 4, 8), x(1, 5, 8), x(1, 6, 8), { heads: 2 }),
      /1×4×8, keys 1×5×8 and values 1×6×8/,
    ],
    heads: [(_, x) => attention(x(1, 4, 9), x(1, 5, 9), x(1, 5, 9), { heads: 2 }), /2 heads/],
    reshape: [(_, x) => reshape(x(2, 3), [4]), /2×3 cannot be reshaped to 4/],
    transpose: [(_, x) => transpose(x(2, 3), [0, 0]), /order 0,0 .* 2×3/],
    concatenate: [(_, x) => concatenate([x(2, 3), x(3, 3)], 1), /2×3 and 3×3/],
    slice: [(_, x) => slice(x(2, 3), 1, 2, 4), /2 to 4 is no part of axis 1 of 2×3/],
    split: [(_, x) => split(x(2, 3), 1, [1, 1]), /cannot be cut into 1 \+ 1/],
    expand: [(_, x) => expand(x(2, 3), [2, 6]), /2×3 cannot be repeated to 2×6/],
    geglu: [(_, x) => geglu(x(2, 3)), /2×3, which is odd/],
  };
  test.each(Object.entries(mistakes))('%s', (_, [build, says]) => {
    const error = failure(build);
    expect(error.code).toBe('model-mismatch');
    expect(error.message).toMatch(/^block\.1\.layer: /);
    expect(error.message).toMatch(says);
  });
});

test('missing and misshapen weights are gathered and named together, with both shapes', () => {
  const entry = (shape: readonly number[]): WeightEntry => ({
    dtype: 'float16',
    shape,
    file: 'w',
    offset: 0,
    length: 2,
  });
  const stored = new Map([
    ['a.weight', entry([4, 3, 1, 1])],
    ['b.weight', entry([4, 5])],
  ]);
  const b = new GraphBuilder('net', dialectOf('plain'), {
    label: 'some file',
    find: (key) => stored.get(key),
    has: (key) => stored.has(key),
  });
  const x = b.input('x', 'float32', [1, 3]);
  const y = b.scope('a', () => linear(x, b.weight('weight', [4, 3]), b.weight('bias', [4])));
  b.output(
    'y',
    b.scope('b', () => linear(y, b.weight('weight', [5, 4]))),
  );
  expect(() => b.finish()).toThrow(
    /some file: 1 weights .* missing .*a\.bias \(4\).*b\.weight is 4×5 in the file and 5×4 in the network/,
  );
});

test('the module path is the key, and a key is used once however often it is asked for', () => {
  const source = new RecordingSource();
  const b = new GraphBuilder('net', dialectOf('plain'), source);
  b.scope('down.0', () => b.scope('conv', () => expect(b.weight('weight', [2, 2])).toBe(b.weight('weight', [2, 2]))));
  b.scope('ff', () => [b.weightRows('weight', [6, 2], 0, 3), b.weightRows('weight', [6, 2], 3, 6)]);
  const graph = b.finish();
  expect([...graph.usedKeys]).toEqual(['down.0.conv.weight', 'ff.weight']);
  const rows = graph.initializers
    .filter(({ name }) => name.startsWith('ff'))
    .map((initializer) => ('weight' in initializer ? [initializer.weight.offset, initializer.weight.length] : []));
  expect(rows).toEqual([
    [8, 12],
    [20, 12],
  ]);
});

describe('costs', () => {
  const costOf = (build: (b: GraphBuilder) => Tensor): Graph => {
    const b = builder();
    b.output('y', build(b));
    return b.finish();
  };

  test('a linear layer: two per multiply-add, parameters with the bias', () => {
    const graph = costOf((b) =>
      b.scope('fc', () => linear(b.input('x', 'float32', [7, 3]), b.weight('weight', [5, 3]), b.weight('bias', [5]))),
    );
    expect(graphCost(graph)).toMatchObject({ flops: 2 * 7 * 3 * 5, parameters: 20, weightBytes: 80 });
  });

  test('a strided convolution: by its output positions', () => {
    const graph = costOf((b) =>
      convolution(b.input('x', 'float32', [2, 4, 9, 7]), b.weight('weight', [8, 4, 3, 3]), undefined, {
        strides: [2, 2],
        pads: [1, 1, 1, 1],
      }),
    );
    expect(graph.outputs[0]?.shape).toEqual([2, 8, 5, 4]);
    expect(graphCost(graph).flops).toBe(2 * (2 * 8 * 5 * 4) * (4 * 9));
  });

  test('attention costs the same fused and plain, and modules add up to their parents', () => {
    const flops = (['plain', 'cpu'] as const).map((name) => {
      const b = new GraphBuilder('net', dialectOf(name), new RecordingSource());
      const q = b.input('q', 'float32', [2, 6, 8]);
      const k = b.input('k', 'float32', [2, 5, 8]);
      b.output(
        'y',
        b.scope('block', () => b.scope('attn', () => attention(q, k, k, { heads: 2 }))),
      );
      const graph = b.finish();
      expect(moduleCosts(graph).get('')).toEqual(moduleCosts(graph).get('block.attn'));
      return graphCost(graph).flops;
    });
    expect(flops).toEqual([4 * 2 * 6 * 5 * 8, 4 * 2 * 6 * 5 * 8]);
  });

  test('activations: what is alive at once, not what is made in all', () => {
    const graph = costOf((b) => {
      let x = b.input('x', 'float32', [1000]);
      for (let index = 0; index < 10; index++) x = add(x, b.constant([1], [index]));
      return x;
    });
    // Input and result of one addition (and the copy that names the output, which shares memory).
    expect(graphCost(graph).activationBytes).toBe(2 * 4000);
  });
});

test('a transpose that moves nothing is a reshape', () => {
  const b = builder();
  b.output('y', transpose(b.input('x', 'float32', [1, 3, 1, 4]), [1, 0, 3, 2]));
  expect(b.finish().nodes.map(({ op }) => op)).toEqual(['Reshape', 'Identity']);
});
