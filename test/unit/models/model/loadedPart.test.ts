import { expect, test } from 'vitest';
import { StudioError } from '../../../../models/errors/studioError.ts';
import { floatTensor } from '../../../../models/math/tensor.ts';
import { type LoadedGraph, LoadedPart } from '../../../../models/model/loadedPart.ts';

const failed = new StudioError('provider-failed', 'The provider webgpu could not run the network unet.');

function loaded(
  run: () => Promise<Record<string, ReturnType<typeof floatTensor>>>,
  disposed: string[],
  name: string,
): LoadedGraph {
  return {
    session: { run, dispose: async () => void disposed.push(name) },
    graph: { outputs: [{ name: 'y', dtype: 'float32', shape: [1] }], flops: 1 },
    memory: { weightBytes: 1, activationBytes: 1 },
  };
}

test('a run that fails is done again on the replacement, once, and the failed session is let go', async () => {
  const disposed: string[] = [];
  let asked = 0;
  const part = new LoadedPart(
    loaded(() => Promise.reject(failed), disposed, 'device'),
    async (error) => {
      expect(error).toBe(failed);
      asked++;
      return loaded(async () => ({ y: floatTensor([1], Float32Array.of(7)) }), disposed, 'cpu');
    },
  );
  const x = floatTensor([1]);
  expect((await part.run({ x })).y?.data[0]).toBe(7);
  expect((await part.run({ x })).y?.data[0]).toBe(7);
  expect([asked, disposed]).toEqual([1, ['device']]);
  await part.dispose();
  expect(disposed).toEqual(['device', 'cpu']);
});

test('where nothing can replace it, the error is the caller’s', async () => {
  const part = new LoadedPart(
    loaded(() => Promise.reject(failed), [], 'cpu'),
    async (error) => {
      throw error;
    },
  );
  await expect(part.run({ x: floatTensor([1]) })).rejects.toBe(failed);
});
