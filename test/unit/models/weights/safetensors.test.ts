import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StudioError } from '../../../../models/errors/studioError.ts';
import { readTensor } from '../../../../models/weights/readTensor.ts';
import { readSafetensors } from '../../../../models/weights/safetensors.ts';
import { temporaryFiles } from '../../../fixtures/temporaryFiles.ts';

const { write } = temporaryFiles();

function file(header: unknown, data: Uint8Array, claimed?: bigint): Buffer {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(claimed ?? BigInt(json.length));
  return Buffer.concat([length, json, data]);
}

const floats = (...values: number[]): Buffer => Buffer.from(Float32Array.from(values).buffer);

async function failure(bytes: Uint8Array): Promise<StudioError> {
  const error = await readSafetensors(write('bad.safetensors', bytes)).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(StudioError);
  return error as StudioError; // the line above proves it
}

describe('reading', () => {
  test('gives every tensor its place and leaves metadata out', async () => {
    const header = {
      __metadata__: { format: 'pt' },
      b: { dtype: 'F32', shape: [2, 1], data_offsets: [2, 10] },
      a: { dtype: 'F16', shape: [], data_offsets: [0, 2] },
    };
    const path = write('good.safetensors', file(header, Buffer.concat([Buffer.from([0x00, 0xc0]), floats(1.5, -7)])));
    const index = await readSafetensors(path);
    expect([...index.keys()]).toEqual(['b', 'a']);
    const [a, b] = [index.get('a'), index.get('b')];
    expect(a && [...(await readTensor(a))]).toEqual([-2]);
    expect(b && [...(await readTensor(b))]).toEqual([1.5, -7]);
  });

  test('widens half precision and bfloat16 exactly', async () => {
    const halves = [0x0001, 0x03ff, 0x0400, 0x3c00, 0x7bff, 0x8000, 0xfc00];
    const brains = [0x3f80, 0xc040, 0x0001];
    const data = Buffer.alloc(20);
    for (const [index, value] of [...halves, ...brains].entries()) data.writeUInt16LE(value, 2 * index);
    const header = {
      h: { dtype: 'F16', shape: [7], data_offsets: [0, 14] },
      b: { dtype: 'BF16', shape: [3], data_offsets: [14, 20] },
    };
    const index = await readSafetensors(write('narrow.safetensors', file(header, data)));
    const [h, b] = [index.get('h'), index.get('b')];
    expect(h && [...(await readTensor(h))]).toEqual([
      2 ** -24,
      1023 * 2 ** -24,
      2 ** -14,
      1,
      65504,
      -0,
      Number.NEGATIVE_INFINITY,
    ]);
    expect(b && [...(await readTensor(b))]).toEqual([1, -3, Math.fround(2 ** -133)]);
  });
});

describe('hostile and damaged files give one sentence', () => {
  const one = { w: { dtype: 'F32', shape: [2], data_offsets: [0, 8] } };
  const cases: Record<string, { bytes: Uint8Array; code: string; says: RegExp }> = {
    empty: { bytes: Buffer.alloc(0), code: 'format-damaged', says: /only 0 bytes/ },
    'a header of 2^60 bytes': {
      bytes: file('{}', floats(1), 2n ** 60n),
      code: 'format-hostile',
      says: /claims 1152921504606846976 bytes/,
    },
    'a header longer than the file': {
      bytes: file('{}', floats(1), 5000n),
      code: 'format-damaged',
      says: /claims 5000 bytes/,
    },
    'text for a header': { bytes: file('hello there', floats(1)), code: 'format-damaged', says: /not JSON/ },
    'a list for a header': { bytes: file('[1]', floats(1)), code: 'format-damaged', says: /not a table/ },
    'data cut short': { bytes: file(one, floats(1)), code: 'format-damaged', says: /tensor w ends at byte/ },
    'offsets backwards': {
      bytes: file({ w: { dtype: 'F32', shape: [2], data_offsets: [8, 0] } }, floats(1, 2)),
      code: 'format-hostile',
      says: /no valid byte range/,
    },
    'negative offsets': {
      bytes: file({ w: { dtype: 'F32', shape: [2], data_offsets: [-8, 0] } }, floats(1, 2)),
      code: 'format-hostile',
      says: /no valid byte range/,
    },
    'a size that is no product': {
      bytes: file({ w: { dtype: 'F32', shape: [3], data_offsets: [0, 8] } }, floats(1, 2)),
      code: 'format-hostile',
      says: /claims 8 bytes for 3 elements/,
    },
    'an absurd shape': {
      bytes: file({ w: { dtype: 'F32', shape: [2 ** 31, 2 ** 31], data_offsets: [0, 8] } }, floats(1, 2)),
      code: 'format-hostile',
      says: /impossible shape/,
    },
    'a negative shape': {
      bytes: file({ w: { dtype: 'F32', shape: [-1, -2], data_offsets: [0, 8] } }, floats(1, 2)),
      code: 'format-hostile',
      says: /impossible shape/,
    },
    'an unknown type': {
      bytes: file({ w: { dtype: 'F4', shape: [2], data_offsets: [0, 8] } }, floats(1, 2)),
      code: 'format-damaged',
      says: /element type/,
    },
    overlap: {
      bytes: file(
        {
          v: { dtype: 'F32', shape: [2], data_offsets: [0, 8] },
          w: { dtype: 'F32', shape: [1], data_offsets: [4, 8] },
        },
        floats(1, 2),
      ),
      code: 'format-hostile',
      says: /tensors v and w overlap/,
    },
  };
  test.each(Object.entries(cases))('%s', async (_, { bytes, code, says }) => {
    const error = await failure(bytes);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(says);
    expect(error.message).toContain('bad.safetensors');
  });
});

test('any bytes at all: tensors inside the file, or a StudioError', async () => {
  const entry = fc.record({
    dtype: fc.oneof(fc.constantFrom('F32', 'F16', 'I64', 'U8'), fc.string()),
    shape: fc.oneof(fc.array(fc.integer({ min: -2, max: 9 }), { maxLength: 4 }), fc.anything()),
    data_offsets: fc.oneof(fc.tuple(fc.integer({ min: -4, max: 80 }), fc.integer({ min: -4, max: 80 })), fc.anything()),
  });
  const header = fc.oneof(
    fc.dictionary(fc.string(), fc.oneof(entry, fc.anything())).map((table) => JSON.stringify(table) ?? ''),
    fc.string(),
  );
  await fc.assert(
    fc.asyncProperty(
      header,
      fc.uint8Array({ maxLength: 64 }),
      fc.option(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })),
      async (text, data, claimed) => {
        const bytes = file(text, data, claimed ?? undefined);
        try {
          for (const tensor of (await readSafetensors(write('fuzz.safetensors', bytes))).values()) {
            expect(tensor.offset).toBeGreaterThanOrEqual(8);
            expect(tensor.offset + tensor.length).toBeLessThanOrEqual(bytes.length);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(StudioError);
        }
      },
    ),
    { numRuns: 300 },
  );
});

describe('a file that the reference reader refuses', () => {
  const tensor = (from: number, to: number) => ({ dtype: 'F32', shape: [(to - from) / 4], data_offsets: [from, to] });

  test('is refused for bytes that belong to no tensor, wherever they are', async () => {
    const data = Buffer.alloc(16);
    expect((await failure(file({ a: tensor(4, 16) }, data))).message).toContain('before its tensor a');
    expect((await failure(file({ a: tensor(0, 4), b: tensor(8, 16) }, data))).message).toContain('before its tensor b');
    expect((await failure(file({ a: tensor(0, 12) }, data))).message).toContain('4 bytes after its last tensor');
    const path = write('empty.safetensors', file({ a: tensor(0, 8), none: tensor(8, 8), b: tensor(8, 16) }, data));
    expect([...(await readSafetensors(path)).keys()]).toEqual(['a', 'none', 'b']);
  });

  test('is refused for a key that stands twice, however it is written', async () => {
    const entry = JSON.stringify(tensor(0, 4));
    const data = Buffer.alloc(4);
    for (const header of [
      `{"a":${entry},"a":${entry}}`,
      `{"a":${entry},"\\u0061":${entry}}`,
      '{"a":{"dtype":"F32","dtype":"F16","shape":[1],"data_offsets":[0,4]}}',
      `{"__metadata__":{"x":"1","x":"2"},"a":${entry}}`,
    ])
      expect((await failure(file(header, data))).message).toContain('twice');
  });

  test('costs no time: nested brackets, endless lists', async () => {
    const begun = performance.now();
    expect((await failure(file('['.repeat(90_000_000), Buffer.alloc(0)))).code).toBe('format-hostile');
    const long = `{"a":{"dtype":"F32","shape":[${'1,'.repeat(8_000_000)}1],"data_offsets":[0,4]}}`;
    expect((await failure(file(long, Buffer.alloc(4)))).code).toBe('format-hostile');
    expect(performance.now() - begun).toBeLessThan(4000);
  });
});
