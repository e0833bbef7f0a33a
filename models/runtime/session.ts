import { open } from 'node:fs/promises';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { StudioError } from '../errors/studioError.ts';
import { HeldValues } from './heldValues.ts';
import { translateRuntimeError } from './runtimeError.ts';

/** Execution providers this program asks for, best first. */
export const providerNames = ['cuda', 'directml', 'coreml', 'webgpu', 'cpu'] as const;

/** One of {@link providerNames}. */
export type ProviderName = (typeof providerNames)[number];

/** A value fed to or taken from a session; structurally the host tensor of models/math. */
export type RuntimeTensor =
  | { readonly dtype: 'float32'; readonly shape: readonly number[]; readonly data: Float32Array }
  | { readonly dtype: 'int64'; readonly shape: readonly number[]; readonly data: BigInt64Array };

/** A float32 result. */
export type RuntimeFloatTensor = Extract<RuntimeTensor, { dtype: 'float32' }>;

/** How a session is made. */
export interface SessionOptions {
  readonly provider: ProviderName;
  /** Threads inside one operator; absent: all cores. */
  readonly threads?: number;
  /** Folder (already resolved) that the graph's weight locations are relative to; absent when it has none. */
  readonly weightsFolder?: string;
  /** Files of weights that lie elsewhere, by the locations the graph has for them: they are read whole while the session is made. */
  readonly weightsApart?: ReadonlyMap<string, string>;
  /** Name for messages. */
  readonly label: string;
  /**
   * When half-precision weights become float32: once, as a copy in memory (`once`, the default), or each time they are used
   * (`each-use`): the file stays mapped, memory and start-up shrink to a fraction, a run takes a little longer.
   */
  readonly widening?: Widening;
  /** Inputs that are said to be constant stay on the device between runs, as its self-test allows. Absent: they are sent with every run. */
  readonly holdsValues?: boolean;
}

/** See {@link SessionOptions.widening}. */
export type Widening = 'once' | 'each-use';

/** ONNX Runtime's name of each provider. */
const runtimeNames: Readonly<Record<ProviderName, string>> = {
  cuda: 'cuda',
  directml: 'dml',
  coreml: 'coreml',
  webgpu: 'webgpu',
  cpu: 'cpu',
};

/**
 * Fusions whose kernels for the CPU are several times slower than the nodes they replace: a sum and a layer norm of 4096 × 256 values take 1.5 ms
 * on one thread and 8 ms fused, a sum and a GELU of 16384 × 64 values 2 ms and 7 (ONNX Runtime 1.30).
 */
const slowFusions = 'SkipLayerNormFusion;BiasGeluFusion';

/**
 * A loaded graph. `run` blocks this process while it computes (ONNX Runtime for Node runs on the calling thread), which is
 * why the pipeline lives in a process of its own.
 */
export class Session {
  /** Sessions of this process that are not disposed yet. */
  static live = 0;

  readonly provider: ProviderName;
  readonly #label: string;
  readonly #session: InferenceSession;
  readonly #held: HeldValues | undefined;
  #disposed = false;

  private constructor(session: InferenceSession, options: SessionOptions) {
    this.#session = session;
    this.#label = options.label;
    this.provider = options.provider;
    this.#held = options.holdsValues ? new HeldValues(runtimeNames[options.provider]) : undefined;
    Session.live += 1;
  }

  /** Makes a session from the bytes of an ONNX file. Throws StudioError; never falls back on its own. */
  static async create(model: Uint8Array, options: SessionOptions): Promise<Session> {
    const folder = options.weightsFolder;
    const session = {
      // Each session has threads of its own. Those that spin for a while after a run take the cores from the next session's.
      intra_op: { allow_spinning: '0' },
      ...(folder === undefined ? {} : { model_external_initializers_file_folder_path: folder }),
      // Shares of attention that are next to nothing are denormal numbers, with which processors multiply ten times slower.
      set_denormal_as_zero: '1',
    };
    try {
      const apart = await Promise.all(
        [...(options.weightsApart ?? [])].map(async ([place, file]) => ({ path: place, data: await readWhole(file) })),
      );
      const made = await InferenceSession.create(model, {
        executionProviders: [runtimeNames[options.provider]],
        // Folding constants is what makes the float32 copy; our graphs are written fused and lose nothing without the rest.
        // On the CPU `all` lays convolution weights out anew, a copy too, worth a quarter of a small decoder's time.
        graphOptimizationLevel:
          options.widening === 'each-use' ? 'disabled' : options.provider === 'cpu' ? 'all' : 'extended',
        // A planned arena holds every value at once beside the one the first run grew.
        enableMemPattern: options.widening !== 'each-use',
        // Failures are thrown and translated; what the runtime would print beside that helps nobody.
        logSeverityLevel: 4,
        ...(options.threads === undefined ? {} : { intraOpNumThreads: options.threads }),
        ...(apart.length === 0 ? {} : { externalData: apart }),
        extra: { session, optimization: { disable_specified_optimizers: slowFusions } },
      });
      return new Session(made, options);
    } catch (cause) {
      throw translateRuntimeError(cause, options.label, options.provider);
    }
  }

  get inputNames(): readonly string[] {
    return this.#session.inputNames;
  }

  get outputNames(): readonly string[] {
    return this.#session.outputNames;
  }

  /** Bytes of constant inputs that lie on the device. */
  get heldBytes(): number {
    return this.#held?.bytes ?? 0;
  }

  /**
   * Runs the graph once on host tensors; every input must be there and no other. Results are this caller's own. `constant` names inputs
   * whose arrays never change: each is sent to the device once, where the session holds values, for as long as its array is somebody's.
   */
  async run(
    inputs: Readonly<Record<string, RuntimeTensor>>,
    constant: readonly string[] = [],
  ): Promise<Record<string, RuntimeFloatTensor>> {
    if (this.#disposed) throw new Error(`Assertion failed: ${this.#label} is used after its disposal`);
    const held = await this.#heldOf(inputs, constant);
    const feeds: Record<string, Tensor> = {};
    for (const name of this.#session.inputNames) {
      const input = inputs[name];
      if (!input) throw new StudioError('internal', `The network ${this.#label} was run without its input ${name}.`);
      feeds[name] = held?.get(name) ?? new Tensor(input.dtype, input.data, input.shape);
    }
    let results: InferenceSession.OnnxValueMapType;
    try {
      results = await this.#session.run(feeds);
    } catch (cause) {
      throw translateRuntimeError(cause, this.#label, this.provider);
    }
    const outputs: Record<string, RuntimeFloatTensor> = {};
    for (const [name, result] of Object.entries(results)) {
      if (!(result.data instanceof Float32Array))
        throw new Error(`Assertion failed: output ${name} of ${this.#label} is not float32`);
      outputs[name] = { dtype: 'float32', shape: result.dims, data: result.data };
    }
    return outputs;
  }

  async #heldOf(
    inputs: Readonly<Record<string, RuntimeTensor>>,
    constant: readonly string[],
  ): Promise<ReadonlyMap<string, Tensor> | undefined> {
    if (!this.#held) return undefined;
    const values = new Map<string, RuntimeFloatTensor>();
    for (const name of constant) {
      const input = inputs[name];
      if (input?.dtype === 'float32') values.set(name, input);
    }
    return this.#held.on(values);
  }

  /** Frees the session's memory. Safe to call twice. */
  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    Session.live -= 1;
    await this.#held?.dispose();
    await this.#session.release();
  }
}

/** A file's bytes; unlike `readFile` it takes files of more than 2 GiB. */
async function readWhole(file: string): Promise<Uint8Array> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const bytes = new Uint8Array(size);
    for (let at = 0; at < size; ) {
      const { bytesRead } = await handle.read(bytes, at, Math.min(2 ** 30, size - at), at);
      if (bytesRead === 0) break;
      at += bytesRead;
    }
    return bytes;
  } finally {
    await handle.close();
  }
}
