import { InferenceSession, Tensor } from 'onnxruntime-node';
import { dialectOf } from '../onnx/dialect.ts';
import { GraphBuilder } from '../onnx/graphBuilder.ts';
import { encodeModel } from '../onnx/modelFile.ts';

/** A float32 array that many runs are fed with, and its shape. */
interface HostValue {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Where a value lies on the device. */
interface Held {
  readonly tensor: Tensor;
  readonly bytes: number;
}

/** Bytes that one session's values may take on the device; what is beyond goes with every run. */
const mostBytes = 2 ** 28;

/** Smaller values are sent as quickly as they are looked up. */
const leastBytes = 2 ** 12;

/**
 * Values of one session that lie on its device, so that runs need not send them again: each is known by its array, which must not change,
 * and is freed once nobody has that array any more, or with the rest. The runtime cannot bring such a value back: the array stays the truth.
 */
export class HeldValues {
  readonly #provider: string;
  readonly #known = new WeakMap<Float32Array, Held>();
  readonly #held = new Set<Held>();
  readonly #senders = new Map<string, InferenceSession>();
  readonly #forgotten = new FinalizationRegistry((held: Held) => this.#free(held));
  #bytes = 0;
  #isOff = false;

  /** `provider` as the runtime calls it. */
  constructor(provider: string) {
    this.#provider = provider;
  }

  /** Bytes that lie on the device now. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Those of the values that lie on the device, by name; where they do not yet, they are sent. The others are fed from their arrays. */
  async on(values: ReadonlyMap<string, HostValue>): Promise<ReadonlyMap<string, Tensor>> {
    const found = new Map<string, Tensor>();
    for (const [name, value] of this.#isOff ? [] : values) {
      const held = this.#known.get(value.data) ?? (this.#takes(value) ? await this.#send(value) : undefined);
      if (this.#isOff) return new Map();
      if (held) found.set(name, held.tensor);
    }
    return found;
  }

  /** Frees every value, and holds none from then on. */
  async dispose(): Promise<void> {
    this.#isOff = true;
    for (const held of this.#held) this.#free(held);
    const senders = [...this.#senders.values()];
    this.#senders.clear();
    for (const sender of senders) await sender.release();
  }

  /** The value on the device; undefined where it cannot be left there: then no value is held any more, and all go with every run. */
  async #send({ shape, data }: HostValue): Promise<Held | undefined> {
    const key = shape.join();
    const model = leaving(shape);
    try {
      const sender = this.#senders.get(key) ?? (await this.#open(model));
      this.#senders.set(key, sender);
      const { held: tensor } = await sender.run({ value: new Tensor('float32', data, shape) });
      if (tensor?.location === 'gpu-buffer') return this.#keep(data, { tensor, bytes: data.byteLength });
    } catch {
      // Most likely the device is full: runs take less of it than values and runs.
    }
    await this.dispose();
    return undefined;
  }

  /** A session that leaves its result on the device. It owns that memory, so it lives as long as its values. */
  #open(model: Uint8Array): Promise<InferenceSession> {
    return InferenceSession.create(model, {
      executionProviders: [this.#provider],
      preferredOutputLocation: 'gpu-buffer',
      logSeverityLevel: 4,
    });
  }

  #takes({ data: { byteLength } }: HostValue): boolean {
    return byteLength >= leastBytes && this.#bytes + byteLength <= mostBytes;
  }

  #keep(data: Float32Array, held: Held): Held {
    this.#known.set(data, held);
    this.#held.add(held);
    this.#forgotten.register(data, held);
    this.#bytes += held.bytes;
    return held;
  }

  #free(held: Held): void {
    if (!this.#held.delete(held)) return;
    this.#bytes -= held.bytes;
    held.tensor.dispose();
  }
}

/** The model whose result is its input. */
function leaving(shape: readonly number[]): Uint8Array {
  const b = new GraphBuilder('held', dialectOf('plain'), { label: 'held', find: () => undefined, has: () => false });
  const value = b.input('value', 'float32', shape);
  b.output('held', b.node('Identity', [value], [{ dtype: 'float32', shape }])[0]);
  return encodeModel(b.finish());
}
