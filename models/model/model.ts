import { totalmem } from 'node:os';
import { type DialectName, largeForm } from '../onnx/dialect.ts';
import { chooseDevice, type Device } from '../runtime/device.ts';
import type { ProviderName } from '../runtime/session.ts';
import type { Conditions } from './conditions.ts';
import type { ModelDescription } from './description.ts';
import { hashModel } from './modelHash.ts';
import { type FormOf, NetworkLoader, type Part } from './networkLoader.ts';
import type { Networks } from './networks.ts';
import type { InputOf, NetworkSet, NetworkTable, OutputOf, ShapeOf } from './networkTable.ts';
import type { PartEstimate } from './partEstimate.ts';

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
  /** Hears whenever a network was loaded or has answered; set by whoever runs a job with the model. */
  onWork?: (() => void) | undefined;
  /** Precision of large networks' products on it. */
  readonly precision: 'float16' | 'float32';
  /** Whether what stays the same from step to step stays on the device. */
  readonly holdsValues: boolean;
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

/** Networks whose weights are larger stay as stored in memory on the CPU: a float32 copy would take seconds to make and treble the memory. */
const largestWidenedBytes = 2 ** 27;

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
  onWork: (() => void) | undefined;
  readonly #networks: NetworkSet<Table>;
  readonly #cacheFolder: string | undefined;
  readonly #loader: NetworkLoader<Table>;
  #hash: Promise<string> | undefined;

  constructor(source: ModelSource<Table>, device: Device, { cacheFolder, keptBytes = totalmem() / 2 }: OpenOptions) {
    this.description = source.description;
    this.#networks = source.networks;
    this.#cacheFolder = cacheFolder;
    this.#loader = new NetworkLoader(source.networks, device, {
      ...{ cacheFolder, keptBytes, formOf: formBySize },
      onWork: () => this.onWork?.(),
    });
    this.conditions = source.conditions(this);
  }

  get warnings(): string[] {
    return this.#loader.warnings;
  }

  get provider(): string {
    return this.#loader.provider;
  }

  get precision(): 'float16' | 'float32' {
    return this.#loader.precision;
  }

  get holdsValues(): boolean {
    return this.#loader.holdsValues;
  }

  modelHash(): Promise<string> {
    this.#hash ??= hashModel(this.#networks.weightFiles, this.description, this.#cacheFolder);
    return this.#hash;
  }

  part<Name extends keyof Table>(
    name: Name,
    shape: ShapeOf<Table, Name>,
  ): Promise<Part<InputOf<Table, Name>, OutputOf<Table, Name>>> {
    return this.#loader.part(name, shape);
  }

  estimate<Name extends keyof Table>(name: Name, shape: ShapeOf<Table, Name>): Promise<PartEstimate> {
    return this.#loader.estimate(name, shape);
  }

  dispose(): Promise<void> {
    return this.#loader.dispose();
  }
}

/** Networks below this many bytes gain nothing from half precision, and keep all of their digits. */
const leastHalfBytes = 64 * 2 ** 20;

/** Large networks in the form for such, and in half precision where the device has it; the rest as the device would have them. */
const formBySize: FormOf = ({ sizeBytes }, device) => {
  const large = sizeBytes > largestWidenedBytes;
  const dialect = { ...device.dialect, half: device.dialect.half && sizeBytes >= leastHalfBytes };
  return {
    dialect: large ? largeForm(dialect) : dialect,
    widening: large && device.provider === 'cpu' ? 'each-use' : 'once',
  };
};
