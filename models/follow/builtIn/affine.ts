/** A map of the plane: x → a·x + b·y + c, y → d·x + e·y + f. */
export type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/** The map that moves nothing. */
export const identity: Affine = [1, 0, 0, 0, 1, 0];

/** First `inner`, then `outer`. */
export function after(outer: Affine, inner: Affine): Affine {
  const [a, b, c, d, e, f] = outer;
  const [p, q, r, s, t, u] = inner;
  return [a * p + b * s, a * q + b * t, a * r + b * u + c, d * p + e * s, d * q + e * t, d * r + e * u + f];
}

/** The map back. A map that folds the plane has none: then it is the identity. */
export function inverse([a, b, c, d, e, f]: Affine): Affine {
  const determinant = a * e - b * d;
  if (Math.abs(determinant) < 1e-9) return identity;
  const [p, q, s, t] = [e / determinant, -b / determinant, -d / determinant, a / determinant];
  return [p, q, -(p * c + q * f), s, t, -(s * c + t * f)];
}

/** Pairs of places, each with a weight: `fromX, fromY, toX, toY, weight`, one pair after the other. */
export type Pairs = Float64Array;

/** How often the weights of pairs that fit badly are taken back. */
const rounds = 5;

/**
 * The similarity (turn, scale, shift) that takes the first places to the second, by weighted least squares in which pairs that miss by
 * more than some `tolerance` count for little (Geman & McClure's weights). Undefined where there are too few.
 */
export function fittedSimilarity(pairs: Pairs, tolerance: number): Affine | undefined {
  let fitted: Affine | undefined;
  let [reach] = [tolerance * 8];
  for (let round = 0; round < rounds; round++) {
    let [sum, x, y, u, v] = [0, 0, 0, 0, 0];
    const weights = new Float64Array(pairs.length / 5);
    for (let at = 0, index = 0; at < pairs.length; at += 5, index++) {
      let weight = pairs[at + 4];
      if (fitted) {
        const [a, b, c, d, e, f] = fitted;
        const missX = a * pairs[at] + b * pairs[at + 1] + c - pairs[at + 2];
        const missY = d * pairs[at] + e * pairs[at + 1] + f - pairs[at + 3];
        weight *= (reach ** 2 / (reach ** 2 + missX ** 2 + missY ** 2)) ** 2;
      }
      weights[index] = weight;
      sum += weight;
      x += weight * pairs[at];
      y += weight * pairs[at + 1];
      u += weight * pairs[at + 2];
      v += weight * pairs[at + 3];
    }
    if (!(sum > 1e-6)) return undefined;
    [x, y, u, v] = [x / sum, y / sum, u / sum, v / sum];
    let [dot, cross, spread] = [0, 0, 0];
    for (let at = 0, index = 0; at < pairs.length; at += 5, index++) {
      const [p, q, r, s] = [pairs[at] - x, pairs[at + 1] - y, pairs[at + 2] - u, pairs[at + 3] - v];
      dot += weights[index] * (p * r + q * s);
      cross += weights[index] * (p * s - q * r);
      spread += weights[index] * (p * p + q * q);
    }
    if (!(spread > 1e-6)) return undefined;
    const [a, d] = [dot / spread, cross / spread];
    fitted = [a, -d, u - a * x + d * y, d, a, v - d * x - a * y];
    reach = Math.max(tolerance, reach / 2);
  }
  return fitted;
}

/** `map` shifted so that it takes the place where `shown` takes it. */
export function shiftedTo(map: Affine, shown: Affine, [x, y]: readonly [number, number]): Affine {
  const [a, b, c, d, e, f] = map;
  const [p, q, r, s, t, u] = shown;
  return [a, b, c + (p - a) * x + (q - b) * y + r - c, d, e, f + (s - d) * x + (t - e) * y + u - f];
}

/**
 * The similarity on the way from `map` to `shown` that differs from `map` by no more than a factor of e^`mostScale` and `mostTurn` radians,
 * and takes the place where `shown` takes it.
 */
export function nearer(
  map: Affine,
  shown: Affine,
  place: readonly [number, number],
  mostScale: number,
  mostTurn: number,
): Affine {
  const limited = (value: number, most: number): number => Math.max(-most, Math.min(most, value));
  const scale = Math.exp(limited(Math.log(scaleOf(shown) / scaleOf(map)), mostScale));
  const between = Math.atan2(shown[3], shown[0]) - Math.atan2(map[3], map[0]);
  const turn = limited(Math.atan2(Math.sin(between), Math.cos(between)), mostTurn);
  const [cosine, sine] = [scale * Math.cos(turn), scale * Math.sin(turn)];
  return shiftedTo(after([cosine, -sine, 0, sine, cosine, 0], map), shown, place);
}

/** How much a similarity enlarges. */
export function scaleOf([a, b, , d, e]: Affine): number {
  return Math.sqrt(Math.abs(a * e - b * d));
}
