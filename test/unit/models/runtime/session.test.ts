import { closeSync, mkdtempSync, openSync, rmSync, truncateSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { attention, attentionWithMap } from '../../../../models/onnx/attention.ts';
import { type Dialect, dialectOf } from '../../../../models/onnx/dialect.ts';
import { geglu, silu } from '../../../../models/onnx/elementwise.ts';
import { GraphBuilder, type Tensor } from '../../../../models/onnx/graphBuilder.ts';
import { linear, linearColumns } from '../../../../models/onnx/linear.ts';
import { encodeModel } from '../../../../models/onnx/modelFile.ts';
import { groupNorm } from '../../../../models/onnx/normalization.ts';
import { concatenate, reshape, resizeNearest, transpose } from '../../../../models/onnx/shaping.ts';
import { RecordingSource } from '../../../../models/onnx/sources/recordingSource.ts';
import { translateRuntimeError } from '../../../../models/runtime/runtimeError.ts';
import { type RuntimeTensor, Session } from '../../../../models/runtime/session.ts';

const folder = mkdtempSync(join(tmpdir(), 'runtime-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const wave = (shape: readonly number[], seed: number): RuntimeTensor => {
  const count = shape.reduce((product, size) => product * size, 1);
  return {
    dtype: 'float32',
    shape,
    data: Float32Array.from({ length: count }, (_, index) => 2 * Math.sin(index * 12.9898 + seed * 78.233)),
  };
};

async function run(
  dialect: Dialect,
  shapes: readonly (readonly number[])[],
  build: (inputs: readonly Tensor[]) => Tensor,
): Promise<Float32Array> {
  const b = new GraphBuilder('test', dialect, new RecordingSource());
  b.output('y', build(shapes.map((shape, index) => b.input(`x${index}`, 'float32', shape))));
  const session = await Session.create(encodeModel(b.finish()), { provider: 'cpu', threads: 1, label: 'test' });
  try {
    return (await session.run(Object.fromEntries(shapes.map((shape, index) => [`x${index}`, wave(shape, index)])))).y
      .data;
  } finally {
    await session.dispose();
  }
}

function expectClose(actual: Float32Array, expected: Float32Array, tolerance = 2e-6): void {
  expect(actual.length).toBe(expected.length);
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
  for (let index = 0; index < expected.length; index++)
    expect(Math.abs(actual[index] - expected[index]) / largest).toBeLessThanOrEqual(tolerance);
}

describe('the forms of one meaning agree', () => {
  const size = fc.integer({ min: 1, max: 6 });

  test('attention: fused, plain, and cut along the batch, at any shape', async () => {
    await fc.assert(
      fc.asyncProperty(
        size,
        size,
        size,
        size,
        fc.integer({ min: 1, max: 3 }),
        async (n, queries, keys, width, heads) => {
          const shapes = [
            [n, queries, width * heads],
            [n, keys, width * heads],
            [n, keys, width * heads],
          ];
          const build = ([q, k, v]: readonly Tensor[]): Tensor => attention(q, k, v, { heads });
          const plain = await run(dialectOf('plain'), shapes, build);
          expectClose(await run(dialectOf('cpu'), shapes, build), plain);
          // The result, then its map.
          const buildMapped = ([q, k, v]: readonly Tensor[]): Tensor => {
            const { result, map } = attentionWithMap(q, k, v, { heads });
            return concatenate([reshape(result, [n * queries * width * heads]), reshape(map, [n * queries * keys])], 0);
          };
          const mapped = await run(dialectOf('plain'), shapes, buildMapped);
          expectClose(mapped.subarray(0, plain.length), plain);
          for (const attentionBytes of [1, 4 * heads * keys * 2, 4 * heads * keys * queries]) {
            const cut = { ...dialectOf('plain'), attentionBytes };
            expectClose(await run(cut, shapes, build), plain);
            expectClose(await run(cut, shapes, buildMapped), mapped);
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  test('group norm: with and without the mean taken off first, and by its definition', async () => {
    const shapes = [[2, 6, 5], [6], [6]];
    const build = ([x, weight, bias]: readonly Tensor[]): Tensor =>
      groupNorm(x, weight, bias, { groups: 3, epsilon: 1e-5, activation: 'silu' });
    const plain = await run(dialectOf('plain'), shapes, build);
    expectClose(await run(dialectOf('cpu'), shapes, build), plain);
    expectClose(await run({ ...dialectOf('plain'), centredNorm: true }, shapes, build), plain);
    const [x, weight, bias] = shapes
      .map((shape, index) => wave(shape, index).data)
      .map((data) => Float32Array.from(data, Number));
    const expected = x.map((_, index) => {
      const group = Math.floor(index / 10);
      const values = x.subarray(group * 10, group * 10 + 10);
      const mean = values.reduce((sum, value) => sum + value, 0) / 10;
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 10;
      const channel = Math.floor(index / 5) % 6;
      const normal = ((x[index] - mean) / Math.sqrt(variance + 1e-5)) * weight[channel] + bias[channel];
      return normal / (1 + Math.exp(-normal));
    });
    expectClose(plain, expected, 1e-5);
  });

  test('a linear layer on rows and on columns', async () => {
    const shapes = [
      [9, 4],
      [5, 4],
      [5, 1],
    ];
    const rows = await run(dialectOf('cpu'), shapes, ([x, weight, bias]) => {
      const flat = x.builder.node('Reshape', [bias, x.builder.integers([5])], [{ dtype: 'float32', shape: [5] }])[0];
      return linear(x, weight, flat);
    });
    expectClose(
      await run(dialectOf('cpu'), shapes, ([x, weight, bias]) =>
        transpose(linearColumns(x, weight, bias, true), [1, 0]),
      ),
      rows,
    );
    expectClose(
      await run(dialectOf('cpu'), shapes, ([x, weight, bias]) =>
        transpose(linearColumns(transpose(x, [1, 0]), weight, bias, false), [1, 0]),
      ),
      rows,
    );
  });

  test('SiLU and GEGLU by their definitions', async () => {
    const x = Float32Array.from(wave([3, 8], 0).data, Number);
    expectClose(
      await run(dialectOf('cpu'), [[3, 8]], ([value]) => silu(value)),
      x.map((value) => value / (1 + Math.exp(-value))),
    );
    const gated = await run(dialectOf('plain'), [[3, 8]], ([value]) => geglu(value));
    expect(gated.length).toBe(12);
    expect(gated[0]).toBeCloseTo(x[0] * x[4] * 0.5 * (1 + erf(x[4] / Math.SQRT2)), 5);
  });

  test('enlarging to odd sizes repeats pixels as floor(i · in / out) says', async () => {
    for (const [height, width] of [
      [4, 6],
      [5, 7],
      [3, 3],
    ]) {
      const source = wave([1, 2, 2, 3], 0).data;
      const result = await run(dialectOf('plain'), [[1, 2, 2, 3]], ([x]) => resizeNearest(x, height, width));
      const expected = Float32Array.from({ length: 2 * height * width }, (_, index) => {
        const [row, column] = [Math.floor(index / width) % height, index % width];
        return Number(
          source[
            Math.floor(index / (height * width)) * 6 +
              Math.floor((row * 2) / height) * 3 +
              Math.floor((column * 3) / width)
          ],
        );
      });
      expectClose(result, expected);
    }
  });
});

/** Abramowitz and Stegun 7.1.26. */
function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const tail =
    ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t * Math.exp(-x * x);
  return Math.sign(x) * (1 - tail);
}

describe('weights where they lie', () => {
  /** A file with padding, so that offsets are odd, and one weight of three numbers. */
  const write = (name: string, bytes: Uint8Array): string => {
    const path = join(folder, name);
    const file = openSync(path, 'w');
    writeSync(file, Buffer.concat([Buffer.from('xyz'), bytes, Buffer.from('tail')]));
    closeSync(file);
    return path;
  };
  const graph = (file: string, dtype: 'float16' | 'bfloat16' | 'float32', length: number): Uint8Array => {
    const entry = { dtype, shape: [3], file, offset: 3, length };
    const b = new GraphBuilder('weights', dialectOf('cpu'), { label: file, find: () => entry, has: () => true });
    const x = b.input('x', 'float32', [3]);
    b.output('y', b.node('Add', [x, b.weight('w', [3])], [{ dtype: 'float32', shape: [3] }])[0]);
    return encodeModel(b.finish());
  };
  const forms = {
    float32: Buffer.from(Float32Array.of(1, -2, 0.5).buffer),
    float16: Buffer.from(Uint16Array.of(0x3c00, 0xc000, 0x3800).buffer),
    bfloat16: Buffer.from(Uint16Array.of(0x3f80, 0xc000, 0x3f00).buffer),
  } as const;

  test.each(['float32', 'float16', 'bfloat16'] as const)('%s, widened once or at each use', async (dtype) => {
    write(`${dtype} weights`, forms[dtype]);
    for (const widening of ['once', 'each-use'] as const) {
      const model = graph(`${dtype} weights`, dtype, forms[dtype].length);
      const session = await Session.create(model, {
        provider: 'cpu',
        threads: 1,
        label: 'w',
        weightsFolder: folder,
        widening,
      });
      const { y } = await session.run({ x: { dtype: 'float32', shape: [3], data: Float32Array.of(10, 10, 10) } });
      expect([...y.data]).toEqual([11, 8, 10.5]);
      await session.dispose();
    }
  });

  test.each(['float32', 'float16'] as const)('%s of another drive', async (dtype) => {
    const elsewhere = write(`elsewhere ${dtype}`, forms[dtype]);
    const place = 'another drive 1/w ü.safetensors';
    for (const widening of ['once', 'each-use'] as const) {
      const session = await Session.create(graph(place, dtype, forms[dtype].length), {
        provider: 'cpu',
        threads: 1,
        label: 'w',
        weightsFolder: folder,
        weightsApart: new Map([[place, elsewhere]]),
        widening,
      });
      const { y } = await session.run({ x: { dtype: 'float32', shape: [3], data: Float32Array.of(10, 10, 10) } });
      expect([...y.data]).toEqual([11, 8, 10.5]);
      await session.dispose();
    }
  });

  test('a file cut short is a sentence, not a crash', async () => {
    truncateSync(write('cut', forms.float32), 8);
    const error = await Session.create(graph('cut', 'float32', 12), {
      provider: 'cpu',
      label: 'unet',
      weightsFolder: folder,
    }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name: 'StudioError', code: 'format-damaged' });
    expect(String(error)).toMatch(/weights of the network unet/);
  });

  test('a weight outside the folder is refused', async () => {
    await expect(
      Session.create(graph('../elsewhere', 'float32', 12), { provider: 'cpu', label: 'unet', weightsFolder: folder }),
    ).rejects.toMatchObject({ name: 'StudioError' });
  });
});

test('a run without one of its inputs names it', async () => {
  const b = new GraphBuilder('test', dialectOf('cpu'), new RecordingSource());
  b.output('y', silu(b.input('x', 'float32', [2])));
  const session = await Session.create(encodeModel(b.finish()), { provider: 'cpu', label: 'little', threads: 1 });
  await expect(session.run({})).rejects.toThrow(/little was run without its input x/);
  await session.dispose();
  await session.dispose();
});

test('what the runtime throws becomes a code', () => {
  const code = (message: string): string => translateRuntimeError(new Error(message), 'unet', 'cuda').code;
  expect(code('Non-zero status code: std::bad_alloc')).toBe('out-of-memory');
  expect(code('Failed to allocate memory for requested buffer of size 12')).toBe('out-of-memory');
  expect(code('External initializer: x offset: 3 size to read: 12 are out of bounds')).toBe('format-damaged');
  expect(code('CUDA failure 700')).toBe('provider-failed');
});
