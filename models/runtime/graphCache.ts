import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../files/atomicFile.ts';
import type { Graph, ValueInfo } from '../onnx/graphBuilder.ts';
import { graphCost } from '../onnx/graphCost.ts';
import { encodeModel } from '../onnx/modelFile.ts';

/** Raised whenever a builder's output for the same description changes. */
const builderVersion = 14;

/** A graph ready for a session: the ONNX bytes and what the program wants to know of it. */
export interface BuiltGraph {
  readonly model: Uint8Array;
  readonly outputs: readonly ValueInfo[];
  readonly flops: number;
  readonly parameters: number;
  readonly weightBytes: number;
  readonly activationBytes: number;
}

/** Encodes a graph just built. */
export function encodeGraph(graph: Graph): BuiltGraph {
  return { model: encodeModel(graph), outputs: graph.outputs, ...graphCost(graph) };
}

/**
 * The graph of that description from the cache, or built and put there. `description` must hold everything the graph
 * depends on: network, configuration, shapes, dialect, and where each weight lies. Without a folder every call builds.
 * A cache that cannot be read or written costs the time to build, nothing else.
 */
export async function cachedGraph(
  folder: string | undefined,
  description: unknown,
  build: () => Graph,
): Promise<BuiltGraph> {
  if (folder === undefined) return encodeGraph(build());
  const key = createHash('sha256')
    .update(JSON.stringify([builderVersion, description]))
    .digest('hex')
    .slice(0, 40);
  const modelPath = join(folder, `${key}.onnx`);
  const factsPath = join(folder, `${key}.json`);
  const known = await readCached(modelPath, factsPath);
  if (known) return known;
  const graph = encodeGraph(build());
  const { model, ...facts } = graph;
  try {
    await writeFileAtomic(modelPath, model);
    await writeFileAtomic(factsPath, JSON.stringify(facts));
  } catch {
    // A full or read-only disk leaves the cache as it was.
  }
  return graph;
}

async function readCached(modelPath: string, factsPath: string): Promise<BuiltGraph | undefined> {
  try {
    const facts: unknown = JSON.parse(await readFile(factsPath, 'utf8'));
    return isFacts(facts) ? { ...facts, model: await readFile(modelPath) } : undefined;
  } catch {
    return undefined; // not there, or not ours: build it
  }
}

function isFacts(value: unknown): value is Omit<BuiltGraph, 'model'> {
  if (typeof value !== 'object' || value === null || !('outputs' in value) || !Array.isArray(value.outputs))
    return false;
  const numbers: Record<string, unknown> = { ...value };
  return ['flops', 'parameters', 'weightBytes', 'activationBytes'].every((name) => typeof numbers[name] === 'number');
}
