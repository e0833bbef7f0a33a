import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { motionInput, shrunk } from '../../models/families/backbones/worldReaders.ts';
import type { Planes } from '../../models/math/resample.ts';
import { floatTensor } from '../../models/math/tensor.ts';
import { worldReader } from '../../models/nets/backbones/backboneNetworks.ts';
import { type DialectName, dialectOf } from '../../models/onnx/dialect.ts';
import { runOnce } from '../../models/runtime/runOnce.ts';
import { goldenTensor, relativeError } from '../../models/verify/goldenData.ts';
import { readJson } from '../../models/weights/checkpoint.ts';
import { KeyedWeights } from '../../models/weights/keyedWeights.ts';
import { readSafetensors } from '../../models/weights/safetensors.ts';

const shipped = resolve(import.meta.dirname, '../../models/bundled/magdiff-small/readers');
const settings = { text: { hiddenLayer: 'last' }, image: { hiddenLayer: 'last' } } as const;

const both: readonly DialectName[] = ['plain', 'cpu'];
const kinds = ['place', 'motion', 'subject'].flatMap((kind) => both.map((dialect) => ({ kind, dialect })));

test.each(kinds)('the reader of $kind agrees with torch from its pictures on ($dialect)', async ({ kind, dialect }) => {
  const golden = await readSafetensors(join(import.meta.dirname, 'readers', `${kind}.safetensors`));
  const label = join(shipped, kind, 'config.json');
  const path = join(shipped, kind, 'model.safetensors');
  const config = worldReader.parse(await readJson(label), label, settings);
  const { shape, data } = await goldenTensor(golden, 'pictures');
  const [count = 0, channels = 0, height = 0, width = 0] = shape;
  const area = channels * height * width;
  const pictures: Planes[] = Array.from({ length: count }, (_, index) => ({
    ...{ width, height, channels },
    data: data.slice(index * area, (index + 1) * area),
  }));
  const [first] = pictures;
  if (!first) throw new Error('no pictures');
  const input = config.frames > 1 ? motionInput(pictures, config) : shrunk(first, config.side);
  const weights = new KeyedWeights(path, [{ index: await readSafetensors(path) }]);
  const graph = worldReader.build(config, { batch: 1 }, dialectOf(dialect), weights);
  const device = { provider: 'cpu', dialect: dialectOf(dialect), threads: undefined, warnings: [] } as const;
  const pixels = floatTensor([1, config.channels, config.side, config.side], input);
  const said = await runOnce(device, graph, weights.folder, { pixels });
  expect(config.values).toHaveLength(said.logits?.shape[1] ?? 0);
  for (const output of ['embedding', 'logits'])
    expect(relativeError(said[output], await goldenTensor(golden, output)), output).toBeLessThanOrEqual(1e-4);
});
