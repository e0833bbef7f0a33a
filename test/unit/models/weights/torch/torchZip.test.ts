import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StudioError } from '../../../../../models/errors/studioError.ts';
import { readTensor } from '../../../../../models/weights/readTensor.ts';
import { readSafetensors } from '../../../../../models/weights/safetensors.ts';
import { readTorchHeader, readTorchZip } from '../../../../../models/weights/torch/torchZip.ts';
import {
  call,
  floatTensorPickle,
  named,
  tablePickle,
  torchFile,
  tuple,
  zipOf,
} from '../../../../fixtures/models/torchFiles.ts';
import { temporaryFiles } from '../../../../fixtures/temporaryFiles.ts';

const { write } = temporaryFiles();
const golden = join(import.meta.dirname, '../../../../golden/data/torch_zip');

describe('a checkpoint written by torch.save', () => {
  test('has the keys of its state_dict and the numbers of the same file as safetensors', async () => {
    const ours = await readTorchZip(join(golden, 'checkpoint.pth'));
    const expected = await readSafetensors(join(golden, 'cases.safetensors'));
    expect([...ours.keys()].sort()).toEqual([...expected.keys()].sort());
    for (const [key, tensor] of expected) {
      const mine = ours.get(key);
      expect(mine?.shape, key).toEqual(tensor.shape);
      expect(mine && [...(await readTensor(mine))], key).toEqual([...(await readTensor(tensor))]);
    }
    expect(ours.get('half')?.dtype).toBe('float16');
    expect(ours.get('brain')?.dtype).toBe('bfloat16');
  });

  test('with a transposed tensor says so', async () => {
    await expect(readTorchZip(join(golden, 'transposed.pth'))).rejects.toThrow(
      /4×3 whose elements do not lie in order/,
    );
  });

  test('with a whole module in it gives the tensors beside that, and names what it left out', async () => {
    const path = join(golden, 'module.pth');
    expect([...(await readTorchZip(path)).keys()]).toEqual(['weight']);
    const { foreign } = await readTorchHeader(path);
    expect(foreign).toContain('__main__.Pair');
  });
});

async function failure(bytes: Uint8Array): Promise<StudioError> {
  const error = await readTorchZip(write('bad.pth', bytes)).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(StudioError);
  return error as StudioError; // the line above proves it
}

const honest = tablePickle('w', floatTensorPickle({}));

test('the honest form of the hostile files below reads', async () => {
  const tensor = (await readTorchZip(write('honest.pth', torchFile(honest)))).get('w');
  expect(tensor && [...(await readTensor(tensor))]).toEqual([1, 2, 3, 4]);
});

test('an archive with 64-bit sizes reads the same', async () => {
  const storage = Buffer.from(Float32Array.of(5, 6, 7, 8).buffer);
  const files = [
    { name: 'archive/data.pkl', data: honest },
    { name: 'archive/data/0', data: storage },
  ];
  const tensor = (await readTorchZip(write('wide.pth', zipOf(files, true)))).get('w');
  expect(tensor && [...(await readTensor(tensor))]).toEqual([5, 6, 7, 8]);
});

describe('hostile and damaged files are refused with one sentence', () => {
  const cases: Record<string, { bytes: Uint8Array; says: RegExp; code?: string }> = {
    'a call of os.system': {
      bytes: torchFile(tablePickle('w', call(named('os', 'system'), Buffer.from([0x88])))),
      says: /asks for os\.system/,
    },
    'a call of a builtin': {
      bytes: torchFile(tablePickle('w', call(named('builtins', 'eval'), Buffer.from([0x88])))),
      says: /builtins\.eval/,
    },
    'an ordered table made from arguments': {
      bytes: torchFile(tablePickle('w', call(named('collections', 'OrderedDict'), tuple()))),
      says: /calls collections\.OrderedDict/,
    },
    'an unknown instruction': { bytes: torchFile(Buffer.from([0x80, 2, 0x69, 0x2e])), says: /instruction 0x69/ },
    'the instruction that makes instances': {
      bytes: torchFile(Buffer.from([0x80, 2, 0x81, 0x2e])),
      says: /instruction 0x81/,
    },
    'a pickle that ends early': {
      bytes: torchFile(honest.subarray(0, honest.length - 1)),
      says: /cut short/,
      code: 'format-damaged',
    },
    'a stack that runs empty': {
      bytes: torchFile(Buffer.from([0x80, 2, 0x73, 0x2e])),
      says: /takes more than it makes/,
    },
    'a tensor beyond its storage': {
      bytes: torchFile(tablePickle('w', floatTensorPickle({ offset: 2 }))),
      says: /beyond its storage/,
    },
    'a storage larger than its data': {
      bytes: torchFile(tablePickle('w', floatTensorPickle({ count: 40, shape: [40], strides: [1] }))),
      says: /reaches beyond its data/,
    },
    'a storage named as a path': {
      bytes: torchFile(tablePickle('w', floatTensorPickle({ key: '../../etc/passwd' }))),
      says: /no storage/,
    },
    'a storage that is not there': {
      bytes: torchFile(tablePickle('w', floatTensorPickle({ key: '7' }))),
      says: /lacks the data of its tensor w/,
      code: 'format-damaged',
    },
    'compressed tensors': {
      bytes: torchFile(honest, { method: 8, claimedSize: 16 }),
      says: /compressed/,
      code: 'format-unknown',
    },
    'a zip bomb': { bytes: torchFile(honest, { claimedSize: 2 ** 31 }), says: /lies about its size/ },
    'a name that climbs out': {
      bytes: torchFile(honest, { name: 'archive/../../data/0' }),
      says: /leaves the archive/,
    },
    'an absolute name': { bytes: torchFile(honest, { name: '/etc/passwd' }), says: /leaves the archive/ },
    'entries over each other': { bytes: torchFile(honest, { claimedOffset: 4 }), says: /overlaps another/ },
    'an entry beyond the file': {
      bytes: torchFile(honest, { claimedOffset: 2 ** 30 }),
      says: /reaches beyond the file/,
      code: 'format-damaged',
    },
    'a file listed twice': { bytes: torchFile(honest, { name: 'archive/data.pkl' }), says: /twice/ },
    'a cut archive': { bytes: torchFile(honest).subarray(0, 80), says: /directory is missing/, code: 'format-damaged' },
    'another zip': {
      bytes: zipOf([{ name: 'word/document.xml', data: Buffer.from('x') }]),
      says: /no torch checkpoint/,
      code: 'format-unknown',
    },
    'a table without tensors': {
      bytes: torchFile(tablePickle('w', Buffer.from([0x4b, 7]))),
      says: /without a table of tensors/,
      code: 'format-unknown',
    },
  };
  test.each(Object.entries(cases))('%s', async (_, { bytes, says, code = 'format-hostile' }) => {
    const error = await failure(bytes);
    expect(error.message).toMatch(says);
    expect(error.code).toBe(code);
    expect(error.message).toContain('bad.pth');
  });

  test('a table that holds itself, or one table a million times, costs nothing', async () => {
    // { 'a': <itself> } and a tensor beside it.
    const loop = Buffer.concat([
      Buffer.from([0x80, 2, 0x7d, 0x71, 0]),
      Buffer.from([0x58, 1, 0, 0, 0, 0x61, 0x68, 0, 0x73]),
      Buffer.from([0x58, 1, 0, 0, 0, 0x77]),
      floatTensorPickle({}),
      Buffer.from([0x73, 0x2e]),
    ]);
    expect([...(await readTorchZip(write('loop.pth', torchFile(loop)))).keys()]).toEqual(['w']);
  });
});

test('bytes changed anywhere: tensors inside the file, or a StudioError', async () => {
  const whole = torchFile(honest);
  const change = fc.tuple(fc.nat({ max: whole.length - 1 }), fc.nat({ max: 255 }));
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { minLength: 1, maxLength: 6 }),
      fc.option(fc.nat({ max: whole.length })),
      async (changes, cut) => {
        const bytes = Buffer.from(whole);
        for (const [at, value] of changes) bytes[at] = value;
        const file = cut === null ? bytes : bytes.subarray(0, cut);
        try {
          for (const tensor of (await readTorchZip(write('fuzz.pth', file))).values())
            expect(tensor.offset + tensor.length).toBeLessThanOrEqual(file.length);
        } catch (error) {
          expect(error).toBeInstanceOf(StudioError);
        }
      },
    ),
    { numRuns: 500 },
  );
});

test('random pickles never do more than throw', async () => {
  const opcodes = [
    0x80, 0x28, 0x4e, 0x4b, 0x7d, 0x5d, 0x29, 0x85, 0x86, 0x87, 0x74, 0x71, 0x68, 0x61, 0x65, 0x73, 0x75, 0x63, 0x51,
    0x52, 0x62, 0x2e, 0x58, 0x0a,
  ];
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(fc.constantFrom(...opcodes), fc.nat({ max: 255 })), { maxLength: 200 }),
      async (codes) => {
        const error = await readTorchZip(write('random.pth', torchFile(Buffer.from(codes)))).catch(
          (caught: unknown) => caught,
        );
        expect(error).toBeInstanceOf(StudioError);
      },
    ),
    { numRuns: 300 },
  );
});
