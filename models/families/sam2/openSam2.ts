import { StudioError } from '../../errors/studioError.ts';
import type { FloatTensor, HostTensor } from '../../math/tensor.ts';
import { type LoadedGraph, LoadedPart } from '../../model/loadedPart.ts';
import type { OpenOptions } from '../../model/model.ts';
import {
  type InputOf,
  NetworkSet,
  type NetworkTable,
  type OutputOf,
  type PartFiles,
  type ShapeOf,
} from '../../model/networkTable.ts';
import { PartCache } from '../../model/partCache.ts';
import type { Sam2Config } from '../../nets/sam2/sam2Config.ts';
import { imageEncoder, maskDecoder, memoryAttention, memoryEncoder } from '../../nets/sam2/sam2Networks.ts';
import type { TrunkHabits } from '../../recognise/sam2Sizes.ts';
import { chooseDevice, type Device } from '../../runtime/device.ts';
import { cachedGraph } from '../../runtime/graphCache.ts';
import { networkMemory } from '../../runtime/memory.ts';
import { Session } from '../../runtime/session.ts';
import { readCheckpoint } from '../../weights/checkpoint.ts';
import { requireFinite } from '../../weights/finiteness.ts';
import { KeyedWeights } from '../../weights/keyedWeights.ts';
import { sam2ConfigOfKeys } from './configOfKeys.ts';

const use = { part: 'model', families: ['sam2'] } as const;

/** Every network of a SAM 2 model. */
const table = {
  image_encoder: { ...use, network: imageEncoder, title: 'image encoder' },
  mask_decoder: { ...use, network: maskDecoder, title: 'mask decoder' },
  memory_encoder: { ...use, network: memoryEncoder, title: 'memory encoder' },
  memory_attention: { ...use, network: memoryAttention, title: 'memory attention' },
} as const satisfies NetworkTable;

type Table = typeof table;

/** Bytes of loaded networks that are kept: the steady four of the largest model, not one for every count of memories there was. */
const keptBytes = 2 ** 30;

/** None of its networks has settings outside its own file. */
const settings = { text: { hiddenLayer: 'last' }, image: { hiddenLayer: 'last' } } as const;

/** How a SAM 2 model is opened; `own` describes one of an unpublished size. */
export interface OpenSam2Options extends OpenOptions {
  readonly own?: TrunkHabits & { readonly imageSize: number };
}

/** An opened SAM 2 or 2.1 checkpoint: its sizes, and its networks, built and loaded when they are first run. */
export class Sam2Model {
  readonly config: Sam2Config;
  readonly warnings: string[];
  readonly #networks: NetworkSet<Table>;
  readonly #cacheFolder: string | undefined;
  readonly #parts: PartCache;
  #device: Device;

  constructor(config: Sam2Config, networks: NetworkSet<Table>, device: Device, options: OpenSam2Options) {
    this.config = config;
    this.warnings = [...device.warnings];
    this.#networks = networks;
    this.#device = device;
    this.#cacheFolder = options.cacheFolder;
    this.#parts = new PartCache(options.keptBytes ?? keptBytes);
  }

  /** What it runs on, after fall-backs. */
  get provider(): string {
    return this.#device.provider;
  }

  /** Runs the network of that name, built for `shape`. */
  async run<Name extends keyof Table>(
    name: Name,
    shape: ShapeOf<Table, Name>,
    inputs: Readonly<Partial<Record<InputOf<Table, Name>, HostTensor>>>,
  ): Promise<Record<OutputOf<Table, Name>, FloatTensor>> {
    const part = await this.#parts.get(`${name} ${JSON.stringify(shape)}`, () => this.#load(name, shape));
    // Which inputs there are depends on the shape; the session asks for each of them by name. The table says what comes out.
    return part.run(inputs as Readonly<Record<string, HostTensor>>) as Promise<
      Record<OutputOf<Table, Name>, FloatTensor>
    >;
  }

  /** Lets go of every loaded network; it may be used again and loads them anew. */
  dispose(): Promise<void> {
    return this.#parts.trim(0);
  }

  async #load<Name extends keyof Table>(name: Name, shape: ShapeOf<Table, Name>): Promise<LoadedPart> {
    const load = (): Promise<LoadedGraph> => this.#loadOn(this.#device, name, shape);
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
    this.warnings.push(`${error.message} The CPU takes its place.`);
    this.#device = await chooseDevice({ provider: 'cpu', ...(threads === undefined ? {} : { threads }) });
  }

  async #loadOn(device: Device, name: keyof Table, shape: unknown): Promise<LoadedGraph> {
    const { network, config, weights } = this.#networks.get(name);
    const description = [name, config, shape, device.dialect, weights.fingerprint];
    const graph = await cachedGraph(this.#cacheFolder, description, () =>
      network.build(config, shape, device.dialect, weights),
    );
    const session = await Session.create(graph.model, {
      provider: device.provider,
      label: name,
      weightsFolder: weights.folder,
      ...(device.threads === undefined ? {} : { threads: device.threads }),
    });
    const cost = { parameters: graph.parameters, aliveBytes: graph.activationBytes, storedBytes: weights.sizeBytes };
    return { session, graph, memory: networkMemory(cost, 'once') };
  }
}

/**
 * Opens a checkpoint of SAM 2 or 2.1 where it lies (`sam2.1_hiera_*.pt`, or the same keys as safetensors). Reads its header, and all
 * numbers once for such as are not finite. Every weight that is missing, unused or misshapen is a StudioError naming it.
 */
export async function openSam2(path: string, options: OpenSam2Options = {}): Promise<Sam2Model> {
  const index = await readCheckpoint(path);
  const nested = [...index.keys()].some((key) => key.startsWith('model.'));
  const weights = new KeyedWeights(path, [{ index, ...(nested ? { prefix: 'model.' } : {}) }]);
  const config = sam2ConfigOfKeys((key) => weights.tensor(key)?.shape, path, options.own);
  const files: PartFiles = { config, configLabel: path, weights };
  const networks = new NetworkSet(table, 'sam2', new Map([['model', files]]), settings);
  networks.checkWeights();
  await requireFinite(path, weights.entries);
  return new Sam2Model(config, networks, await chooseDevice(options), options);
}
