/**
 * 3×3 convolutions by fewer products: Winograd's minimal filtering F(m×m, 3×3), as Lavin and Gray (2016) apply it to networks. A tile of
 * m×m results takes (m + 2)² products for each pair of channels instead of 9m²; what lies before and after is sums, written here as
 * products with small constant matrices.
 */
import type { Tensor } from './graphBuilder.ts';
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
const weightCost = 60;
const pictureCost = 60;

/**
 * Most numbers of a weight, (inputs · outputs), that are transformed at a time. The runtime keeps a buffer for every size that comes again: parts of one
 * size share one.
 */
const mostWeights = 640 * 640;

/** Most bytes of pictures transformed at a time: more than the cores' caches hold anyway. */
const mostTileBytes = 24 * 2 ** 20;

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

/**
 * The 3×3 convolution of stride 1, padded by one on every side, of x (n, C, …, h, w) by a weight (outputs, C, …, 3, 3), every axis between
 * being left alone. Undefined where a plain convolution is as quick.
 */
export function winogradConvolution(x: Tensor, weight: Tensor, bias: Tensor | undefined): Tensor | undefined {
  const { builder: b, shape } = x;
  const [batch = 0, inputs = 0] = shape;
  const [height = 0, width = 0] = shape.slice(-2);
  const outputs = weight.shape[0] ?? 0;
  const pictures = sizeOf(shape) / (inputs * height * width);
  const filter = bestFiltering(pictures, height, width, inputs, outputs);
  if (!filter) return undefined;
  const positions = (pictures / batch) * height * width;
  // Channels last: what is moved then lies together.
  const last = transpose(reshape(x, [batch, inputs, positions]), [0, 2, 1]);
  const weights = evenRanges(outputs, mostWeights / inputs).map(([from, to]) =>
    tapsOf(filter, slice(weight, 0, from, to)),
  );
  const pictureBytes =
    (4 * (filter.results + 2) ** 2 * Math.max(inputs, outputs) * height * width) / filter.results ** 2;
  const all = reshape(last, [pictures, height, width * inputs]);
  const whole = concatenate(
    evenRanges(pictures, mostTileBytes / pictureBytes).map(([from, to]) =>
      filtered(filter, slice(all, 0, from, to), weights, width),
    ),
    0,
  );
  const result = reshape(transpose(reshape(whole, [batch, positions, outputs]), [0, 2, 1]), [
    batch,
    outputs,
    ...shape.slice(2),
  ]);
  if (!bias) return result;
  const biased = reshape(bias, [1, outputs, ...shape.slice(2).map(() => 1)]);
  return b.node('Add', [result, biased], [{ dtype: x.dtype, shape: result.shape }])[0];
}

/** The convolution of pictures with channels last, (n, h, w · C), as such: (n, h, w · outputs). */
function filtered(filter: Filtering, x: Tensor, weights: readonly Tensor[], width: number): Tensor {
  const [n = 0, height = 0] = x.shape;
  const outputs = weights.reduce((sum, weight) => sum + (weight.shape[1] ?? 0), 0);
  const inputs = weights[0]?.shape[2] ?? 0;
  const taps = filter.results + 2;
  const [down, across] = [Math.ceil(height / filter.results), Math.ceil(width / filter.results)];
  const rows = product(forwardRows(filter, x, height), x);
  const cells = product(forwardRows(filter, x, width), reshape(rows, [n * taps * down, width, inputs]));
  const tiles = transpose(reshape(cells, [n, taps, down, taps, across * inputs]), [1, 3, 0, 2, 4]);
  const rowsOfTiles = reshape(tiles, [taps * taps, n * down * across, inputs]);
  const products = concatenate(
    weights.map((weight) => pointwise(rowsOfTiles, weight, (2 * 9 * n * height * width) / (taps * taps))),
    2,
  );
  const placed = transpose(reshape(products, [taps, taps, n, down, across * outputs]), [2, 0, 3, 1, 4]);
  const columns = reshape(placed, [n * taps * down, taps * across, outputs]);
  const summed = product(inverseRows(filter, x, width), columns);
  return product(inverseRows(filter, x, height), reshape(summed, [n, taps * down, width * outputs]));
}

/** Each of (taps², tiles, C) times its own of (taps², outputs, C), turned; counted as so many operations a weight. */
function pointwise(tiles: Tensor, weight: Tensor, flopsAWeight: number): Tensor {
  const [count = 0, rows = 0] = tiles.shape;
  const shape = [count, rows, weight.shape[1] ?? 0];
  const attributes = { transB: { kind: 'int', value: 1 } } as const;
  const options = { domain: 'com.microsoft', flops: flopsAWeight * sizeOf(weight.shape) };
  return tiles.builder.node('FusedMatMul', [tiles, weight], [{ dtype: tiles.dtype, shape }], attributes, options)[0];
}

/** A constant (rows, inner) times each of (n, inner, columns). Not counted: the plain convolution's operations are. */
function product(constant: Tensor, x: Tensor): Tensor {
  const [n = 0, , columns = 0] = x.shape;
  const shape = [n, constant.shape[0] ?? 0, columns];
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

/** (taps · tiles, size): what the forward matrix makes of an axis, tap by tap; beyond its ends lie zeros. */
function forwardRows({ results, forward }: Filtering, { builder: b }: Tensor, size: number): Tensor {
  const tiles = Math.ceil(size / results);
  const taps = forward.length;
  const values = new Float32Array(taps * tiles * size);
  for (const [tap, row] of forward.entries())
    for (let tile = 0; tile < tiles; tile++)
      for (const [step, value] of row.entries()) {
        const at = tile * results + step - 1;
        if (at >= 0 && at < size) values[(tap * tiles + tile) * size + at] = value;
      }
  return b.constant([taps * tiles, size], values);
}

/** (size, taps · tiles): the results of an axis from its products, which lie tap by tap. */
function inverseRows({ results, inverse }: Filtering, { builder: b }: Tensor, size: number): Tensor {
  const tiles = Math.ceil(size / results);
  const taps = results + 2;
  const values = new Float32Array(size * taps * tiles);
  for (let at = 0; at < size; at++)
    for (const [tap, value] of (inverse[at % results] ?? []).entries())
      values[at * taps * tiles + tap * tiles + Math.floor(at / results)] = value;
  return b.constant([size, taps * tiles], values);
}
