/**
 * Seeded normal noise, the same on every platform.
 *
 * Uniform bits come from Philox 4×32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011): a counter-based
 * generator, so the noise of step 17 needs no state from step 16 and a resumed run draws what an unbroken one would have.
 * Normals come from the inverse of the normal distribution (Wichura, algorithm AS 241, 1988), with a logarithm made of exactly
 * rounded operations alone: the platform's own `Math.log` may differ in the last bit, additions and divisions may not.
 */

const multiplier0 = 0xd2511f53;
const multiplier1 = 0xcd9e8d57;
const weyl0 = 0x9e3779b9;
const weyl1 = 0xbb67ae85;

/** The high and low words of a 32×32 bit product. */
function multiplyHigh(a: number, b: number): number {
  const aHigh = a >>> 16;
  const aLow = a & 0xffff;
  const bHigh = b >>> 16;
  const bLow = b & 0xffff;
  const low = aLow * bLow;
  const middle1 = aHigh * bLow + (low >>> 16);
  const middle2 = aLow * bHigh + (middle1 & 0xffff);
  return (
    (aHigh * bHigh + ((middle1 >>> 16) >>> 0) + Math.floor(middle1 / 0x100000000) * 0x10000 + (middle2 >>> 16)) >>> 0
  );
}

/** Ten rounds of Philox on a 128-bit counter and a 64-bit key, written into `out`. */
export function philox(counter: Uint32Array, key0: number, key1: number, out: Uint32Array): void {
  let [c0, c1, c2, c3] = [counter[0], counter[1], counter[2], counter[3]];
  let k0 = key0 >>> 0;
  let k1 = key1 >>> 0;
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(multiplier0, c0);
    const low0 = Math.imul(multiplier0, c0) >>> 0;
    const high1 = multiplyHigh(multiplier1, c2);
    const low1 = Math.imul(multiplier1, c2) >>> 0;
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0;
    k0 = (k0 + weyl0) >>> 0;
    k1 = (k1 + weyl1) >>> 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

const ln2 = Math.LN2;
const scratch = new DataView(new ArrayBuffer(8));

/** Natural logarithm of a positive normal number from additions, multiplications and divisions alone (|error| < 1e-15 relative to 1). */
export function portableLog(x: number): number {
  scratch.setFloat64(0, x);
  const high = scratch.getUint32(0);
  let exponent = ((high >>> 20) & 0x7ff) - 1023;
  scratch.setUint32(0, (high & 0x000fffff) | 0x3ff00000);
  let mantissa = scratch.getFloat64(0);
  if (mantissa > Math.SQRT2) {
    mantissa /= 2;
    exponent += 1;
  }
  // ln m = 2 artanh z with z = (m − 1) / (m + 1), |z| < 0.1716: eleven odd terms reach double precision.
  const z = (mantissa - 1) / (mantissa + 1);
  const square = z * z;
  let sum = 0;
  for (let term = 21; term >= 1; term -= 2) sum = sum * square + 1 / term;
  return exponent * ln2 + 2 * z * sum;
}

const central = {
  over: [
    2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987, 13731.69376550946, 1971.5909503065513,
    133.14166789178438, 3.3871328727963665,
  ],
  under: [
    5226.495278852854, 28729.085735721943, 39307.89580009271, 21213.794301586597, 5394.196021424751, 687.1870074920579,
    42.31333070160091, 1,
  ],
};
const middle = {
  over: [
    0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684, 3.6478483247632045,
    5.769497221460691, 4.630337846156546, 1.4234371107496835,
  ],
  under: [
    1.0507500716444169e-9, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008, 0.6897673349851,
    1.6763848301838038, 2.053191626637759, 1,
  ],
};
const tail = {
  over: [
    2.0103343992922881e-7, 2.7115555687434876e-5, 0.0012426609473880784, 0.026532189526576124, 0.29656057182850487,
    1.7848265399172913, 5.463784911164114, 6.657904643501103,
  ],
  under: [
    2.0442631033899397e-15, 1.421511758316446e-7, 1.8463183175100548e-5, 0.0007868691311456133, 0.014875361290850615,
    0.1369298809227358, 0.599832206555888, 1,
  ],
};

/** Value of a ratio of two polynomials given by their coefficients, highest power first. */
function ratio({ over, under }: { over: readonly number[]; under: readonly number[] }, x: number): number {
  let numerator = 0;
  let denominator = 0;
  for (const coefficient of over) numerator = numerator * x + coefficient;
  for (const coefficient of under) denominator = denominator * x + coefficient;
  return numerator / denominator;
}

/** Inverse of the standard normal distribution for 0 < p < 1 (AS 241, PPND16: about 16 digits). */
export function normalQuantile(p: number): number {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) return q * ratio(central, 0.180625 - q * q);
  const r = Math.sqrt(-portableLog(q < 0 ? p : 1 - p));
  const value = r <= 5 ? ratio(middle, r - 1.6) : ratio(tail, r - 5);
  return q < 0 ? -value : value;
}

/** What a draw is for: draws of different purposes never share numbers. New purposes are added at the end. */
export const noisePurposes = ['initial', 'shared', 'step', 'posterior', 'weights', 'renoise', 'motion'] as const;

/**
 * Standard normal float32 values, `count` of them.
 * @param seed 0 to 2^32 − 1, the take's seed.
 * @param purpose what the noise is for; part of the generator's key.
 * @param index which draw of that purpose (the step, the window); part of the counter, so that no state is carried.
 */
export function seededNormal(
  count: number,
  seed: number,
  purpose: (typeof noisePurposes)[number],
  index = 0,
): Float32Array {
  const out = new Float32Array(count);
  const counter = new Uint32Array(4);
  const bits = new Uint32Array(4);
  counter[2] = index >>> 0;
  const purposeKey = noisePurposes.indexOf(purpose) + 1;
  for (let start = 0, block = 0; start < count; start += 4, block++) {
    counter[0] = block >>> 0;
    counter[1] = Math.floor(block / 0x100000000);
    philox(counter, seed, purposeKey, bits);
    for (let lane = 0; lane < 4 && start + lane < count; lane++) {
      // Centre of one of 2^32 equal cells: never 0 or 1.
      out[start + lane] = normalQuantile((bits[lane] + 0.5) / 0x100000000);
    }
  }
  return out;
}
