import { boxMean } from './boxSums.ts';
import { halfPlane, halfSeen, type Seen, throughView } from './view.ts';

/** How a mask is drawn anew. */
export interface GuidedOptions {
  /** Pixels around that a fit looks at, at half the picture's size. */
  readonly radius: number;
  /** What variance of colour, in squared steps of 0..255, is noise. */
  readonly softness: number;
}

/**
 * A mask drawn anew by the picture's own colours: around every pixel the mask is taken to be a linear function of the colour, fitted where
 * it is trusted (`trust`, 0..1), and the mean of the fits that cover a pixel is its value (He, Sun & Tang 2010, “Guided Image
 * Filtering”, with weights; the fits are made at half the size). Values come out in 0..1; the picture's sides are even.
 */
export function guidedMask(seen: Seen, mask: Float32Array, trust: Float32Array, options: GuidedOptions): Float32Array {
  const { view } = seen;
  const small = halfSeen(seen);
  const weighted = new Float32Array(mask.length);
  for (let at = 0; at < mask.length; at++) weighted[at] = mask[at] * trust[at];
  const fits = colourFits(small, halfPlane(weighted, view.width), halfPlane(trust, view.width), options);
  const [red, green, blue, base] = fits.map((plane) => throughView(plane, small.view, view));
  const drawn = new Float32Array(mask.length);
  for (let at = 0; at < drawn.length; at++) {
    const value = red[at] * seen.red[at] + green[at] * seen.green[at] + blue[at] * seen.blue[at] + base[at];
    drawn[at] = value < 0 ? 0 : value > 1 ? 1 : value;
  }
  return drawn;
}

/** The mask as slopes by red, green and blue and a base, around every pixel. `weighted`: mask times trust. */
function colourFits(
  { view: { width, height }, red, green, blue }: Seen,
  weighted: Float32Array,
  trust: Float32Array,
  { radius, softness }: GuidedOptions,
): readonly Float32Array[] {
  const count = width * height;
  const sums = Array.from({ length: 14 }, () => new Float32Array(count));
  for (let at = 0; at < count; at++) {
    const w = trust[at] + 1e-4;
    const m = weighted[at];
    const [r, g, b] = [red[at], green[at], blue[at]];
    sums[0][at] = w;
    sums[1][at] = w * r;
    sums[2][at] = w * g;
    sums[3][at] = w * b;
    sums[4][at] = m;
    sums[5][at] = w * r * r;
    sums[6][at] = w * r * g;
    sums[7][at] = w * r * b;
    sums[8][at] = w * g * g;
    sums[9][at] = w * g * b;
    sums[10][at] = w * b * b;
    sums[11][at] = m * r;
    sums[12][at] = m * g;
    sums[13][at] = m * b;
  }
  const means = sums.map((plane) => boxMean(plane, width, height, radius));
  const fits = sums.slice(0, 4);
  for (let at = 0; at < count; at++) {
    const weight = 1 / means[0][at];
    const r = means[1][at] * weight;
    const g = means[2][at] * weight;
    const b = means[3][at] * weight;
    const m = means[4][at] * weight;
    const rr = means[5][at] * weight - r * r + softness;
    const rg = means[6][at] * weight - r * g;
    const rb = means[7][at] * weight - r * b;
    const gg = means[8][at] * weight - g * g + softness;
    const gb = means[9][at] * weight - g * b;
    const bb = means[10][at] * weight - b * b + softness;
    const rm = means[11][at] * weight - r * m;
    const gm = means[12][at] * weight - g * m;
    const bm = means[13][at] * weight - b * m;
    // The inverse of a symmetric matrix of three rows, by its cofactors.
    const crr = gg * bb - gb * gb;
    const crg = rb * gb - rg * bb;
    const crb = rg * gb - rb * gg;
    const cgg = rr * bb - rb * rb;
    const cgb = rg * rb - rr * gb;
    const cbb = rr * gg - rg * rg;
    const determinant = rr * crr + rg * crg + rb * crb;
    const slopeR = (crr * rm + crg * gm + crb * bm) / determinant;
    const slopeG = (crg * rm + cgg * gm + cgb * bm) / determinant;
    const slopeB = (crb * rm + cgb * gm + cbb * bm) / determinant;
    fits[0][at] = slopeR;
    fits[1][at] = slopeG;
    fits[2][at] = slopeB;
    fits[3][at] = m - slopeR * r - slopeG * g - slopeB * b;
  }
  return fits.map((plane) => boxMean(plane, width, height, radius));
}
