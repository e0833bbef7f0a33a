import type { FloatTensor, HostTensor } from '../../math/tensor.ts';
import type { OpenOptions } from '../../model/model.ts';
import { NetworkLoader } from '../../model/networkLoader.ts';
import {
  type InputOf,
  NetworkSet,
  type NetworkTable,
  type OutputOf,
  type PartFiles,
  type ShapeOf,
} from '../../model/networkTable.ts';
import type { Sam2Config } from '../../nets/sam2/sam2Config.ts';
import { imageEncoder, maskDecoder, memoryAttention, memoryEncoder } from '../../nets/sam2/sam2Networks.ts';
import type { TrunkHabits } from '../../recognise/sam2Sizes.ts';
import { chooseDevice } from '../../runtime/device.ts';
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

/** Small networks whose scores choose between masks, and between there and not there: in float32 wherever they run. */
const exactNetworks: ReadonlySet<string> = new Set(['mask_decoder', 'memory_encoder'] satisfies (keyof Table)[]);

/** None of its networks has settings outside its own file. */
const settings = { text: { hiddenLayer: 'last' }, image: { hiddenLayer: 'last' } } as const;

/** How a SAM 2 model is opened; `own` describes one of an unpublished size. */
export interface OpenSam2Options extends OpenOptions {
  readonly own?: TrunkHabits & { readonly imageSize: number };
}

/** An opened SAM 2 or 2.1 checkpoint: its sizes, and its networks, built and loaded when they are first run. */
export class Sam2Model {
  readonly config: Sam2Config;
  readonly #loader: NetworkLoader<Table>;

  constructor(config: Sam2Config, loader: NetworkLoader<Table>) {
    this.config = config;
    this.#loader = loader;
  }

  /** Warnings gathered so far; drained by the caller. */
  get warnings(): string[] {
    return this.#loader.warnings;
  }

  /** What it runs on, after fall-backs. */
  get provider(): string {
    return this.#loader.provider;
  }

  /** Runs the network of that name, built for `shape`. */
  async run<Name extends keyof Table>(
    name: Name,
    shape: ShapeOf<Table, Name>,
    inputs: Readonly<Partial<Record<InputOf<Table, Name>, HostTensor>>>,
  ): Promise<Record<OutputOf<Table, Name>, FloatTensor>> {
    const part = await this.#loader.part(name, shape);
    // Which inputs there are depends on the shape; the session asks for each of them by name.
    return part.run(inputs as Readonly<Record<InputOf<Table, Name>, HostTensor>>);
  }

  /** Lets go of every loaded network; it may be used again and loads them anew. */
  dispose(): Promise<void> {
    return this.#loader.dispose();
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
  const loader = new NetworkLoader(networks, await chooseDevice(options), {
    cacheFolder: options.cacheFolder,
    keptBytes: options.keptBytes ?? keptBytes,
    formOf: (_weights, { dialect }, name) => ({
      dialect: exactNetworks.has(name) ? { ...dialect, half: false } : dialect,
      widening: 'once',
    }),
  });
  return new Sam2Model(config, loader);
}
