import { existsSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { dialectOf } from '../../../../models/onnx/dialect.ts';
import { GraphBuilder } from '../../../../models/onnx/graphBuilder.ts';
import { encodeModel } from '../../../../models/onnx/modelFile.ts';
import { RecordingSource } from '../../../../models/onnx/sources/recordingSource.ts';
import { chooseDevice } from '../../../../models/runtime/device.ts';
import { HeldValues } from '../../../../models/runtime/heldValues.ts';
import { testHolding } from '../../../../models/runtime/holdingTest.ts';
import { Session } from '../../../../models/runtime/session.ts';

afterEach(() => void vi.restoreAllMocks());

const kibibytes = (count: number): Float32Array => new Float32Array(256 * count);

/** In the runtime's place: values "left on the device" are counted until they are disposed. */
function standInDevice(mostValues = Number.POSITIVE_INFINITY) {
  const facts = { sent: 0, alive: 0, sessions: 0 };
  const sender = {
    run: async ({ value }: { value: Tensor }) => {
      if (facts.alive >= mostValues) throw new Error('out of device memory');
      facts.sent++;
      facts.alive++;
      const dispose = (): void => void facts.alive--;
      return { held: Tensor.fromGpuBuffer({} as never, { dataType: 'float32', dims: value.dims, dispose }) };
    },
    release: async () => void facts.sessions--,
  };
  vi.spyOn(InferenceSession, 'create').mockImplementation(async () => {
    facts.sessions++;
    return sender as never;
  });
  return facts;
}

const named = (...arrays: Float32Array[]) =>
  new Map(arrays.map((data, index) => [`value ${index}`, { shape: [data.length], data }]));

describe('values on a device', () => {
  test('each is sent once, small ones never, and all are freed in the end', async () => {
    const facts = standInDevice();
    const values = new HeldValues('stand-in');
    const [one, two, small] = [kibibytes(8), kibibytes(8), kibibytes(1)];
    const first = await values.on(named(one, two, small));
    expect([...first.keys()]).toEqual(['value 0', 'value 1']);
    const again = await values.on(named(two, one));
    expect(again.get('value 0')).toBe(first.get('value 1'));
    expect(facts).toEqual({ sent: 2, alive: 2, sessions: 1 });
    expect(values.bytes).toBe(2 ** 14);
    await values.dispose();
    expect(facts).toEqual({ sent: 2, alive: 0, sessions: 0 });
    expect(values.bytes).toBe(0);
  });

  test('a value whose array nobody has any more is freed', async () => {
    const facts = standInDevice();
    const values = new HeldValues('stand-in');
    const kept = kibibytes(8);
    await values.on(named(kept, kibibytes(8), kibibytes(8)));
    expect(facts.alive).toBe(3);
    setFlagsFromString('--expose-gc');
    await vi.waitFor(() => {
      runInNewContext('gc')();
      expect(facts.alive).toBe(1);
    });
    expect(values.bytes).toBe(kept.byteLength);
  });

  test('a device that takes no more is left alone from then on, and what it had is freed', async () => {
    const facts = standInDevice(1);
    const values = new HeldValues('stand-in');
    expect(await values.on(named(kibibytes(8), kibibytes(8)))).toEqual(new Map());
    expect(facts).toEqual({ sent: 1, alive: 0, sessions: 0 });
    expect(await values.on(named(kibibytes(8)))).toEqual(new Map());
    expect(facts.sent).toBe(1);
  });

  test('what is beyond their share of the device goes with every run', async () => {
    const facts = standInDevice();
    const values = new HeldValues('stand-in');
    const large = new Float32Array(2 ** 25);
    const found = await values.on(named(large, large.slice(), kibibytes(8)));
    expect([...found.keys()]).toEqual(['value 0', 'value 1']);
    expect(facts.alive).toBe(2);
  });
});

/** Where a graphics device is, or a renderer for one was named. */
const mayHaveDevice = existsSync('/dev/dri') || 'VK_ICD_FILENAMES' in process.env || 'VK_DRIVER_FILES' in process.env;

describe('the self-test', () => {
  test('finds that values stay on WebGPU, and a run reads them as sent', { timeout: 60_000 }, async () => {
    const device = await chooseDevice({ provider: mayHaveDevice ? 'webgpu' : 'cpu' });
    expect(device.holdsValues === true).toBe(device.provider === 'webgpu');
    if (device.provider !== 'webgpu') return;
    expect(await testHolding('webgpu')).toBe('right');
    const b = new GraphBuilder('test', dialectOf('plain'), new RecordingSource());
    const [x, kept] = [b.input('x', 'float32', [1]), b.input('kept', 'float32', [2048])];
    b.output('y', b.node('Mul', [x, kept], [{ dtype: 'float32', shape: [2048] }])[0]);
    const session = await Session.create(encodeModel(b.finish()), {
      ...{ provider: 'webgpu', label: 'test', holdsValues: true },
    });
    const float = (values: readonly number[]) =>
      ({ dtype: 'float32', shape: [values.length], data: Float32Array.from(values) }) as const;
    const value = float(Array.from({ length: 2048 }, (_, index) => index));
    for (const factor of [1, 2, 3]) {
      const { y } = await session.run({ x: float([factor]), kept: value }, ['kept']);
      expect(y?.data[2047]).toBe(factor * 2047);
    }
    expect(session.heldBytes).toBe(8192);
    await session.dispose();
    expect(session.heldBytes).toBe(0);
  });
});

test('providers that have no way to leave values are not asked to', async () => {
  expect(await testHolding('cpu')).toBe('never');
});
