/** SAM 2's memory attention: a frame's features look at what earlier frames remember of the subject. */
import { attention } from '../../onnx/attention.ts';
import type { Dialect } from '../../onnx/dialect.ts';
import { add, embed, multiply, relu, scale, subtract } from '../../onnx/elementwise.ts';
import { type Graph, GraphBuilder, type Tensor } from '../../onnx/graphBuilder.ts';
import { linear, matmul } from '../../onnx/linear.ts';
import { concatenate, expand, reshape, slice } from '../../onnx/shaping.ts';
import type { WeightSource } from '../../onnx/types.ts';
import { layerNormLayer, linearLayer } from '../modules.ts';
import { gridSines, gridTurns } from './positions.ts';
import { featureSide, type Sam2Config } from './sam2Config.ts';

/** What a memory attention is built for. */
export interface MemoryAttentionShape {
  /** Memories of frames, and pointers to the subject. */
  readonly memories: number;
  readonly pointers: number;
}

/**
 * Builds it. Inputs: features (1, cells, C); memories (memories, cells, M); ages (memories, ages), a one at each memory's row of the
 * table of ages; pointers (pointers, C) and distances (pointers, C), sines of how far away their frames are, where there are
 * pointers. Output: features (1, cells, C) that have seen them.
 */
export function buildMemoryAttention(
  config: Sam2Config,
  shape: MemoryAttentionShape,
  dialect: Dialect,
  source: WeightSource,
): Graph {
  const b: GraphBuilder = new GraphBuilder('sam2_memory_attention', dialect, source);
  const { width, attentionLayers } = config;
  const side = featureSide(config);
  const features = b.input('features', 'float32', [1, side ** 2, width]);
  const memory = remembered(b, config, shape);
  const turns = gridTurns(side, width);
  const turning: Turning = {
    cosines: b.constant([1, side ** 2, width / 2], turns.cosines),
    sines: b.constant([1, side ** 2, width / 2], turns.sines),
    order: b.integers(pairsApart(width)),
    repeats: shape.memories,
  };
  const places = b.constant([1, side ** 2, width], gridSines(side, width));
  let x = add(features, scale(places, 0.1));
  const result = b.scope('memory_attention', () => {
    for (let layer = 0; layer < attentionLayers; layer++)
      x = b.scope(`layers.${layer}`, () => memoryLayer(b, x, memory, turning, config.attentionInner));
    return layerNormLayer(b, 'norm', x);
  });
  b.output('attended', result);
  return b.finish();
}

/** What is remembered: values, and keys before their projection, (1, memories · cells + tokens of pointers, M). */
function remembered(
  b: GraphBuilder,
  config: Sam2Config,
  { memories, pointers }: MemoryAttentionShape,
): { keys: Tensor; values: Tensor } {
  const { width, memoryWidth } = config;
  const cells = featureSide(config) ** 2;
  const given = b.input('memories', 'float32', [memories, cells, memoryWidth]);
  const ages = b.input('ages', 'float32', [memories, config.memories]);
  const table = reshape(b.weight('maskmem_tpos_enc', [config.memories, 1, 1, memoryWidth]), [
    config.memories,
    memoryWidth,
  ]);
  const places = b.constant([1, cells, memoryWidth], gridSines(featureSide(config), memoryWidth));
  const placed = add(add(given, places), reshape(matmul(ages, table), [memories, 1, memoryWidth]));
  const flat = (x: Tensor): Tensor => reshape(x, [1, memories * cells, memoryWidth]);
  if (pointers === 0) return { keys: flat(placed), values: flat(given) };
  // A pointer is wider than a memory's cell: it becomes several tokens, which share its distance.
  const parts = width / memoryWidth;
  const pointer = reshape(b.input('pointers', 'float32', [pointers, width]), [1, pointers * parts, memoryWidth]);
  const values = concatenate([flat(given), pointer], 1);
  if (!config.placedPointers) return { keys: concatenate([flat(placed), pointer], 1), values };
  const distances = b.input('distances', 'float32', [pointers, width]);
  const distance = reshape(linearLayer(b, 'obj_ptr_tpos_proj', distances, memoryWidth), [pointers, 1, memoryWidth]);
  const repeated = reshape(expand(distance, [pointers, parts, memoryWidth]), [1, pointers * parts, memoryWidth]);
  return { keys: concatenate([flat(placed), add(pointer, repeated)], 1), values };
}

/** Turns of every cell's pairs, as constants of the graph. */
interface Turning {
  readonly cosines: Tensor;
  readonly sines: Tensor;
  /** Order of the projections' rows that puts the first of every pair before all second ones. */
  readonly order: Tensor;
  /** How often the grid repeats in the memories. */
  readonly repeats: number;
}

/**
 * Rows of a projection so that its result's pairs are halves: pairs of neighbours would have to be taken apart at every run. Queries
 * and keys change alike, so their products stay the same.
 */
const pairsApart = (width: number): number[] =>
  Array.from({ length: width }, (_, index) => (index < width / 2 ? 2 * index : 2 * index - width + 1));

function memoryLayer(
  b: GraphBuilder,
  x: Tensor,
  memory: { keys: Tensor; values: Tensor },
  turning: Turning,
  inner: number,
): Tensor {
  const own = layerNormLayer(b, 'norm1', x);
  const once = { ...turning, repeats: 1 };
  const first = add(x, turnedAttention(b, 'self_attn', { q: own, k: own, v: own }, once));
  const asking = { q: layerNormLayer(b, 'norm2', first), k: memory.keys, v: memory.values };
  const second = add(first, turnedAttention(b, 'cross_attn_image', asking, turning));
  const fed = relu(linearLayer(b, 'linear1', layerNormLayer(b, 'norm3', second), inner));
  return add(second, linearLayer(b, 'linear2', fed, x.shape.at(-1) ?? 0));
}

/** Attention of one head whose queries and keys are turned by their places; keys behind the last grid stay as they are. */
function turnedAttention(
  b: GraphBuilder,
  name: string,
  { q, k, v }: { q: Tensor; k: Tensor; v: Tensor },
  turning: Turning,
): Tensor {
  const width = q.shape.at(-1) ?? 0;
  const cells = q.shape[1] ?? 0;
  return b.scope(name, () => {
    const queries = turned(orderedLinear(b, 'q_proj', q, turning.order, width), turning, 1);
    const keys = orderedLinear(b, 'k_proj', k, turning.order, width);
    const placed = cells * turning.repeats;
    const total = keys.shape[1] ?? 0;
    const parts = [turned(slice(keys, 1, 0, placed), turning, turning.repeats)];
    if (total > placed) parts.push(slice(keys, 1, placed, total));
    const joined = concatenate(parts, 1);
    // The projection of values and their weighing are both linear: whichever leaves less to weigh comes first.
    const attended =
      (v.shape.at(-1) ?? 0) < width
        ? linearLayer(b, 'v_proj', attention(queries, joined, v, { heads: 1 }), width)
        : attention(queries, joined, linearLayer(b, 'v_proj', v, width), { heads: 1 });
    return linearLayer(b, 'out_proj', attended, width);
  });
}

/** A linear layer with its outputs in another order; the reordered weights are folded once. */
function orderedLinear(b: GraphBuilder, name: string, x: Tensor, order: Tensor, width: number): Tensor {
  return b.scope(name, () => {
    const weight = embed(b.weight('weight', [width, x.shape.at(-1) ?? 0]), order);
    return linear(x, weight, reshape(embed(reshape(b.weight('bias', [width]), [width, 1]), order), [width]));
  });
}

/** Tokens (1, repeats · cells, C) with the two halves of C turned against each other. */
function turned(x: Tensor, { cosines, sines }: Turning, repeats: number): Tensor {
  const [, tokens = 0, width = 0] = x.shape;
  const grids = reshape(x, [repeats, tokens / repeats, width]);
  const [first, second] = [slice(grids, 2, 0, width / 2), slice(grids, 2, width / 2, width)];
  const across = subtract(multiply(first, cosines), multiply(second, sines));
  return reshape(concatenate([across, add(multiply(first, sines), multiply(second, cosines))], 2), x.shape);
}
