/**
 * 3×3 convolutions by fewer products: Winograd's minimal filtering F(m×m, 3×3), as Lavin and Gray (2016) apply it to networks. A tile of
 * m×m results takes (m + 2)² products for each pair of channels instead of 9m²; what lies before and after is sums, written here as
 * products with small constant matrices.
 */
import { add } from './elementwise.ts';
import type { GraphBuilder, Tensor } from './graphBuilder.ts';
import { concatenate, evenRanges, reshape, slice, transpose } from './shaping.ts';
import { sizeOf } from './types.ts';

type Matrix = readonly (readonly number[])[];

/** The matrices of F(m, 3) along one axis: results = inverse · ((kernel · g) ⊙ (forward · d)). */
interface Filtering {
  /** Results of a tile, m, along one axis. */
  readonly results: number;
  /** (m + 2, m + 2), for the m + 2 values that a tile reads. */
  readonly forward: Matrix;
  /** (m + 2, 3), for the kernel. */
  readonly kernel: Matrix;
  /** (m, m + 2), for the products. */
  readonly inverse: Matrix;
}

/**
 * F(m, 3) by Toom and Cook: polynomials multiplied through their values at m + 1 points and at infinity. Points of small magnitude, none far
 * from another's inverse, lose the fewest digits (Barabasz et al. 2020).
 */
function filtering(points: readonly number[]): Filtering {
  const results = points.length - 1;
  const others = (index: number): readonly number[] => points.filter((_, at) => at !== index);
  const infinity = (length: number): readonly number[] =>
    Array.from({ length }, (_, at) => (at === length - 1 ? 1 : 0));
  const powers = (point: number, count: number): readonly number[] =>
    Array.from({ length: count }, (_, exponent) => point ** exponent);
  const divisor = (index: number): number =>
    others(index).reduce((product, point) => product * ((points[index] ?? 0) - point), 1);
  const valuesOfResults = [...points.map((point) => powers(point, results)), infinity(results)];
  return {
    results,
    forward: [...points.map((_, index) => [...polynomial(others(index)), 0]), polynomial(points)],
    kernel: [...points.map((point, index) => powers(point, 3).map((value) => value / divisor(index))), infinity(3)],
    inverse: Array.from({ length: results }, (_, row) => valuesOfResults.map((values) => values[row] ?? 0)),
  };
}

/** Coefficients of Π (x − root), the constant one first. */
function polynomial(roots: readonly number[]): readonly number[] {
  const coefficients = [1];
  for (const root of roots) {
    coefficients.unshift(0);
    for (let power = 0; power + 1 < coefficients.length; power++)
      coefficients[power] = (coefficients[power] ?? 0) - root * (coefficients[power + 1] ?? 0);
  }
  return coefficients;
}

/**
 * Tiles of four and of two results. Against sums in double precision, at 320 channels: F(4×4, 3×3) errs by 2.3e-6 of the result (root mean
 * square), F(2×2, 3×3) by 5e-7, a plain convolution by 3e-7.
 */
const filterings = [filtering([0, 1, -1, 0.5, -2]), filtering([0, 1, -1])];

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
  pictures: number,
  height: number,
  width: number,
  inputs: number,
  outputs: number,
): Filtering | undefined {
  let least = 9 * pictures * height * width * inputs * outputs;
  let best: Filtering | undefined;
  for (const filter of filterings) {
    const { results } = filter;
    const taps = (results + 2) ** 2;
    const tiles = pictures * Math.ceil(height / results) * Math.ceil(width / results);
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
 * being left alone. Undefined where a plain convolution is as quick.
 */
export function winogradConvolution(x: Tensor, weight: Tensor, bias: Tensor | undefined): Tensor | undefined {
  const { shape } = x;
  const [batch = 0, inputs = 0] = shape;
  const [height = 0, width = 0] = shape.slice(-2);
  const outputs = weight.shape[0] ?? 0;
  const pictures = sizeOf(shape) / (inputs * height * width);
  const filter = bestFiltering(pictures, height, width, inputs, outputs);
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
  const turned = transpose(reshape(whole, [batch, positions, outputs]), [0, 2, 1]);
  const result = reshape(turned, [batch, outputs, ...shape.slice(2)]);
  if (!bias) return result;
  return add(result, reshape(bias, [1, outputs, ...shape.slice(2).map(() => 1)]));
}

/** Pictures with channels last, (n, h, w · C), convolved in bands of rows of as many pictures as may be transformed at a time. */
function inPieces(made: Convolution, x: Tensor): Tensor {
  const { filter, width, inputs, outputs } = made;
  const [pictures = 0, height = 0] = x.shape;
  const { results } = filter;
  const tileRows = Math.ceil(height / results);
  const tileRowBytes = 4 * (results + 2) ** 2 * Math.ceil(width / results) * Math.max(inputs, outputs);
  const bands = evenRanges(tileRows, Math.min(mostTilesAcross, mostTileBytes / tileRowBytes));
  const [, bandRows = 0] = bands[0] ?? [];
  const groups = evenRanges(pictures, mostTileBytes / (tileRowBytes * bandRows)).map(([first, last]) => {
    const group = slice(x, 0, first, last);
    const parts = bands.map(([from, to]) => filtered(made, group, from * results, Math.min(height, to * results)));
    return concatenate(parts, 1);
  });
  return concatenate(groups, 0);
}

/** Rows `from` to `to` of the convolution of (n, h, w · C): (n, rows, w · outputs). */
function filtered(
  { filter, weights, width, inputs, outputs }: Convolution,
  x: Tensor,
  from: number,
  to: number,
): Tensor {
  const { builder: b } = x;
  const [n = 0, height = 0] = x.shape;
  const { results } = filter;
  const taps = results + 2;
  const [start, end] = [Math.max(0, from - 1), Math.min(height, to + 1)];
  const down = Math.ceil((to - from) / results);
  const stretches = stretchesOf(width, results);
  const blocks = stretches.length;
  const across = Math.ceil(width / results) / blocks;

  const rows = matrixTimes(forwardOf(b, [{ from, to, start, end }], height, filter), slice(x, 1, start, end));
  const columns = reshape(rows, [n * taps * down, width, inputs]);
  const cells = matrixTimes(forwardOf(b, stretches, width, filter), overlapping(columns, stretches));
  const tiles = transpose(reshape(cells, [n, taps, down, blocks, taps, across * inputs]), [1, 4, 0, 2, 3, 5]);

  const list = reshape(tiles, [taps * taps, n * down * blocks * across, inputs]);
  const flopsAWeight = (2 * 9 * n * (to - from) * width) / (taps * taps);
  const products = concatenate(
    weights.map((weight) => pointwise(list, weight, flopsAWeight)),
    2,
  );

  const placed = transpose(reshape(products, [taps, taps, n, down, blocks, across * outputs]), [2, 0, 3, 4, 1, 5]);
  const summed = matrixTimes(
    inverseOf(b, width / blocks, filter),
    reshape(placed, [n * taps * down, blocks, taps * across, outputs]),
  );
  return matrixTimes(inverseOf(b, to - from, filter), reshape(summed, [n, taps * down, width * outputs]));
}

/** Results `from` to `to` of an axis, and which of its values, `start` to `end`, are read for them. */
interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly start: number;
  readonly end: number;
}

/** An axis in stretches of one size, of as many tiles as are transformed at a time; in one where no such size divides it. */
function stretchesOf(length: number, results: number): readonly Stretch[] {
  const sizes = Array.from({ length: mostTilesAcross / 2 }, (_, index) => (mostTilesAcross - index) * results);
  const size = length <= mostTilesAcross * results ? undefined : sizes.find((each) => length % each === 0);
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
  { results, forward }: Filtering,
): Tensor {
  const matrices = stretches.map(({ from, to, start, end }) => {
    const tiles = Math.ceil((to - from) / results);
    return forward.flatMap((row) =>
      Array.from({ length: tiles }, (_, tile) => {
        const values = new Array<number>(end - start).fill(0);
        for (const [step, value] of row.entries()) {
          const at = from + tile * results + step - 1;
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
function inverseOf(b: GraphBuilder, count: number, { results, inverse }: Filtering): Tensor {
  const tiles = Math.ceil(count / results);
  const taps = results + 2;
  const values = new Float32Array(count * taps * tiles);
  for (let at = 0; at < count; at++)
    for (const [tap, value] of (inverse[at % results] ?? []).entries())
      values[at * taps * tiles + tap * tiles + Math.floor(at / results)] = value;
  return b.constant([count, taps * tiles], values);
}
