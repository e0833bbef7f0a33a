/** The small constant matrices of Winograd's minimal filtering. */

type Matrix = readonly (readonly number[])[];

/** The matrices of a tile along one axis: results = inverse · ((kernel · g) ⊙ (forward · d)). */
export interface Filtering {
  /** Places of a tile, m; it reads m + 2 values. */
  readonly places: number;
  /** Results at each place: 2 where what is read is enlarged to twice its size, else 1. */
  readonly scale: number;
  /** (taps, m + 2), for the values that a tile reads. */
  readonly forward: Matrix;
  /** (taps, 3), for the kernel. */
  readonly kernel: Matrix;
  /** (m · scale, taps), for the products. */
  readonly inverse: Matrix;
}

/**
 * F(m, r) by Toom and Cook: polynomials multiplied through their values at m + r − 2 points and at infinity. Points of small magnitude, none
 * far from another's inverse, lose the fewest digits (Barabasz et al. 2020).
 */
function filtering(points: readonly number[], length = 3): Filtering {
  const results = points.length + 2 - length;
  const others = (index: number): readonly number[] => points.filter((_, at) => at !== index);
  const infinity = (length: number): readonly number[] =>
    Array.from({ length }, (_, at) => (at === length - 1 ? 1 : 0));
  const powers = (point: number, count: number): readonly number[] =>
    Array.from({ length: count }, (_, exponent) => point ** exponent);
  const divisor = (index: number): number =>
    others(index).reduce((product, point) => product * ((points[index] ?? 0) - point), 1);
  const valuesOfResults = [...points.map((point) => powers(point, results)), infinity(results)];
  return {
    ...{ places: results, scale: 1 },
    forward: [...points.map((_, index) => [...polynomial(others(index)), 0]), polynomial(points)],
    kernel: [
      ...points.map((point, index) => powers(point, length).map((value) => value / divisor(index))),
      infinity(length),
    ],
    inverse: Array.from({ length: results }, (_, row) => valuesOfResults.map((values) => values[row] ?? 0)),
  };
}

/**
 * A kernel of three on what is enlarged to twice its size by repeating it: at even places two of its values fall together, at odd places the
 * other two, so that each of the two results takes a kernel of two.
 */
function enlarging(points: readonly number[]): Filtering {
  const { places, forward, kernel, inverse } = filtering(points, 2);
  const zeros = points.map(() => 0).concat(0);
  return {
    ...{ places, scale: 2 },
    forward: [...forward.map((row) => [...row, 0]), ...forward.map((row) => [0, ...row])],
    kernel: [...kernel.map(([a = 0, b = 0]) => [a, b, b]), ...kernel.map(([a = 0, b = 0]) => [a, a, b])],
    inverse: inverse.flatMap((row) => [
      [...row, ...zeros],
      [...zeros, ...row],
    ]),
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
export const filterings = [filtering([0, 1, -1, 0.5, -2]), filtering([0, 1, -1])];

/** The same for enlarged pictures, four of whose places make eight results: 100 products for 64, where tiles of four take 144. It errs by 8e-7. */
export const enlargings = [enlarging([0, 0.5, -1, 2])];
