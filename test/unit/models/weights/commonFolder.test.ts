import { posix, win32 } from 'node:path';
import { expect, test } from 'vitest';
import { commonFolder } from '../../../../models/weights/commonFolder.ts';

test('files are placed in the deepest folder that holds them all', () => {
  const { folder, places } = commonFolder(['/a/b/c/one', '/a/b/two', '/a/b/c/d/three'], 'it', posix);
  expect([folder, [...places.values()]]).toEqual(['/a/b', ['c/one', 'two', 'c/d/three']]);
  expect(commonFolder(['/a/bc/one', '/a/b/two'], 'it', posix).folder).toBe('/a');
  expect(commonFolder(['/one', '/b/two'], 'it', posix)).toMatchObject({ folder: '/' });
  expect(commonFolder([], 'it', posix).places.size).toBe(0);
  const windows = commonFolder(['C:\\models\\base.ckpt', 'c:\\models\\loras\\a.pt'], 'it', win32);
  expect([...windows.places.values()]).toEqual(['models/base.ckpt', 'models/loras/a.pt']);
});

test('files on several drives are a sentence', () => {
  const paths = ['C:\\models\\base.ckpt', 'D:\\ComfyUI\\models\\loras\\a.pt'];
  expect(() => commonFolder(paths, 'the set', win32)).toThrow(/the set lie on several drives \(C:\\, D:\\\)/);
  expect(() => commonFolder(['C:\\a', '\\\\nas\\share\\b'], 'the set', win32)).toThrow(/several drives/);
});
