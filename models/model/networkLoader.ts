import { StudioError } from '../errors/studioError.ts';
import type { FloatTensor, HostTensor } from '../math/tensor.ts';
import type { Dialect } from '../onnx/dialect.ts';
import { graphCost } from '../onnx/graphCost.ts';
import { RecordingSource } from '../onnx/sources/recordingSource.ts';
import { chooseDevice, type Device } from '../runtime/device.ts';
import { cachedGraph } from '../runtime/graphCache.ts';
import { type NetworkMemory, networkMemory } from '../runtime/memory.ts';
import { Session, type Widening } from '../runtime/session.ts';
import { type LoadedGraph, LoadedPart } from './loadedPart.ts';
import type { BuildableNetwork, InputOf, NetworkSet, NetworkTable, OutputOf, ShapeOf } from './networkTable.ts';
import { PartCache } from './partCache.ts';
import type { PartEstimate } from './partEstimate.ts';

/** A network ready to run, at the shape it was asked for. Its loader owns it: it is kept for the next asker and let go by the loader. */
export interface Part<Input extends string, Output extends string> {
  /** Output names and shapes. */
  readonly outputs: readonly { readonly name: string; readonly shape: readonly number[] }[];
  /** `constant` names inputs whose arrays never change: where the device can, they stay on it between runs. */
  run(inputs: Readonly<Record<Input, HostTensor>>, constant?: readonly string[]): Promise<Record<Output, FloatTensor>>;
  /** Multiply-adds counted twice, for one run. */
  readonly flops: number;
  /** Estimated bytes: what runs make the runtime keep, and the weights as they lie in memory. */
  readonly memory: NetworkMemory;
}

/** In which operators a network, by its name, runs on a device, and when its weights become float32. */
export type FormOf = (
  weights: { readonly sizeBytes: number },
  device: Device,
  name: string,
) => { readonly dialect: Dialect; readonly widening: Widening };

/** How networks are loaded. */
export interface LoaderOptions {
  /** Folder for built graphs; absent: no cache. */
  readonly cacheFolder: string | undefined;
  /** Bytes that kept parts may take before the least recently used are let go. */
  readonly keptBytes: number;
  readonly formOf: FormOf;
  /** Hears whenever a network was loaded or has answered. */
  readonly onWork?: () => void;
}

/**
 * The networks of an opened model on its device: built and loaded when they are first asked for, kept by shape, and moved to the CPU
 * where the provider fails.
 */
export class NetworkLoader<Table extends NetworkTable> {
  /** Warnings gathered so far (a provider that failed and what took its place). */
  readonly warnings: string[];
  readonly #networks: NetworkSet<Table>;
  readonly #cacheFolder: string | undefined;
  readonly #formOf: FormOf;
  readonly #parts: PartCache;
  readonly #onWork: (() => void) | undefined;
  #device: Device;

  constructor(networks: NetworkSet<Table>, device: Device, { cacheFolder, keptBytes, formOf, onWork }: LoaderOptions) {
    this.warnings = [...device.warnings];
    this.#networks = networks;
    this.#device = device;
    this.#cacheFolder = cacheFolder;
    this.#formOf = formOf;
    this.#parts = new PartCache(keptBytes);
    this.#onWork = onWork;
  }

  /** Provider in use, after fall-backs. */
  get provider(): string {
    return this.#device.provider;
  }

  /** Whether constant inputs stay on the device between runs. */
  get holdsValues(): boolean {
    return this.#device.holdsValues === true;
  }

  /** Precision of products where a network is large enough for it to matter. */
  get precision(): 'float16' | 'float32' {
    return this.#device.dialect.half ? 'float16' : 'float32';
  }

  /** The network of that name, built for `shape`. @throws StudioError `model-incomplete` where the model lacks it */
  async part<Name extends keyof Table>(
    name: Name,
    shape: ShapeOf<Table, Name>,
  ): Promise<Part<InputOf<Table, Name>, OutputOf<Table, Name>>> {
    const network = this.#networks.get(name);
    const load = (): Promise<LoadedPart> => this.#load(network, shape);
    const key = `${String(name)} ${JSON.stringify(shape)}`;
    const { outputs, flops, memory } = await this.#parts.get(key, load);
    return {
      outputs,
      flops,
      memory,
      // A part that was let go between two runs loads itself again; the table's entry says what its outputs are.
      run: async (inputs, constant) => {
        const answer = await (await this.#parts.get(key, load)).run(inputs, constant);
        this.#onWork?.();
        return answer as Record<OutputOf<Table, Name>, FloatTensor>;
      },
    };
  }

  /** Cost of a network, counted from its graph. */
  async estimate<Name extends keyof Table>(name: Name, shape: ShapeOf<Table, Name>): Promise<PartEstimate> {
    const { network, config, weights } = this.#networks.get(name);
    const { dialect, widening } = this.#formOf(weights, this.#device, String(name));
    const cost = graphCost(network.build(config, shape, dialect, new RecordingSource((key) => weights.has(key))));
    const stored = { ...cost, aliveBytes: cost.activationBytes, storedBytes: weights.sizeBytes };
    return { flops: cost.flops, parameters: cost.parameters, ...networkMemory(stored, widening) };
  }

  /** Lets go of every loaded part; they are loaded anew when they are next asked for. */
  dispose(): Promise<void> {
    return this.#parts.trim(0);
  }

  /** Builds (or fetches) the graph and loads it; a provider that fails, now or in a run, is replaced by the CPU, with a warning. */
  async #load(network: BuildableNetwork, shape: unknown): Promise<LoadedPart> {
    const load = (): Promise<LoadedGraph> => this.#loadOn(this.#device, network, shape);
    const fallBack = async (error: unknown): Promise<LoadedGraph> => {
      await this.#leaveProvider(error);
      return load();
    };
    return new LoadedPart(await load().catch(fallBack), fallBack);
  }

  /** Moves every network to the CPU where the error is the provider's; throws the error where it is not, or this is the CPU. */
  async #leaveProvider(error: unknown): Promise<void> {
    const { provider, threads } = this.#device;
    const isProviders =
      error instanceof StudioError && (error.code === 'provider-failed' || error.code === 'out-of-memory');
    if (provider === 'cpu' || !isProviders) throw error;
    this.warnings.push(`${error.message} The CPU takes its place for the rest of this session.`);
    this.#device = await chooseDevice({ provider: 'cpu', ...(threads === undefined ? {} : { threads }) });
  }

  async #loadOn(
    device: Device,
    { name, network, config, weights }: BuildableNetwork,
    shape: unknown,
  ): Promise<LoadedGraph> {
    const { dialect, widening } = this.#formOf(weights, device, name);
    const description = [name, config, shape, dialect, weights.fingerprint];
    const graph = await cachedGraph(this.#cacheFolder, description, () =>
      network.build(config, shape, dialect, weights),
    );
    const session = await Session.create(graph.model, {
      provider: device.provider,
      label: name,
      weightsFolder: weights.folder,
      weightsApart: weights.apart,
      widening,
      holdsValues: device.holdsValues === true,
      ...(device.threads === undefined ? {} : { threads: device.threads }),
    });
    this.#onWork?.();
    const cost = { parameters: graph.parameters, aliveBytes: graph.activationBytes, storedBytes: weights.sizeBytes };
    return { session, graph, memory: networkMemory(cost, widening) };
  }
}
