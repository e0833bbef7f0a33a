import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type BackboneFile, type NetworkOpener, readBackbone } from '../../models/families/backbones/backboneFile.ts';
import { openClip } from '../../models/families/backbones/clipReader.ts';
import { openDino, openInception, openInflated, openResidual } from '../../models/families/backbones/otherReaders.ts';
import { type FloatTensor, floatTensor, type HostTensor, int64Tensor } from '../../models/math/tensor.ts';
import { frechetDistance } from '../../models/measure/frechet.ts';
import { inceptionScore } from '../../models/measure/inceptionScore.ts';
import { frameConsistency, likeness } from '../../models/measure/likeness.ts';
import { flicker, keptPixels } from '../../models/measure/pixelMeasures.ts';
import type { Network } from '../../models/nets/network.ts';
import { type DialectName, dialectOf } from '../../models/onnx/dialect.ts';
import { runOnce } from '../../models/runtime/runOnce.ts';
import { goldenTensor, relativeError } from '../../models/verify/goldenData.ts';
import { KeyedWeights } from '../../models/weights/keyedWeights.ts';
import { readSafetensors } from '../../models/weights/safetensors.ts';
import type { TensorIndex } from '../../models/weights/storedTensor.ts';

const data = join(import.meta.dirname, 'measures');

const formulas: {
  frechet: { first: number[][]; second: number[][]; distance: number }[];
  inception: { logits: number[][]; score: number }[];
  likeness: { frames: number[][]; to: number[]; consistency: number; likeness: number };
  pixels: Record<'width' | 'height' | 'frames' | 'psnr' | 'flicker', number> &
    Record<'source' | 'made' | 'mask', number[]>;
} = JSON.parse(readFileSync(join(data, 'formulas', 'cases.json'), 'utf8'));

const rows = (values: number[][]): Float32Array[] => values.map((row) => Float32Array.from(row));
const apart = (ours: number, theirs: number): number => Math.abs(ours - theirs) / Math.max(1e-9, Math.abs(theirs));

test.each(formulas.frechet)('a Fréchet distance agrees with scipy’s matrix root', ({ first, second, distance }) => {
  expect(apart(frechetDistance(rows(first), rows(second)), distance)).toBeLessThanOrEqual(1e-4);
  expect(frechetDistance(rows(first), rows(first))).toBeLessThanOrEqual(1e-4);
});

test.each(formulas.inception)('an inception score agrees with torchmetrics', ({ logits, score }) => {
  expect(apart(inceptionScore(rows(logits)), score)).toBeLessThanOrEqual(1e-4);
});

test('cosines agree with torch', () => {
  const { frames, to, consistency, likeness: like } = formulas.likeness;
  expect(apart(frameConsistency(rows(frames)), consistency)).toBeLessThanOrEqual(1e-4);
  expect(apart(likeness(rows(frames), Float32Array.from(to)), like)).toBeLessThanOrEqual(1e-4);
});

test('kept pixels and flicker agree with torchmetrics', () => {
  const { width, height, frames: count, source, made, mask, psnr, flicker: change } = formulas.pixels;
  const area = width * height;
  const framesOf = (values: number[]): Uint8Array[] =>
    Array.from({ length: count }, (_, frame) =>
      Uint8Array.from({ length: 4 * area }, (_, at) =>
        at % 4 === 3 ? 255 : values[3 * (frame * area + Math.floor(at / 4)) + (at % 4)],
      ),
    );
  const masks = Array.from({ length: count }, () => Uint8Array.from(mask, (value) => 255 * value));
  const clip = { width, height, frames: framesOf(made) };
  const kept = keptPixels(clip, framesOf(source), masks);
  expect(apart(kept?.psnr ?? 0, psnr)).toBeLessThanOrEqual(1e-4);
  expect(apart(flicker(clip, masks), change)).toBeLessThanOrEqual(1e-4);
});

/** A network as a reader would open it: its configuration and its tensors under its own names. */
interface Opened {
  readonly config: unknown;
  readonly tensors: TensorIndex;
}

/** What a reader asks for when it is opened on a file. */
function asked(file: BackboneFile, open: (file: BackboneFile, opener: NetworkOpener) => unknown): Map<string, Opened> {
  const parts = new Map<string, Opened>();
  const stop = new Error('only asked');
  const note: NetworkOpener = (_, given) => {
    for (const [name, part] of given) parts.set(name, part);
    throw stop;
  };
  try {
    open(file, note);
  } catch (error) {
    if (error !== stop) throw error;
  }
  return parts;
}

/** Runs the part of a file that a reader asks for. */
async function run<Shape>(
  dialect: DialectName,
  { path }: BackboneFile,
  { config, tensors }: Opened,
  network: Network<unknown, unknown>,
  shape: Shape,
  inputs: Record<string, HostTensor>,
): Promise<Record<string, FloatTensor>> {
  const weights = new KeyedWeights(path, [{ index: tensors }]);
  const settings = { text: { hiddenLayer: 'last' }, image: { hiddenLayer: 'last' } } as const;
  const graph = network.build(network.parse(config, path, settings), shape, dialectOf(dialect), weights);
  const device = { provider: 'cpu', dialect: dialectOf(dialect), threads: undefined, warnings: [] } as const;
  return runOnce(device, graph, weights.folder, inputs);
}

/** The part's network, from the reader's own table. */
function networkOf(file: BackboneFile, open: (file: BackboneFile, opener: NetworkOpener) => unknown, name: string) {
  let found: Network<unknown, unknown> | undefined;
  const stop = new Error('only asked');
  try {
    open(file, (table) => {
      found = Object.values(table).find(({ part }) => part === name)?.network;
      throw stop;
    });
  } catch (error) {
    if (error !== stop) throw error;
  }
  if (!found) throw new Error(`no network ${name}`);
  return found;
}

describe.each(['plain', 'cpu'] satisfies DialectName[])('dialect %s', (dialect) => {
  const check = async (
    folder: string,
    open: (file: BackboneFile, opener: NetworkOpener) => unknown,
    input: string,
    outputs: Readonly<Record<string, string>>,
    change: (config: object) => object = (config) => config,
  ): Promise<void> => {
    const file = await readBackbone(join(data, folder));
    const cases = await readSafetensors(join(data, folder, 'cases.safetensors'));
    const given = await goldenTensor(cases, input);
    const part = asked(file, open).get('file');
    if (!part) throw new Error('the reader asks for nothing');
    const [batch = 1, , third = 1, fourth = 1] = given.shape;
    const shape = { batch, size: fourth, frames: third };
    for (const [output, name] of Object.entries(outputs)) {
      const opened = { ...part, config: change(Object(part.config)) };
      const results = await run(dialect, file, opened, networkOf(file, open, 'file'), shape, { [input]: given });
      const [result] = Object.values(results);
      expect(relativeError(result, await goldenTensor(cases, name)), output).toBeLessThanOrEqual(1e-4);
    }
  };

  test.each(['dino', 'dino_original'])('%s agrees with transformers', (folder) =>
    check(folder, openDino, 'pixels', { embedding: 'embedding' }, (config) => ({ ...config, imageSize: 32 })),
  );

  test.each(['dinov2', 'dinov2_registers'])('%s agrees with transformers at another size', (folder) =>
    check(folder, openDino, 'pixels', { embedding: 'embedding' }, (config) => ({ ...config, imageSize: 35 })),
  );

  test('Inception v3 agrees with torchvision, in both forms', async () => {
    await check('inception', openInception, 'pixels', { logits: 'logits' });
    await check('inception', openInception, 'pixels', { logits: 'logits_2015' }, (config) => ({
      ...config,
      original: true,
    }));
  });

  test('R3D-18 agrees with torchvision', () => check('r3d', openResidual, 'clip', { embedding: 'embedding' }));

  test('I3D agrees with its own form in torch', () => check('i3d', openInflated, 'clip', { logits: 'logits' }));

  test.each(['clip', 'clip_open'])('%s: both towers agree with transformers', async (folder) => {
    const file = await readBackbone(join(data, folder));
    const cases = await readSafetensors(join(data, folder, 'cases.safetensors'));
    const parts = asked(file, openClip);
    const [vision, text] = [parts.get('vision'), parts.get('sentence')];
    if (!vision || !text) throw new Error('the reader asks for too little');
    const pixels = await goldenTensor(cases, 'pixels');
    const seen = await run(dialect, file, vision, networkOf(file, openClip, 'vision'), { batch: 2 }, { pixels });
    expect(relativeError(seen.embedding, await goldenTensor(cases, 'images'))).toBeLessThanOrEqual(1e-4);
    const whole = async (name: string): Promise<number[]> => [...(await goldenTensor(cases, name)).data];
    const ends = (await whole('ends')).map((end, row) => row * 20 + end);
    const read = await run(
      dialect,
      file,
      text,
      networkOf(file, openClip, 'sentence'),
      { batch: 2 },
      {
        tokenIds: int64Tensor([2, 20], await whole('ids')),
        ends: int64Tensor([2], ends),
      },
    );
    expect(relativeError(read.embedding, await goldenTensor(cases, 'sentences'))).toBeLessThanOrEqual(1e-4);
    expect(floatTensor([2, 24], read.embedding?.data).shape).toEqual([2, 24]);
  });
});
