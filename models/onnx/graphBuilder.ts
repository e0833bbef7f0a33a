import { StudioError } from '../errors/studioError.ts';
import type { Dialect } from './dialect.ts';
import type { Attribute, Graph, GraphNode, Initializer, ModuleCost, ValueInfo } from './graph.ts';
import { inHalfPrecision } from './halfPrecision.ts';
import { reportWeights } from './sources/reportWeights.ts';
import {
  type DataType,
  elementBytes,
  type Shape,
  shapeText,
  sizeOf,
  type WeightEntry,
  type WeightSource,
} from './types.ts';

export type { Attribute, Graph, GraphNode, Initializer, ModuleCost, ValueInfo } from './graph.ts';

/** A value of a graph under construction: a name, an element type and a static shape. Made by a builder or an operator only. */
export interface Tensor {
  readonly builder: GraphBuilder;
  readonly name: string;
  readonly dtype: DataType;
  readonly shape: Shape;
}

/** The byte range of some rows (axis 0) of a stored weight. */
function rowsOf(entry: WeightEntry, shape: Shape, rows: { from: number; to: number }): WeightEntry {
  const rowBytes = (elementBytes[entry.dtype] * sizeOf(shape)) / (shape[0] ?? 1);
  return { ...entry, offset: entry.offset + rows.from * rowBytes, length: (rows.to - rows.from) * rowBytes };
}

/**
 * A source whose weights are what lies in its files and something computed on top: the builder hands every weight over once
 * it is float32, and uses what comes back. `rows` is the part of axis 0 asked for, absent for the whole.
 */
export interface AdaptingSource extends WeightSource {
  adapt(b: GraphBuilder, key: string, weight: Tensor, rows: { from: number; to: number } | undefined): Tensor;
}

/** Bytes of the largest constants that are compared with others. */
const mostToCompare = 2 ** 15;

const supportedInputs = new Set<DataType>(['float32', 'int64', 'int32']);

/**
 * Collects operator calls into a graph. Modules open a scope named as the checkpoint names them, so that a weight's key is
 * the path of the module that asks for it. Shape mistakes throw at the call that makes them, naming the module path and
 * both shapes; missing and misshapen weights are gathered and thrown together by {@link GraphBuilder.finish}.
 */
export class GraphBuilder {
  readonly dialect: Dialect;
  /** Where its weights come from. */
  readonly source: WeightSource | AdaptingSource;
  readonly #name: string;
  readonly #path: string[] = [];
  readonly #inputs: ValueInfo[] = [];
  readonly #outputs: ValueInfo[] = [];
  readonly #nodes: GraphNode[] = [];
  readonly #initializers: Initializer[] = [];
  readonly #values = new Map<string, ValueInfo>();
  readonly #costs = new Map<string, ModuleCost>();
  readonly #weights = new Map<string, Tensor>();
  readonly #constants = new Map<string, Tensor>();
  readonly #usedKeys = new Set<string>();
  readonly #missing: string[] = [];
  readonly #misshapen: string[] = [];
  #counter = 0;

  constructor(name: string, dialect: Dialect, source: WeightSource | AdaptingSource) {
    this.#name = name;
    this.dialect = dialect;
    this.source = source;
  }

  /** Module path of the scope in force, such as `down_blocks.0.resnets.1`; empty at the root. */
  get path(): string {
    return this.#path.join('.');
  }

  /** Runs `build` inside the module `name` (may itself hold dots). */
  scope<T>(name: string, build: () => T): T {
    this.#path.push(name);
    try {
      return build();
    } finally {
      this.#path.pop();
    }
  }

  /** Throws a shape mistake: a network and a configuration that cannot go together. */
  fail(message: string): never {
    throw new StudioError('model-mismatch', `${this.path || this.#name}: ${message}.`, {
      hint: 'The configuration and the weights of this model do not belong together, or a size asked for does not fit it.',
      details: { module: this.path, network: this.#name },
    });
  }

  /** Declares an input fed at every run. */
  input(name: string, dtype: DataType, shape: Shape): Tensor {
    if (!supportedInputs.has(dtype)) this.fail(`an input cannot be ${dtype}`);
    const value = this.#register({ name, dtype, shape });
    this.#inputs.push(value);
    return value;
  }

  /** Declares a result under a name of its own. */
  output(name: string, tensor: Tensor): void {
    const value = this.node('Identity', [tensor], [{ name, dtype: tensor.dtype, shape: tensor.shape }])[0];
    this.#outputs.push({ name, dtype: value.dtype, shape: value.shape });
  }

  /** Whether the checkpoint has the weight `name` of the module in force. */
  hasWeight(name: string): boolean {
    return this.source.has(this.#key(name));
  }

  #key(name: string): string {
    return this.#path.length > 0 ? `${this.path}.${name}` : name;
  }

  /**
   * The weight `name` of the module in force, as float32: weights stored narrower are widened by a Cast that the session
   * folds once. Shapes that differ only in axes of length one are the same weight.
   */
  weight(name: string, shape: Shape): Tensor {
    return this.weightAt(this.#key(name), shape);
  }

  /** {@link GraphBuilder.weight} by its whole key, whatever module is in force. */
  weightAt(key: string, shape: Shape): Tensor {
    const known = this.#weights.get(key);
    if (known) {
      if (known.shape.join() === shape.join()) return known;
      this.fail(`the weight ${key} is asked for as ${shapeText(shape)} and as ${shapeText(known.shape)}`);
    }
    const tensor = this.#adapted(key, this.#loadWeight(key, shape));
    this.#weights.set(key, tensor);
    this.#cost().parameters += sizeOf(shape);
    return tensor;
  }

  /**
   * Rows `from` to `to` of the weight `name`, whose full shape is `shape`: a byte range of the same stored weight.
   * Counts as a use of the whole key.
   */
  weightRows(name: string, shape: Shape, from: number, to: number): Tensor {
    const key = this.#key(name);
    const known = this.#weights.get(`${key}[${from}:${to}]`);
    if (known) return known;
    const tensor = this.#adapted(key, this.#loadWeight(key, shape, { from, to }), { from, to });
    this.#weights.set(`${key}[${from}:${to}]`, tensor);
    this.#cost().parameters += sizeOf(tensor.shape);
    return tensor;
  }

  #adapted(key: string, weight: Tensor, rows?: { from: number; to: number }): Tensor {
    return 'adapt' in this.source ? this.source.adapt(this, key, weight, rows) : weight;
  }

  #loadWeight(key: string, fullShape: Shape, rows?: { from: number; to: number }): Tensor {
    const whole = this.source.find(key, fullShape);
    this.#usedKeys.add(key);
    const shape = rows ? [rows.to - rows.from, ...fullShape.slice(1)] : fullShape;
    const name = rows ? `${key}[${rows.from}:${rows.to}]` : key;
    const entry = whole && rows ? rowsOf(whole, fullShape, rows) : whole;
    if (!entry) {
      this.#missing.push(`${key} (${shapeText(fullShape)})`);
      return this.#register({ name, dtype: 'float32', shape });
    }
    const significant = (sizes: Shape): string => sizes.filter((size) => size !== 1).join();
    if (whole && significant(whole.shape) !== significant(fullShape)) {
      this.#misshapen.push(
        `${key} is ${shapeText(whole.shape)} in the file and ${shapeText(fullShape)} in the network`,
      );
      return this.#register({ name, dtype: 'float32', shape });
    }
    const stored = this.#register({ name, dtype: entry.dtype, shape });
    this.#initializers.push({ name, dtype: entry.dtype, shape, weight: entry });
    if (entry.dtype === 'float32') return stored;
    return this.node('Cast', [stored], [{ dtype: 'float32', shape }], { to: { kind: 'int', value: 1 } })[0];
  }

  /** A float32 constant held in the graph; equal constants are stored once. */
  constant(shape: Shape, values: readonly number[] | Float32Array): Tensor {
    const data = values instanceof Float32Array ? values : Float32Array.from(values);
    return this.#constant('float32', shape, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }

  /** An int64 constant held in the graph, for shapes, axes and indices. */
  integers(values: readonly number[], shape: Shape = [values.length]): Tensor {
    const data = BigInt64Array.from(values, (value) => BigInt(value));
    return this.#constant('int64', shape, new Uint8Array(data.buffer));
  }

  #constant(dtype: 'float32' | 'int64', shape: Shape, bytes: Uint8Array): Tensor {
    const size = sizeOf(shape) * (dtype === 'float32' ? 4 : 8);
    if (bytes.length !== size) this.fail(`a constant of ${bytes.length} bytes cannot be ${shapeText(shape)} ${dtype}`);
    const identity =
      bytes.length <= mostToCompare ? `${dtype}[${shape}]${Buffer.from(bytes).toString('base64')}` : undefined;
    const known = identity === undefined ? undefined : this.#constants.get(identity);
    if (known) return known;
    const value = this.#register({ name: `constant_${this.#initializers.length}`, dtype, shape });
    this.#initializers.push({ name: value.name, dtype, shape, bytes: bytes.slice() });
    if (identity !== undefined) this.#constants.set(identity, value);
    return value;
  }

  /**
   * Adds one operator call and returns its outputs, whose types the caller (an operator function) has inferred.
   * `flops` counts each multiply-add as two; `single` keeps the call in float32 where the graph is in half precision.
   */
  node<const Outputs extends readonly { name?: string; dtype: DataType; shape: Shape }[]>(
    op: string,
    inputs: readonly (Tensor | undefined)[],
    outputs: Outputs,
    attributes: Readonly<Record<string, Attribute>> = {},
    options: { domain?: string; flops?: number; single?: boolean } = {},
  ): { readonly [Index in keyof Outputs]: Tensor } {
    for (const input of inputs)
      if (input && input.builder !== this) this.fail(`${op} is given a value of another graph`);
    const index = this.#counter++;
    const results = outputs.map(({ name, dtype, shape }, position) => {
      if (shape.some((size) => !Number.isInteger(size) || size <= 0))
        this.fail(`${op} would make a value of ${shapeText(shape)}`);
      return this.#register({ name: name ?? `${op}_${index}${position === 0 ? '' : `_${position}`}`, dtype, shape });
    });
    this.#nodes.push({
      op,
      domain: options.domain ?? '',
      name: `${this.path}/${op}_${index}`,
      // Absent inputs at the end are left out: one provider crashed on a convolution with an empty name for its bias.
      inputs: inputs
        .slice(0, inputs.findLastIndex((input) => input !== undefined) + 1)
        .map((input) => input?.name ?? ''),
      outputs: results.map((result) => result.name),
      attributes,
      ...(options.single ? { single: true } : {}),
    });
    if (options.flops) this.#cost().flops += options.flops;
    return results as unknown as { readonly [Index in keyof Outputs]: Tensor }; // map keeps the tuple's length
  }

  /** Ends building, in the dialect's precision. Throws when weights were missing or had other shapes, naming them. */
  finish(): Graph {
    reportWeights(this.#name, this.source.label, this.#missing, this.#misshapen);
    const graph: Graph = {
      name: this.#name,
      dialect: this.dialect,
      inputs: this.#inputs,
      outputs: this.#outputs,
      nodes: this.#constantsFirst(),
      initializers: this.#initializers,
      values: this.#values,
      costs: this.#costs,
      usedKeys: this.#usedKeys,
    };
    return this.dialect.half ? inHalfPrecision(graph) : graph;
  }

  /**
   * The runtime orders nodes depth-first and takes earlier ones later: what is made of weights alone, listed first, runs right before its
   * use, so that unfolded weights are widened and transformed one at a time and not all at once.
   */
  #constantsFirst(): readonly GraphNode[] {
    const constants = new Set(['', ...this.#initializers.map(({ name }) => name)]);
    const [made, fed]: [GraphNode[], GraphNode[]] = [[], []];
    for (const node of this.#nodes) {
      const isConstant = node.inputs.every((input) => constants.has(input));
      (isConstant ? made : fed).push(node);
      if (isConstant) for (const output of node.outputs) constants.add(output);
    }
    return [...made, ...fed];
  }

  #cost(): ModuleCost {
    const known = this.#costs.get(this.path);
    if (known) return known;
    const cost = { parameters: 0, flops: 0 };
    this.#costs.set(this.path, cost);
    return cost;
  }

  #register(value: ValueInfo): Tensor {
    if (this.#values.has(value.name)) this.fail(`two values are named ${value.name}`);
    this.#values.set(value.name, value);
    return { builder: this, ...value };
  }
}
