import { totalmem } from 'node:os';
import { StudioError } from '../errors/studioError.ts';
import type { FloatTensor, HostTensor } from '../math/tensor.ts';
import { type Dialect, type DialectName, largeForm } from '../onnx/dialect.ts';
import { graphCost } from '../onnx/graphCost.ts';
import { RecordingSource } from '../onnx/recordingSource.ts';
import { chooseDevice, type Device } from '../runtime/device.ts';
import { cachedGraph } from '../runtime/graphCache.ts';
import { type NetworkMemory, networkMemory } from '../runtime/memory.ts';
import { type ProviderName, Session, type Widening } from '../runtime/session.ts';
import type { Conditions } from './conditions.ts';
import type { ModelDescription } from './description.ts';
import { type LoadedGraph, LoadedPart } from './loadedPart.ts';
import { hashModel } from './modelHash.ts';
import type { Networks } from './networks.ts';
import type { BuildableNetwork, InputOf, NetworkSet, NetworkTable, OutputOf, ShapeOf } from './networkTable.ts';
import { PartCache } from './partCache.ts';
import type { PartEstimate } from './partEstimate.ts';

/** A network ready to run, at the shape it was asked for. The model owns it: it is kept for the next asker and let go by the model. */
export interface Part<Input extends string, Output extends string> {
  /** Output names and shapes. */
  readonly outputs: readonly { readonly name: string; readonly shape: readonly number[] }[];
  run(inputs: Readonly<Record<Input, HostTensor>>): Promise<Record<Output, FloatTensor>>;
  /** Multiply-adds counted twice, for one run. */
  readonly flops: number;
  /** Estimated bytes: what runs make the runtime keep, and the weights as they lie in memory. */
  readonly memory: NetworkMemory;
}

/**
 * A model opened from disk; weights are read only when a part is loaded.
 *
 * @example
 * const model = await openModel('models/bundled/magdiff-small', { provider: 'cpu' });
 * const encoder = await model.part('text_encoder', { batch: 1 });
 * const { states } = await encoder.run({ tokenIds: int64Tensor([1, 77], ids) });         // (1, 77, C)
 * await model.dispose();
 */
export interface Model<Table extends NetworkTable = Networks> {
  readonly description: ModelDescription;
  /** How its family makes conditions and asks its network. */
  readonly conditions: Conditions;
  /** Warnings gathered so far (a provider that failed and what took its place); drained by the caller. */
  readonly warnings: string[];
  /** Provider in use, after fall-backs. */
  readonly provider: string;
  /** SHA-256 over every weight file's content and the description; cached by size and time stamp. */
  modelHash(): Promise<string>;
  /** The one way to a network: built, loaded and kept by shape. @throws StudioError `model-incomplete` where the model lacks it */
  part<Name extends keyof Table>(
    name: Name,
    shape: ShapeOf<Table, Name>,
  ): Promise<Part<InputOf<Table, Name>, OutputOf<Table, Name>>>;
  /** Cost of a network, counted from its graph. */
  estimate<Name extends keyof Table>(name: Name, shape: ShapeOf<Table, Name>): Promise<PartEstimate>;
  /** Lets go of every loaded part; the model may be used again and loads them anew. */
  dispose(): Promise<void>;
}

/** How a model is to be run. */
export interface OpenOptions {
  /** Absent: the best provider that passes its self-test. */
  readonly provider?: ProviderName;
  /** Operator dialect; absent: the provider's own. */
  readonly dialect?: DialectName;
  /** Threads inside one operator; absent: all cores. */
  readonly threads?: number;
  /** Folder for built graphs; absent: no cache. */
  readonly cacheFolder?: string;
  /** Bytes that kept parts may take before the least recently used are let go; absent: half of the machine's memory. */
  readonly keptBytes?: number;
}

/** Networks whose file is larger stay in half precision in memory on the CPU: a float32 copy would take seconds to make and treble the memory. */
const largestWidenedBytes = 2 ** 29;

/** What a family gives to make a model of its files. */
export interface ModelSource<Table extends NetworkTable> {
  readonly description: ModelDescription;
  readonly networks: NetworkSet<Table>;
  /** Made for the model, whose parts it asks for. */
  conditions(model: Model<Table>): Conditions;
}

/** Opens the device and makes the model; nothing is loaded yet. */
export async function createModel<Table extends NetworkTable>(
  source: ModelSource<Table>,
  options: OpenOptions = {},
): Promise<Model<Table>> {
  return new LoadedModel(source, await chooseDevice(options), options);
}

class LoadedModel<Table extends NetworkTable> implements Model<Table> {
  readonly description: ModelDescription;
  readonly conditions: Conditions;
  readonly warnings: string[];
  readonly #networks: NetworkSet<Table>;
  readonly #cacheFolder: string | undefined;
  readonly #parts: PartCache;
  #device: Device;
  #hash: Promise<string> | undefined;

  constructor(source: ModelSource<Table>, device: Device, { cacheFolder, keptBytes = totalmem() / 2 }: OpenOptions) {
    this.description = source.description;
    this.warnings = [...device.warnings];
    this.#networks = source.networks;
    this.#device = device;
    this.#cacheFolder = cacheFolder;
    this.#parts = new PartCache(keptBytes);
    this.conditions = source.conditions(this);
  }

  get provider(): string {
    return this.#device.provider;
  }

  modelHash(): Promise<string> {
    this.#hash ??= hashModel(this.#networks.weightFiles, this.description, this.#cacheFolder);
    return this.#hash;
  }

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
      run: async (inputs) =>
        (await this.#parts.get(key, load)).run(inputs) as Promise<Record<OutputOf<Table, Name>, FloatTensor>>,
    };
  }

  async estimate<Name extends keyof Table>(name: Name, shape: ShapeOf<Table, Name>): Promise<PartEstimate> {
    const { network, config, weights } = this.#networks.get(name);
    const { dialect, widening } = formOf(weights, this.#device);
    const cost = graphCost(network.build(config, shape, dialect, new RecordingSource((key) => weights.has(key))));
    const stored = { ...cost, aliveBytes: cost.activationBytes, storedBytes: weights.sizeBytes };
    return { flops: cost.flops, parameters: cost.parameters, ...networkMemory(stored, widening) };
  }

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

  /** Moves this model to the CPU where the error is the provider's; throws the error where it is not, or this is the CPU. */
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
    const { dialect, widening } = formOf(weights, device);
    const description = [name, config, shape, dialect, weights.fingerprint];
    const graph = await cachedGraph(this.#cacheFolder, description, () =>
      network.build(config, shape, dialect, weights),
    );
    const session = await Session.create(graph.model, {
      provider: device.provider,
      label: name,
      weightsFolder: weights.folder,
      widening,
      ...(device.threads === undefined ? {} : { threads: device.threads }),
    });
    const cost = { parameters: graph.parameters, aliveBytes: graph.activationBytes, storedBytes: weights.sizeBytes };
    return { session, graph, memory: networkMemory(cost, widening) };
  }
}

/** In which operators a network runs on a device, and when its weights become float32: by its size. */
function formOf(
  { sizeBytes }: { readonly sizeBytes: number },
  device: Device,
): { dialect: Dialect; widening: Widening } {
  const large = sizeBytes > largestWidenedBytes;
  return {
    dialect: large ? largeForm(device.dialect) : device.dialect,
    widening: large && device.provider === 'cpu' ? 'each-use' : 'once',
  };
}
