/** Rows of one length. */
export type Rows = readonly Float64Array[];

/** Rounds of rotations; a dozen suffice for what converges at all. */
const mostRounds = 60;

/** Two rows count as orthogonal below this share of their lengths. */
const orthogonal = 1e-13;

/** Singular values of a matrix given by its rows, by rotating rows until all are orthogonal (one-sided Jacobi, Hestenes 1958). */
export function singularValues(matrix: Rows): readonly number[] {
  const rows = matrix.map((row) => row.slice());
  for (let round = 0; round < mostRounds; round++) if (!rotateAll(rows)) break;
  return rows.map((row) => Math.sqrt(dot(row, row)));
}

/** Turns every pair of rows orthogonal in turn; whether any had to be turned. */
function rotateAll(rows: Rows): boolean {
  let turned = false;
  for (const [i, a] of rows.entries())
    for (const b of rows.slice(i + 1)) {
      const [aa, bb, ab] = [dot(a, a), dot(b, b), dot(a, b)];
      if (Math.abs(ab) <= orthogonal * Math.sqrt(aa * bb) || ab === 0) continue;
      turned = true;
      const zeta = (bb - aa) / (2 * ab);
      const tangent = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
      const cosine = 1 / Math.sqrt(1 + tangent * tangent);
      const sine = cosine * tangent;
      for (let k = 0; k < a.length; k++) {
        const [x, y] = [a[k], b[k]];
        a[k] = cosine * x - sine * y;
        b[k] = sine * x + cosine * y;
      }
    }
  return turned;
}

/** Sum of products. */
export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
}
