import { describe, expect, test } from 'vitest';
import { readFollowKeys } from '../../../../../electron/cli/masks/followKeys.ts';
import { encodeNpy } from '../../../../../electron/cli/masks/npyFile.ts';

describe('keys on a command line', () => {
  test('points of one frame go together, a minus takes away', async () => {
    const keys = await readFollowKeys({ points: ['1:640,324', '1:128,72,-', '3:5,6,+'], boxes: [], masks: [] });
    expect(keys).toEqual([
      {
        frame: 1,
        points: [
          { x: 640, y: 324, adds: true },
          { x: 128, y: 72, adds: false },
        ],
      },
      { frame: 3, points: [{ x: 5, y: 6, adds: true }] },
    ]);
  });

  test('a box may have clicks beside it', async () => {
    const [key] = await readFollowKeys({ points: ['0:5,6'], boxes: ['0:1,2,30,40'], masks: [] });
    expect(key).toMatchObject({ frame: 0, box: [1, 2, 30, 40], points: [{ x: 5, y: 6 }] });
  });

  test.each(['640,324', '1:640', 'a:1,2', '1:1,2,x', ''])('“%s” is no point', async (text) => {
    await expect(readFollowKeys({ points: [text], boxes: [], masks: [] })).rejects.toThrow(/--point takes/);
  });

  test.each(['0:1,2,3', '0=1,2,3,4'])('“%s” is no box', async (text) => {
    await expect(readFollowKeys({ points: [], boxes: [text], masks: [] })).rejects.toThrow(/--box takes/);
  });
});

test('a NumPy file has its header at a multiple of 64 bytes and the numbers behind it', () => {
  const bytes = Buffer.from(encodeNpy([2, 3], Float32Array.from([1, 2, 3, 4, 5, 6.5])));
  expect(bytes.subarray(0, 8)).toEqual(Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]));
  const start = 10 + bytes.readUInt16LE(8);
  expect(start % 64).toBe(0);
  expect(bytes.subarray(10, start).toString()).toMatch(
    /^\{'descr': '<f4', 'fortran_order': False, 'shape': \(2, 3\), \} *\n$/,
  );
  expect(bytes.length).toBe(start + 24);
  expect(bytes.readFloatLE(start + 20)).toBe(6.5);
});
