/**
 * 3×3 convolutions by fewer products: Winograd's minimal filtering F(m×m, 3×3), as Lavin and Gray (2016) apply it to networks. A tile of
 * m×m results takes (m + 2)² products for each pair of channels instead of 9m²; what lies before and after is sums, written here as
 * products with small constant matrices. What is enlarged first need not be: its kernels are smaller ones on what was there before.
 */
import { add } from '../elementwise.ts';
import type { GraphBuilder, Tensor } from '../graphBuilder.ts';
import { concatenate, evenRanges, reshape, slice, transpose } from '../shaping.ts';
import { sizeOf } from '../types.ts';
import { enlargings, type Filtering, filterings } from './filtering.ts';

/** Multiply-adds in whose time one transformed number of a weight is made, and one of a picture is transformed and moved. */
const weightCost = 40;
const pictureCost = 200;

/**
 * Most numbers of a weight, (inputs · outputs), that are transformed at a time. The runtime keeps a buffer for every size that comes again: parts of one
 * size share one.
 */
const mostWeights = 320 * 640;

/** Most bytes of pictures transformed at a time: more than the cores' caches hold anyway. */
const mostTileBytes = 24 * 2 ** 20;

/** Most tiles along an axis that one matrix transforms: it holds the zeros between them too. */
const mostTilesAcross = 8;

/** The filtering that takes the least time for such a convolution, absent where a plain one does. */
function bestFiltering(
  among: readonly Filtering[],
  pictures: number,
  height: number,
  width: number,
  inputs: number,
  outputs: number,
): Filtering | undefined {
  let least = 9 * pictures * height * width * inputs * outputs * (among[0]?.scale ?? 1) ** 2;
  let best: Filtering | undefined;
  for (const filter of among) {
    const { places, forward } = filter;
    const taps = forward.length ** 2;
    const tiles = pictures * Math.ceil(height / places) * Math.ceil(width / places);
    const time = taps * ((tiles + weightCost) * inputs * outputs + pictureCost * tiles * (inputs + outputs));
    if (time < least) [least, best] = [time, filter];
  }
  return best;
}

/** What one convolution works with. */
interface Convolution {
  readonly filter: Filtering;
  /** The weight at each point, (taps², outputs, C), in parts along its outputs. */
  readonly weights: readonly Tensor[];
  readonly width: number;
  readonly inputs: number;
  readonly outputs: number;
}

/**
 * The 3×3 convolution of stride 1, padded by one on every side, of x (n, C, …, h, w) by a weight (outputs, C, …, 3, 3), every axis between
 * being left alone; or of x `enlarged` to twice its height and width by repeating its pixels. Undefined where a plain convolution is as quick.
 */
export function winogradConvolution(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | undefined,
  { enlarged = false } = {},
): Tensor | undefined {
  const { shape } = x;
  const [batch = 0, inputs = 0] = shape;
  const [height = 0, width = 0] = shape.slice(-2);
  const outputs = weight.shape[0] ?? 0;
  const pictures = sizeOf(shape) / (inputs * height * width);
  const filter = bestFiltering(enlarged ? enlargings : filterings, pictures, height, width, inputs, outputs);
  if (!filter) return undefined;
  const positions = (pictures / batch) * height * width;
  const weights = evenRanges(outputs, mostWeights / inputs).map(([from, to]) =>
    tapsOf(filter, slice(weight, 0, from, to)),
  );
  // Channels last: what is moved then lies together.
  const last = transpose(reshape(x, [batch, inputs, positions]), [0, 2, 1]);
  const whole = inPieces(
    { filter, weights, width, inputs, outputs },
    reshape(last, [pictures, height, width * inputs]),
  );
  const turned = transpose(reshape(whole, [batch, positions * filter.scale ** 2, outputs]), [0, 2, 1]);
  const sides = [height * filter.scale, width * filter.scale];
  const result = reshape(turned, [batch, outputs, ...shape.slice(2, -2), ...sides]);
  if (!bias) return result;
  return add(result, reshape(bias, [1, outputs, ...shape.slice(2).map(() => 1)]));
}

/** Pictures with channels last, (n, h, w · C), convolved in bands of rows of as many pictures as may be transformed at a time. */
function inPieces(made: Convolution, x: Tensor): Tensor {
  const { filter, width, inputs, outputs } = made;
  const [pictures = 0, height = 0] = x.shape;
  const { places, forward } = filter;
  const tileRows = Math.ceil(height / places);
  const tileRowBytes = 4 * forward.length ** 2 * Math.ceil(width / places) * Math.max(inputs, outputs);
  const bands = evenRanges(tileRows, Math.min(mostTilesAcross, mostTileBytes / tileRowBytes));
  const [, bandRows = 0] = bands[0] ?? [];
  const groups = evenRanges(pictures, mostTileBytes / (tileRowBytes * bandRows)).map(([first, last]) => {
    const group = slice(x, 0, first, last);
    const parts = bands.map(([from, to]) => filtered(made, group, from * places, Math.min(height, to * places)));
    return concatenate(parts, 1);
  });
  return concatenate(groups, 0);
}

/** Rows `from` to `to` of (n, h, w · C), convolved: (n, rows, w · outputs), each row and column as often as the filtering's scale. */
function filtered(
  { filter, weights, width, inputs, outputs }: Convolution,
  x: Tensor,
  from: number,
  to: number,
): Tensor {
  const { builder: b } = x;
  const [n = 0, height = 0] = x.shape;
  const { places, scale } = filter;
  const taps = filter.forward.length;
  const [start, end] = [Math.max(0, from - 1), Math.min(height, to + 1)];
  const down = Math.ceil((to - from) / places);
  const stretches = stretchesOf(width, places);
  const blocks = stretches.length;
  const across = Math.ceil(width / places) / blocks;

  const rows = matrixTimes(forwardOf(b, [{ from, to, start, end }], height, filter), slice(x, 1, start, end));
  const columns = reshape(rows, [n * taps * down, width, inputs]);
  const cells = matrixTimes(forwardOf(b, stretches, width, filter), overlapping(columns, stretches));
  const tiles = transpose(reshape(cells, [n, taps, down, blocks, taps, across * inputs]), [1, 4, 0, 2, 3, 5]);

  const list = reshape(tiles, [taps * taps, n * down * blocks * across, inputs]);
  const flopsAWeight = (2 * 9 * n * (to - from) * width * scale * scale) / (taps * taps);
  const products = concatenate(
    weights.map((weight) => pointwise(list, weight, flopsAWeight)),
    2,
  );

  const placed = transpose(reshape(products, [taps, taps, n, down, blocks, across * outputs]), [2, 0, 3, 4, 1, 5]);
  const summed = matrixTimes(
    inverseOf(b, (width / blocks) * scale, filter),
    reshape(placed, [n * taps * down, blocks, taps * across, outputs]),
  );
  const result = reshape(summed, [n, taps * down, width * scale * outputs]);
  return matrixTimes(inverseOf(b, (to - from) * scale, filter), result);
}

/** Results `from` to `to` of an axis, and which of its values, `start` to `end`, are read for them. */
interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly start: number;
  readonly end: number;
}

/** An axis in stretches of one size, of as many tiles as are transformed at a time; in one where no such size divides it. */
function stretchesOf(length: number, places: number): readonly Stretch[] {
  const sizes = Array.from({ length: mostTilesAcross / 2 }, (_, index) => (mostTilesAcross - index) * places);
  const size = length <= mostTilesAcross * places ? undefined : sizes.find((each) => length % each === 0);
  if (size === undefined) return [{ from: 0, to: length, start: 0, end: length }];
  return evenRanges(length, size).map(([from, to]) => ({ from, to, start: from - 1, end: to + 1 }));
}

/** (rows, w, C) as (rows, stretches, values of a stretch, C), neighbours sharing two; beyond the ends stands anything. */
function overlapping(x: Tensor, stretches: readonly Stretch[]): Tensor {
  const [rows = 0, width = 0, channels = 0] = x.shape;
  if (stretches.length === 1) return reshape(x, [rows, 1, width, channels]);
  const at = stretches.flatMap(({ start, end }) =>
    Array.from({ length: end - start }, (_, index) => Math.min(width - 1, Math.max(0, start + index))),
  );
  const size = at.length / stretches.length;
  const shape = [rows, stretches.length, size, channels];
  const places = x.builder.integers(at, [stretches.length, size]);
  return x.builder.node('Gather', [x, places], [{ dtype: x.dtype, shape }], { axis: { kind: 'int', value: 1 } })[0];
}

/** Each of (taps², tiles, C) times its own of (taps², outputs, C), turned; counted as so many operations a weight. */
function pointwise(tiles: Tensor, weight: Tensor, flopsAWeight: number): Tensor {
  const [count = 0, rows = 0] = tiles.shape;
  const shape = [count, rows, weight.shape[1] ?? 0];
  const attributes = { transB: { kind: 'int', value: 1 } } as const;
  const options = { domain: 'com.microsoft', flops: flopsAWeight * sizeOf(weight.shape) };
  return tiles.builder.node('FusedMatMul', [tiles, weight], [{ dtype: tiles.dtype, shape }], attributes, options)[0];
}

/** Constants (…, rows, inner) times (n, …, inner, columns). Not counted: the plain convolution's operations are. */
function matrixTimes(constant: Tensor, x: Tensor): Tensor {
  const shape = [...x.shape.slice(0, -2), constant.shape.at(-2) ?? 0, x.shape.at(-1) ?? 0];
  return x.builder.node('MatMul', [constant, x], [{ dtype: x.dtype, shape }])[0];
}

/** The weight at each point: (taps², outputs, C). */
function tapsOf({ kernel }: Filtering, weight: Tensor): Tensor {
  const { builder: b } = weight;
  const [outputs = 0, inputs = 0] = weight.shape;
  const both = kernel.flatMap((row) => kernel.flatMap((column) => row.flatMap((a) => column.map((c) => a * c))));
  const points = kernel.length ** 2;
  const [transformed] = b.node(
    'Gemm',
    [b.constant([points, 9], both), reshape(weight, [outputs * inputs, 9])],
    [{ dtype: weight.dtype, shape: [points, outputs * inputs] }],
    { transB: { kind: 'int', value: 1 } },
  );
  return reshape(transformed, [points, outputs, inputs]);
}

/** (stretches, taps · tiles, values): what the forward matrix makes of the stretches of an axis, tap by tap; beyond its ends lie zeros. */
function forwardOf(
  b: GraphBuilder,
  stretches: readonly Stretch[],
  length: number,
  { places, forward }: Filtering,
): Tensor {
  const matrices = stretches.map(({ from, to, start, end }) => {
    const tiles = Math.ceil((to - from) / places);
    return forward.flatMap((row) =>
      Array.from({ length: tiles }, (_, tile) => {
        const values = new Array<number>(end - start).fill(0);
        for (const [step, value] of row.entries()) {
          const at = from + tile * places + step - 1;
          if (at >= 0 && at < length) values[at - start] = value;
        }
        return values;
      }),
    );
  });
  const [rows = []] = matrices;
  return b.constant([stretches.length, rows.length, rows[0]?.length ?? 0], matrices.flat(2));
}

/** (count, taps · tiles): so many results of an axis from their products, which lie tap by tap. */
function inverseOf(b: GraphBuilder, count: number, { inverse }: Filtering): Tensor {
  const results = inverse.length;
  const tiles = Math.ceil(count / results);
  const taps = inverse[0]?.length ?? 0;
  const values = new Float32Array(count * taps * tiles);
  for (let at = 0; at < count; at++)
    for (const [tap, value] of (inverse[at % results] ?? []).entries())
      values[at * taps * tiles + tap * tiles + Math.floor(at / results)] = value;
  return b.constant([count, taps * tiles], values);
}
