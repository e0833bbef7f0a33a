/** Hiera (Ryali et al. 2023, arXiv 2306.00989), the trunk of SAM 2. Values are (n, h, w, C) throughout. */
import { attention } from '../../onnx/attention.ts';
import { add, gelu, maximum } from '../../onnx/elementwise.ts';
import type { GraphBuilder, Tensor } from '../../onnx/graphBuilder.ts';
import { convolution, linear } from '../../onnx/linear.ts';
import { padEnd, reshape, resizeSmooth, slice, tile, transpose } from '../../onnx/shaping.ts';
import { layerNormLayer, linearLayer } from '../modules.ts';
import { mlp } from './layers.ts';
import type { TrunkConfig } from './sam2Config.ts';

/** Side of a patch's step in pixels. */
const patchStep = 4;

/** What one block is, told by where it stands. */
interface BlockShape {
  readonly inputs: number;
  readonly outputs: number;
  readonly heads: number;
  /** Side of its windows; 0: the whole picture at once. */
  readonly window: number;
  /** Whether it halves the resolution: the first block of every stage but the first. */
  readonly pools: boolean;
}

/** Every block in order. The first of a stage still has the windows of the stage before. */
function blocksOf({ width, heads, stages, windows, globalBlocks }: TrunkConfig): readonly BlockShape[] {
  const blocks: BlockShape[] = [];
  for (const [stage, count] of stages.entries())
    for (let block = 0; block < count; block++) {
      const pools = stage > 0 && block === 0;
      const from = pools ? stage - 1 : stage;
      const window = globalBlocks.includes(blocks.length) ? 0 : (windows[from] ?? 0);
      blocks.push({ inputs: width * 2 ** from, outputs: width * 2 ** stage, heads: heads * 2 ** stage, window, pools });
    }
  return blocks;
}

/** Builds the trunk: pixels (1, 3, S, S) → each stage's result (1, h, w, C), finest first. */
export function hieraTrunk(b: GraphBuilder, pixels: Tensor, config: TrunkConfig): readonly Tensor[] {
  const ends = config.stages.map((_, stage) =>
    config.stages.slice(0, stage + 1).reduce((sum, count) => sum + count, 0),
  );
  let x = b.scope('patch_embed.proj', () => {
    const weight = b.weight('weight', [config.width, 3, 7, 7]);
    const options = { strides: [patchStep, patchStep], pads: [3, 3, 3, 3] };
    return transpose(convolution(pixels, weight, b.weight('bias', [config.width]), options), [0, 2, 3, 1]);
  });
  x = add(x, placeEmbedding(b, x.shape[1] ?? 0, config));
  const results: Tensor[] = [];
  for (const [index, block] of blocksOf(config).entries()) {
    x = b.scope(`blocks.${index}`, () => trunkBlock(b, x, block));
    if (ends.includes(index + 1)) results.push(x);
  }
  return results;
}

/** The stored embedding stretched over the picture, and one window's embedding repeated over it: (1, side, side, C). */
function placeEmbedding(b: GraphBuilder, side: number, { width, positions, windows }: TrunkConfig): Tensor {
  const window = windows[0] ?? 1;
  if (side % window !== 0) b.fail(`windows of ${window} do not fill ${side}`);
  const whole = resizeSmooth(b.weight('pos_embed', [1, width, positions, positions]), side, side, 'cubic');
  const repeated = tile(b.weight('pos_embed_window', [1, width, window, window]), [1, 1, side / window, side / window]);
  return transpose(add(whole, repeated), [0, 2, 3, 1]);
}

function trunkBlock(b: GraphBuilder, x: Tensor, block: BlockShape): Tensor {
  const [, height = 0, width = 0] = x.shape;
  const normed = layerNormLayer(b, 'norm1', x, 1e-6);
  const projected = block.inputs === block.outputs ? x : linearLayer(b, 'proj', normed, block.outputs);
  const shortcut = block.pools ? halve(projected) : projected;
  const windows = block.window > 0 ? cutWindows(normed, block.window) : normed;
  const attended = b.scope('attn', () => poolingAttention(b, windows, block));
  const [outHeight, outWidth] = block.pools ? [height / 2, width / 2] : [height, width];
  const joined = block.window > 0 ? joinWindows(attended, outHeight, outWidth) : attended;
  const result = add(shortcut, joined);
  const inner = 4 * block.outputs;
  return add(result, mlp(b, 'mlp', layerNormLayer(b, 'norm2', result, 1e-6), [inner, block.outputs], gelu));
}

/** Attention inside each window (n, h, w, C); queries are pooled two by two where the block halves the resolution. */
function poolingAttention(b: GraphBuilder, x: Tensor, { inputs, outputs, heads, pools }: BlockShape): Tensor {
  const [n = 0, height = 0, width = 0] = x.shape;
  const part = (index: number): Tensor => {
    const [from, to] = [index * outputs, (index + 1) * outputs];
    const weight = b.weightRows('weight', [3 * outputs, inputs], from, to);
    return linear(x, weight, b.weightRows('bias', [3 * outputs], from, to));
  };
  const [query, key, value] = b.scope('qkv', () => [part(0), part(1), part(2)] as const);
  const pooled = pools ? halve(query) : query;
  const [, outHeight = 0, outWidth = 0] = pooled.shape;
  const flat = (tensor: Tensor): Tensor => {
    const [, h = 0, w = 0, channels = 0] = tensor.shape;
    return reshape(tensor, [n, h * w, channels]);
  };
  const attended = attention(flat(pooled), flat(key), flat(value), { heads });
  if (height * width === 0) b.fail('a window is empty');
  return reshape(linearLayer(b, 'proj', attended, outputs), [n, outHeight, outWidth, outputs]);
}

/** The largest of every two by two places. */
function halve(x: Tensor): Tensor {
  const [n = 0, height = 0, width = 0, channels = 0] = x.shape;
  if (height % 2 !== 0 || width % 2 !== 0) x.builder.fail(`${height} by ${width} places cannot be halved`);
  const rows = reshape(x, [(n * height) / 2, 2, width * channels]);
  const tall = maximum(slice(rows, 1, 0, 1), slice(rows, 1, 1, 2));
  const columns = reshape(tall, [(n * height * width) / 4, 2, channels]);
  return reshape(maximum(slice(columns, 1, 0, 1), slice(columns, 1, 1, 2)), [n, height / 2, width / 2, channels]);
}

/** (1, h, w, C) in windows (windows, side, side, C), with zeros where the last ones reach beyond the picture. */
function cutWindows(x: Tensor, side: number): Tensor {
  const [, height = 0, width = 0, channels = 0] = x.shape;
  const [rows, columns] = [Math.ceil(height / side), Math.ceil(width / side)];
  const padded = padEnd(padEnd(x, 1, rows * side), 2, columns * side);
  const cut = transpose(reshape(padded, [rows, side, columns, side, channels]), [0, 2, 1, 3, 4]);
  return reshape(cut, [rows * columns, side, side, channels]);
}

/** Windows laid back in their places and cut to height × width. */
function joinWindows(windows: Tensor, height: number, width: number): Tensor {
  const [, side = 1, , channels = 0] = windows.shape;
  const [rows, columns] = [Math.ceil(height / side), Math.ceil(width / side)];
  const laid = transpose(reshape(windows, [rows, columns, side, side, channels]), [0, 2, 1, 3, 4]);
  const whole = reshape(laid, [1, rows * side, columns * side, channels]);
  return slice(slice(whole, 1, 0, height), 2, 0, width);
}
