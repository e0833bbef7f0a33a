import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openModel } from '../../../../models/families/openModel.ts';
import { floatTensor } from '../../../../models/math/tensor.ts';
import { LoadedPart } from '../../../../models/model/loadedPart.ts';
import { PartCache } from '../../../../models/model/partCache.ts';
import { Session } from '../../../../models/runtime/session.ts';
import { writeTinyModel } from '../../../fixtures/models/tinyModel.ts';

/** Parts of a hundred bytes each, and what was loaded and let go of. */
function counted() {
  const loads: string[] = [];
  const drops: string[] = [];
  const load = (name: string) => async () => {
    loads.push(name);
    return new LoadedPart(
      {
        session: { run: async () => ({ y: floatTensor([1]) }), dispose: async () => void drops.push(name) },
        graph: { outputs: [], flops: 1 },
        memory: { weightBytes: 60, activationBytes: 40 },
      },
      async (error) => {
        throw error;
      },
    );
  };
  return { loads, drops, load };
}

describe('kept parts', () => {
  test('the same part is loaded once', async () => {
    const { loads, load } = counted();
    const cache = new PartCache(1e9);
    for (let i = 0; i < 3; i++) await cache.get('unet', load('unet'));
    expect(loads).toEqual(['unet']);
  });

  test('with little memory parts are let go, least recently used first, and can be loaded again', async () => {
    const { loads, drops, load } = counted();
    const cache = new PartCache(250);
    await cache.get('a', load('a'));
    await cache.get('b', load('b'));
    await cache.get('a', load('a'));
    await cache.get('c', load('c'));
    expect(drops).toEqual(['b']);
    await cache.get('b', load('b'));
    expect(drops).toEqual(['b', 'a']);
    expect(loads).toEqual(['a', 'b', 'c', 'b']);
  });

  test('a failure is not kept', async () => {
    const { loads, load } = counted();
    const cache = new PartCache(1e9);
    await expect(cache.get('a', () => Promise.reject(new Error('told to fail')))).rejects.toThrow('told to fail');
    await cache.get('a', load('a'));
    expect(loads).toEqual(['a']);
  });
});

describe('a model owns its sessions', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await writeTinyModel(mkdtempSync(join(tmpdir(), 'tiny-owner-')));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('asking again makes none, and disposing leaves none', async () => {
    const before = Session.live;
    const model = await openModel(folder, { provider: 'cpu' });
    for (let i = 0; i < 5; i++) await model.part('motion_planner', {});
    const decoder = await model.part('vae_decoder', { batch: 1, height: 2, width: 2 });
    expect(Session.live).toBe(before + 2);
    await model.dispose();
    expect(Session.live).toBe(before);
    // A part in hand loads itself again.
    expect((await decoder.run({ latent: floatTensor([1, 4, 2, 2]) })).image.shape).toEqual([1, 3, 4, 4]);
    await model.dispose();
  });
});
