import type { FloatTensor, HostTensor } from '../math/tensor.ts';
import type { Dialect } from '../onnx/dialect.ts';
import type { Graph } from '../onnx/graphBuilder.ts';
import type { WeightSource } from '../onnx/types.ts';

/** Which hidden layer a CLIP tower answers with. */
export type HiddenLayer = 'last' | 'penultimate';

/** What a model's own description says about how its networks are built. */
export interface NetworkSettings {
  readonly text: { readonly hiddenLayer: HiddenLayer };
  readonly image: { readonly hiddenLayer: HiddenLayer };
}

/**
 * A kind of network: everything that loading, checking, estimating and verifying it need. A graph is built for one static `Shape`;
 * module paths are the weights' keys.
 */
export interface Network<Config, Shape, Input extends string = string, Output extends string = string> {
  /** Reads its config.json, or gives the sizes that hold where there is none. `label` names the file in messages. */
  parse(json: unknown, label: string, settings: NetworkSettings): Config;
  build(config: Config, shape: Shape, dialect: Dialect, source: WeightSource): Graph;
  /** Names of its inputs and outputs; absent where they depend on the configuration. */
  readonly inputs?: readonly Input[];
  readonly outputs?: readonly Output[];
  /** The smallest shape at which the graph asks for every weight. */
  probe(config: Config): Shape;
  /** Keys that may lie in its files without being used. */
  ignores?(config: Config): RegExp;
  /** Keys of single numbers that are read rather than built in. */
  scalars?(config: Config): readonly string[];
  /** How golden data for it is told and what it compares. */
  readonly golden?: GoldenTest<Config, Shape>;
}

/** Golden data of a kind of network. */
export interface GoldenTest<Config, Shape> {
  /** Whether a folder is for this network: by its config.json and the last words of its tensors' names. */
  accepts(config: Readonly<Record<string, unknown>>, endings: ReadonlySet<string>): boolean;
  cases(folder: GoldenFolder, config: Config): Promise<readonly GoldenCase<Config, Shape>[]>;
}

/** One run of a network and the tensors its outputs are compared with, by their names in the folder. */
export interface GoldenCase<Config, Shape> {
  readonly shape: Shape;
  readonly inputs: Readonly<Record<string, HostTensor>>;
  readonly expected: Readonly<Record<string, string>>;
  /** Another configuration than the folder's own. */
  readonly config?: Config;
}

/** A folder of golden data as a network's cases read it. */
export interface GoldenFolder {
  readonly json: unknown;
  /** Beginnings of names up to the first dot, which tell cases apart; the empty name where there are none. */
  readonly caseNames: readonly string[];
  has(name: string): boolean;
  hasWeight(key: string): boolean;
  tensor(name: string): Promise<FloatTensor>;
  weight(key: string): Promise<FloatTensor>;
  /** Runs another network on the same weights, for inputs that are made by one. */
  run<Config, Shape>(
    network: Network<Config, Shape>,
    config: Config,
    shape: Shape,
    inputs: Readonly<Record<string, HostTensor>>,
  ): Promise<Record<string, FloatTensor>>;
}
