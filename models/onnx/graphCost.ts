import type { Graph } from './graphBuilder.ts';
import { elementBytes, sizeOf } from './types.ts';

/** What a graph costs in all: stored numbers, multiply-adds counted twice per run, and bytes. */
export interface GraphCost {
  readonly parameters: number;
  readonly flops: number;
  /** Weights as float32, as they lie in memory while a session lives. */
  readonly weightBytes: number;
  /** Most bytes of values alive at once during a run, inputs and outputs included. */
  readonly activationBytes: number;
}

/** Operators whose result shares its input's memory. */
const aliases = new Set(['Reshape', 'Identity']);

/** Adds up a graph's costs. */
export function graphCost(graph: Graph): GraphCost {
  let parameters = 0;
  let flops = 0;
  for (const cost of graph.costs.values()) {
    parameters += cost.parameters;
    flops += cost.flops;
  }
  return { parameters, flops, weightBytes: 4 * parameters, activationBytes: peakBytes(graph) };
}

/** A graph's costs per module path, every module with its children; the root is the empty path. */
export function moduleCosts(graph: Graph): ReadonlyMap<string, { parameters: number; flops: number }> {
  const totals = new Map<string, { parameters: number; flops: number }>();
  for (const [path, cost] of graph.costs) {
    const parts = path === '' ? [] : path.split('.');
    for (let length = 0; length <= parts.length; length++) {
      const prefix = parts.slice(0, length).join('.');
      const total = totals.get(prefix) ?? { parameters: 0, flops: 0 };
      total.parameters += cost.parameters;
      total.flops += cost.flops;
      totals.set(prefix, total);
    }
  }
  return totals;
}

/** Walks the nodes in order, freeing each value after its last use. */
function peakBytes(graph: Graph): number {
  const constants = new Set(graph.initializers.map(({ name }) => name));
  const home = new Map<string, string>();
  const lastUse = new Map<string, number>();
  const root = (name: string): string => home.get(name) ?? name;
  for (const [index, node] of graph.nodes.entries()) {
    // What depends on constants alone is folded before the first run.
    if (node.inputs.every((input) => input === '' || constants.has(input))) {
      for (const output of node.outputs) constants.add(output);
      continue;
    }
    const [input, output] = [node.inputs[0], node.outputs[0]];
    if (aliases.has(node.op) && input !== undefined && output !== undefined) home.set(output, root(input));
    for (const name of node.inputs) if (name !== '' && !constants.has(name)) lastUse.set(root(name), index);
  }
  for (const { name } of graph.outputs) lastUse.set(root(name), graph.nodes.length);
  const bytesOf = (name: string): number => {
    const value = graph.values.get(name);
    return value ? sizeOf(value.shape) * elementBytes[value.dtype] : 0;
  };
  const dying = new Map<number, string[]>();
  for (const [name, index] of lastUse) dying.set(index, [...(dying.get(index) ?? []), name]);
  let alive = graph.inputs.reduce((sum, { name }) => sum + bytesOf(name), 0);
  let peak = alive;
  for (const [index, node] of graph.nodes.entries()) {
    for (const output of node.outputs) if (!constants.has(output) && root(output) === output) alive += bytesOf(output);
    peak = Math.max(peak, alive);
    for (const name of dying.get(index) ?? []) alive -= bytesOf(name);
  }
  return peak;
}
