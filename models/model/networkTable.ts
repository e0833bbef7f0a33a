import { StudioError } from '../errors/studioError.ts';
import type { Network, NetworkSettings } from '../nets/network.ts';
import { dialectOf } from '../onnx/dialect.ts';
import { RecordingSource } from '../onnx/sources/recordingSource.ts';
import { compareKeys } from '../weights/compareKeys.ts';
import type { KeyedWeights } from '../weights/keyedWeights.ts';

/** One line of a table of networks: a kind of network, the part of a model whose files hold its weights, and who uses it. */
export interface NetworkUse {
  readonly network: Network<unknown, unknown>;
  /** Networks of one part share its files: encoder and decoder of a VAE, the UNet and its context. */
  readonly part: string;
  /** Families that may have it, by their folders' names. */
  readonly families: readonly string[];
  /** What it is called in sentences. */
  readonly title: string;
}

/** Networks by name. */
export type NetworkTable = Readonly<Record<string, NetworkUse>>;

type NetworkOf<Table extends NetworkTable, Name extends keyof Table> = Table[Name]['network'];

/** The shape a network of a table is built for. */
export type ShapeOf<Table extends NetworkTable, Name extends keyof Table> =
  NetworkOf<Table, Name> extends Network<infer _Config, infer Shape, infer _Input, infer _Output> ? Shape : never;

/** The configuration of a network of a table. */
export type ConfigOf<Table extends NetworkTable, Name extends keyof Table> =
  NetworkOf<Table, Name> extends Network<infer Config, infer _Shape, infer _Input, infer _Output> ? Config : never;

/** Names of the inputs of a network of a table. */
export type InputOf<Table extends NetworkTable, Name extends keyof Table> =
  NetworkOf<Table, Name> extends Network<infer _Config, infer _Shape, infer Input, infer _Output> ? Input : never;

/** Names of the outputs of a network of a table. */
export type OutputOf<Table extends NetworkTable, Name extends keyof Table> =
  NetworkOf<Table, Name> extends Network<infer _Config, infer _Shape, infer _Input, infer Output> ? Output : never;

/** The files of one part of a model. */
export interface PartFiles {
  /** Content of config.json; undefined where the files bring none and the network's own sizes hold. */
  readonly config: unknown;
  /** Names the configuration in messages. */
  readonly configLabel: string;
  readonly weights: KeyedWeights;
}

/** Parts of a table that a family may have, each once, in the table's order. */
export function partsOf(table: NetworkTable, family: string): readonly string[] {
  const uses = Object.values(table).filter(({ families }) => families.includes(family));
  return [...new Set(uses.map(({ part }) => part))];
}

/** A network of a model with its configuration parsed, ready to be built. */
export interface BuildableNetwork {
  readonly name: string;
  readonly network: Network<unknown, unknown>;
  readonly config: unknown;
  readonly weights: KeyedWeights;
}

/** Networks of a model by name: those of the table whose parts are there. Parsing is done here, so a bad configuration throws. */
export class NetworkSet<Table extends NetworkTable> {
  readonly #networks = new Map<keyof Table, BuildableNetwork>();
  readonly #table: Table;
  readonly #parts: ReadonlyMap<string, PartFiles>;

  constructor(table: Table, family: string, parts: ReadonlyMap<string, PartFiles>, settings: NetworkSettings) {
    this.#table = table;
    this.#parts = parts;
    for (const [name, { network, part, families }] of Object.entries(table)) {
      const files = families.includes(family) ? parts.get(part) : undefined;
      if (!files) continue;
      const config = network.parse(files.config, files.configLabel, settings);
      this.#networks.set(name, { name, network, config, weights: files.weights });
    }
  }

  has(name: keyof Table): boolean {
    return this.#networks.has(name);
  }

  /** @throws StudioError `model-incomplete` where the model has no such network */
  get(name: keyof Table): BuildableNetwork {
    const found = this.#networks.get(name);
    if (found) return found;
    throw new StudioError('model-incomplete', `The model has no ${this.#table[name].title}.`, {
      hint: 'Choose another model, or do without this option.',
    });
  }

  config<Name extends keyof Table>(name: Name): ConfigOf<Table, Name> {
    // The table's entry of this name parsed it.
    return this.get(name).config as ConfigOf<Table, Name>;
  }

  /** Every weight file, for the model's hash. */
  get weightFiles(): readonly string[] {
    return [...new Set([...this.#parts.values()].flatMap(({ weights }) => weights.paths))].sort();
  }

  /** Compares each part's files with what all of its networks ask for; throws at the first that does not fit, naming the keys. */
  checkWeights(): void {
    for (const { weights } of this.#parts.values()) {
      const sharing = [...this.#networks.values()].filter((network) => network.weights === weights);
      const declared = new RecordingSource((key) => weights.has(key));
      for (const { network, config } of sharing) {
        network.build(config, network.probe(config), dialectOf('plain'), declared);
        for (const key of network.scalars?.(config) ?? []) declared.find(key, [1]);
      }
      const ignored = sharing.flatMap(({ network, config }) => network.ignores?.(config).source ?? []);
      compareKeys(weights, declared.entries, ignored.length > 0 ? new RegExp(ignored.join('|')) : undefined);
    }
  }
}
