import { StudioError } from '../errors/studioError.ts';
import { dot, type Rows, singularValues } from './singularValues.ts';

/**
 * Fréchet distance of two sets of vectors, each taken as a Gaussian (Heusel et al. 2017; of clips' vectors: Unterthiner et al. 2018):
 * |μ₁ − μ₂|² + tr(C₁ + C₂ − 2 (C₁C₂)^½), with covariances over n − 1. Where X and Y hold the centred vectors as rows, C₁C₂ has the
 * eigenvalues of A Aᵀ with A = X Yᵀ / √((n₁ − 1)(n₂ − 1)), so the root's trace is the sum of A's singular values: no covariance of
 * thousands of columns is made, and few clips cost little.
 * @throws StudioError `usage` where a set has fewer than two vectors
 */
export function frechetDistance(first: readonly Float32Array[], second: readonly Float32Array[]): number {
  for (const set of [first, second])
    if (set.length < 2)
      throw new StudioError('usage', 'A Fréchet distance needs at least two clips on either side.', {
        hint: 'Give more clips; papers use two thousand.',
      });
  const [a, b] = [centred(first), centred(second)];
  const apart = a.centre.reduce((sum, value, k) => sum + (value - (b.centre[k] ?? 0)) ** 2, 0);
  const [x, y] = [shortened(a.rows), shortened(b.rows)];
  const root = singularValues(x.map((row) => Float64Array.from(y, (other) => dot(row, other))));
  return apart + spread(a.rows) + spread(b.rows) - 2 * root.reduce((sum, value) => sum + value, 0);
}

/** The mean, and the vectors without it divided by √(n − 1), so that their products are covariances. */
function centred(set: readonly Float32Array[]): { centre: Float64Array; rows: Rows } {
  const centre = new Float64Array(set[0]?.length ?? 0);
  for (const vector of set) for (const [k, value] of vector.entries()) centre[k] += value / set.length;
  const share = 1 / Math.sqrt(set.length - 1);
  return { centre, rows: set.map((vector) => centre.map((mean, k) => share * (vector[k] - mean))) };
}

/** tr C. */
const spread = (rows: Rows): number => rows.reduce((sum, row) => sum + dot(row, row), 0);

/** At most as many rows as columns with the same covariance: R of X = Q R, by the modified Gram–Schmidt process. */
function shortened(rows: Rows): Rows {
  const width = rows[0]?.length ?? 0;
  if (rows.length <= width) return rows;
  const columns = Array.from({ length: width }, (_, k) => Float64Array.from(rows, (row) => row[k]));
  const short = Array.from({ length: width }, () => new Float64Array(width));
  for (const [k, column] of columns.entries()) {
    const length = Math.sqrt(dot(column, column));
    short[k][k] = length;
    if (length > 0) for (let n = 0; n < column.length; n++) column[n] /= length;
    for (const [offset, later] of columns.slice(k + 1).entries()) {
      const share = dot(column, later);
      short[k][k + 1 + offset] = share;
      for (let n = 0; n < later.length; n++) later[n] -= share * column[n];
    }
  }
  return short;
}
