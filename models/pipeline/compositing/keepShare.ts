import { signedDistance } from '../../masks/edgeShape.ts';
import { carriedPixels } from './carriedColour.ts';

/** Pixels from `left` and `top` up to `right` and `bottom`, exclusive. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** How much of each pixel of a frame is kept: all of it or nothing, as a mask says, and something between in the band beside what is kept. */
export interface KeepShare {
  readonly width: number;
  readonly height: number;
  /** Height × width bytes: 255 is kept, 0 is made. */
  readonly kept: Uint8Array;
  /** What holds every pixel that is made, in part or whole; undefined where all is kept. */
  readonly made: Box | undefined;
  /** What holds the band, and the share of each of its pixels, 0 to 1, row by row; undefined where there is no band. */
  readonly band: { readonly box: Box; readonly share: Float32Array } | undefined;
}

/**
 * How much of each pixel is kept, from a mask of what is kept: exactly 1 from the mask's edge inwards, falling to 0 over `featherPixels`
 * outside it. With 0 the edge is hard. Only made pixels are mixed; every pixel the mask keeps is the source's.
 * @param kept height × width bytes: 255 is kept, 0 is made.
 */
export function keepShare(kept: Uint8Array, width: number, height: number, featherPixels: number): KeepShare {
  const { inside, outside: made } = boxesOf(kept, width, height);
  const plain = { width, height, kept, made, band: undefined };
  if (featherPixels <= 0 || !inside || !made) return plain;
  // The band lies where something kept and something made are both near: nothing else of the frame is measured.
  const reach = Math.ceil(featherPixels) + 2;
  const box = {
    left: Math.max(0, Math.max(inside.left, made.left) - reach),
    top: Math.max(0, Math.max(inside.top, made.top) - reach),
    right: Math.min(width, Math.min(inside.right, made.right) + reach),
    bottom: Math.min(height, Math.min(inside.bottom, made.bottom) + reach),
  };
  const mask = cropped(kept, width, box);
  const share = featherPixels <= carriedPixels ? stampedBand(mask, featherPixels) : measuredBand(mask, featherPixels);
  return { ...plain, band: { box, share } };
}

/** The share of every pixel of the frame, row by row. */
export function sharesOf({ width, height, kept, band }: KeepShare): Float32Array {
  const shares = new Float32Array(width * height);
  for (let i = 0; i < shares.length; i++) shares[i] = kept[i] & 1;
  if (!band) return shares;
  const { left, top, right, bottom } = band.box;
  const across = right - left;
  for (let y = top; y < bottom; y++)
    shares.set(band.share.subarray((y - top) * across, (y - top + 1) * across), y * width + left);
  return shares;
}

/** A mask's part within a box. */
interface Part {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

function cropped(kept: Uint8Array, frameWidth: number, { left, top, right, bottom }: Box): Part {
  const [width, height] = [right - left, bottom - top];
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const from = (top + y) * frameWidth;
    data.set(kept.subarray(from + left, from + right), y * width);
  }
  return { width, height, data };
}

/** What of a pixel is kept at a distance from the nearest kept one, middle to middle. Smoothstep: no visible edge where the band begins and ends. */
function shareAt(distance: number, featherPixels: number): number {
  const t = Math.min(1, distance / (featherPixels + 1));
  return 1 - t * t * (3 - 2 * t);
}

/** A narrow band: around every kept pixel at the edge, its share is left where it is the largest so far. */
function stampedBand({ width, height, data }: Part, featherPixels: number): Float32Array {
  const share = new Float32Array(width * height);
  for (let i = 0; i < share.length; i++) share[i] = data[i] & 1;
  const reach = Math.ceil(featherPixels);
  const side = 2 * reach + 1;
  const stamp = Float32Array.from({ length: side * side }, (_, i) =>
    shareAt(Math.hypot((i % side) - reach, Math.floor(i / side) - reach), featherPixels),
  );
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at++) {
      if (data[at] === 0) continue;
      const isAtEdge =
        (x > 0 && data[at - 1] === 0) ||
        (x + 1 < width && data[at + 1] === 0) ||
        (y > 0 && data[at - width] === 0) ||
        (y + 1 < height && data[at + width] === 0);
      if (!isAtEdge) continue;
      const [first, end] = [Math.max(0, x - reach), Math.min(width, x + reach + 1)];
      for (let v = Math.max(0, y - reach); v < Math.min(height, y + reach + 1); v++)
        for (let u = first, from = (v - y + reach) * side + u - x + reach; u < end; u++, from++)
          if (stamp[from] > share[v * width + u]) share[v * width + u] = stamp[from];
    }
  return share;
}

/** A wide band, by a distance transform. */
function measuredBand(mask: Part, featherPixels: number): Float32Array {
  const distance = signedDistance(mask);
  // Half a pixel from a pixel's middle to its edge.
  return distance.map((outside, i) => (mask.data[i] === 255 ? 1 : shareAt(outside + 0.5, featherPixels)));
}

/** The boxes of what is kept and of what is not. */
function boxesOf(kept: Uint8Array, width: number, height: number): { inside?: Box; outside?: Box } {
  const [inside, outside] = [255, 0].map((value) => {
    let [left, top, right, bottom] = [width, height, 0, 0];
    for (let y = 0; y < height; y++) {
      const line = kept.subarray(y * width, (y + 1) * width);
      const first = line.indexOf(value);
      if (first < 0) continue;
      left = Math.min(left, first);
      right = Math.max(right, line.lastIndexOf(value) + 1);
      top = Math.min(top, y);
      bottom = y + 1;
    }
    return right > 0 ? { left, top, right, bottom } : undefined;
  });
  return { ...(inside ? { inside } : {}), ...(outside ? { outside } : {}) };
}
