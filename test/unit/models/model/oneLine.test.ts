import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FloatTensor, floatTensor } from '../../../../models/math/tensor.ts';
import type { Conditions } from '../../../../models/model/conditions.ts';
import { createModel } from '../../../../models/model/model.ts';
import { networks } from '../../../../models/model/networks.ts';
import { NetworkSet, type PartFiles, partsOf } from '../../../../models/model/networkTable.ts';
import { dialectOf } from '../../../../models/onnx/dialect.ts';
import { networksFor, verifyNetwork } from '../../../../models/verify/verifyNetworks.ts';
import { KeyedWeights } from '../../../../models/weights/keyedWeights.ts';
import { readSafetensors } from '../../../../models/weights/safetensors.ts';
import { writeSafetensors } from '../../../../models/weights/writeSafetensors.ts';
import { brightener } from '../../../fixtures/brightener.ts';
import { standInModel } from '../../../fixtures/models/standInModel.ts';

/** The table with one line more: all that a network that lies in one file (test/fixtures/brightener.ts) needs. */
const table = {
  ...networks,
  brightener: { network: brightener, part: 'brightener', families: ['magdiff'], title: 'brightener' },
} as const;

const settings = { text: { hiddenLayer: 'last' }, image: { hiddenLayer: 'last' } } as const;
let folder: string;
let parts: ReadonlyMap<string, PartFiles>;

const tensors = (entries: Record<string, FloatTensor>) =>
  Object.entries(entries).map(([key, { shape, data }]) => ({
    key,
    dtype: 'F32' as const,
    shape,
    pieces: () => [new Uint8Array(data.buffer)],
  }));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'one-line-'));
  const path = join(folder, 'weights.safetensors');
  await writeSafetensors(path, tensors({ 'gain.weight': floatTensor([3], Float32Array.of(1, 2, 3)) }));
  const weights = new KeyedWeights(path, [{ index: await readSafetensors(path) }]);
  parts = new Map([['brightener', { config: { channels: 3 }, configLabel: 'config.json', weights }]]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('one line in the table: the network is part of the layout, checked, estimated, loaded, kept and disposed', async () => {
  expect(partsOf(table, 'magdiff')).toContain('brightener');
  expect(partsOf(table, 'magdiffRelease')).not.toContain('brightener');
  const set = new NetworkSet(table, 'magdiff', parts, settings);
  set.checkWeights();
  const { description } = standInModel().model;
  const conditions = (): Conditions => standInModel().model.conditions;
  const model = await createModel({ description, networks: set, conditions }, { provider: 'cpu' });
  const shape = { batch: 1, height: 2, width: 1 };
  expect((await model.estimate('brightener', shape)).parameters).toBe(3);
  const part = await model.part('brightener', shape);
  const { bright } = await part.run({ picture: floatTensor([1, 3, 2, 1], Float32Array.of(1, 1, 1, 1, 1, 1)) });
  expect([...bright.data]).toEqual([1, 1, 2, 2, 3, 3]);
  await model.dispose();
  await expect(model.part('unet', { batch: 1, frames: 1, height: 1, width: 1, imageTokens: 1 })).rejects.toThrow(
    'The model has no UNet.',
  );
});

test('a weight of another size is refused with keys and shapes', () => {
  const [files] = [...parts.values()];
  if (!files) throw new Error('the part is missing');
  const wrong = new Map([['brightener', { ...files, config: { channels: 4 } }]]);
  expect(() => new NetworkSet(table, 'magdiff', wrong, settings).checkWeights()).toThrow(
    /gain\.weight is 3 and should be 4/,
  );
});

test('its golden data is recognised and compared', async () => {
  const path = join(folder, 'cases.safetensors');
  await writeSafetensors(
    path,
    tensors({
      picture: floatTensor([1, 3, 1, 1], Float32Array.of(1, 1, 1)),
      brightened: floatTensor([1, 3, 1, 1], Float32Array.of(1, 2, 6)),
    }),
  );
  const cases = await readSafetensors(path);
  const config = { channels: 3 };
  const [[title, network] = []] = networksFor(table, config, cases);
  expect(title).toBe('brightener');
  if (!network) throw new Error('no network was found for the folder');
  const weights = parts.get('brightener')?.weights;
  if (!weights) throw new Error('the part is missing');
  const device = { provider: 'cpu', dialect: dialectOf('cpu'), threads: undefined, warnings: [] } as const;
  const [result] = await verifyNetwork(network, { folder, config, weights, cases, device });
  expect(result).toEqual({ name: 'brightened', relativeError: 0.5 });
});
