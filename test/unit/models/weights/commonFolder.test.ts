import { posix, win32 } from 'node:path';
import { expect, test } from 'vitest';
import { commonFolder } from '../../../../models/weights/commonFolder.ts';

test('files are placed in the deepest folder that holds them all', () => {
  const { folder, places } = commonFolder(['/a/b/c/one', '/a/b/two', '/a/b/c/d/three'], { style: posix });
  expect([folder, [...places.values()]]).toEqual(['/a/b', ['c/one', 'two', 'c/d/three']]);
  expect(commonFolder(['/a/bc/one', '/a/b/two'], { style: posix }).folder).toBe('/a');
  expect(commonFolder(['/one', '/b/two'], { style: posix })).toMatchObject({ folder: '/' });
  expect(commonFolder([], { style: posix }).places.size).toBe(0);
  const windows = commonFolder(['C:\\models\\base.ckpt', 'c:\\models\\loras\\a.pt'], { style: win32 });
  expect([...windows.places.values()]).toEqual(['models/base.ckpt', 'models/loras/a.pt']);
});

test('files on another drive have names that stand for their places; the drive with the most bytes gives the folder', () => {
  const paths = [
    'D:\\ComfyUI\\loras\\a.pt',
    'C:\\models\\base.ckpt',
    'C:\\models\\motion.ckpt',
    '\\\\nas\\share\\a.pt',
  ];
  const bytesOf = (path: string): number => (path.startsWith('C') ? 10 : 1);
  const { folder, places, apart } = commonFolder(paths, { style: win32, bytesOf });
  expect(folder).toBe('C:\\models');
  expect([...apart.values()]).toEqual([paths[0], paths[3]]);
  expect(paths.map((path) => apart.get(places.get(path) ?? '') ?? places.get(path))).toEqual([
    paths[0],
    'base.ckpt',
    'motion.ckpt',
    paths[3],
  ]);
});
