import type { Dialect } from './dialect.ts';
import type { DataType, Shape, WeightEntry } from './types.ts';

/** Operator attributes; which ONNX kind a number takes is said here because 1 and 1.0 look alike. */
export type Attribute =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'ints'; readonly value: readonly number[] };

/** One operator call of a built graph. Empty input names stand for absent optional inputs. */
export interface GraphNode {
  readonly op: string;
  readonly domain: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  /** Whether it is computed in float32 even where the graph is in half precision. */
  readonly single?: boolean;
}

/** A named value with its type. */
export interface ValueInfo {
  readonly name: string;
  readonly dtype: DataType;
  readonly shape: Shape;
}

/** A constant of a graph: bytes held here, or a weight left where it lies. */
export type Initializer = ValueInfo & ({ readonly bytes: Uint8Array } | { readonly weight: WeightEntry });

/** What a module costs: stored numbers, and multiply-adds counted twice for one run. */
export interface ModuleCost {
  parameters: number;
  flops: number;
}

/** A finished graph, ready to be written as an ONNX file. */
export interface Graph {
  readonly name: string;
  readonly dialect: Dialect;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly nodes: readonly GraphNode[];
  readonly initializers: readonly Initializer[];
  readonly values: ReadonlyMap<string, ValueInfo>;
  /** Cost of each module path on its own, children not included. */
  readonly costs: ReadonlyMap<string, ModuleCost>;
  /** Checkpoint keys the network used. */
  readonly usedKeys: ReadonlySet<string>;
}
