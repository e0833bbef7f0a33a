import { signedDistance } from '../../masks/edgeShape.ts';
import type { CutOut } from '../../model/conditions.ts';
import type { Picture } from '../subject/picture.ts';

/** How far from what is kept its colours are carried outwards, in pixels. */
const carriedPixels = 12;

/**
 * How much of each pixel is kept, 0 to 1, from a mask of what is kept: exactly 1 from the mask's edge inwards, falling to 0 over
 * `featherPixels` outside it. With 0 the edge is hard. Only made pixels are mixed; every pixel the mask keeps is the source's.
 * @param kept height × width bytes; 128 and above is kept.
 */
export function keepShare(kept: Uint8Array, width: number, height: number, featherPixels: number): Float32Array {
  const share = new Float32Array(width * height);
  for (let i = 0; i < share.length; i++) share[i] = kept[i] >> 7;
  if (featherPixels <= 0) return share;
  const reach = Math.ceil(featherPixels) + 2;
  // The band lies where something kept and something made are both near: nothing else of the frame is measured.
  const band = bandBox(kept, width, height, reach);
  if (!band) return share;
  if (featherPixels <= carriedPixels) stampBand(share, kept, width, height, band, featherPixels);
  else measureBand(share, kept, width, band, featherPixels);
  return share;
}

/** What of a pixel is kept at a distance from the nearest kept one, middle to middle. Smoothstep: no visible edge where the band begins and ends. */
function shareAt(distance: number, featherPixels: number): number {
  const t = Math.min(1, distance / (featherPixels + 1));
  return 1 - t * t * (3 - 2 * t);
}

/** A narrow band: around every kept pixel at the edge, its share is left where it is the largest so far. */
function stampBand(
  share: Float32Array,
  kept: Uint8Array,
  width: number,
  height: number,
  { left, top, right, bottom }: Box,
  featherPixels: number,
): void {
  const reach = Math.ceil(featherPixels);
  const side = 2 * reach + 1;
  const stamp = Float32Array.from({ length: side * side }, (_, i) =>
    shareAt(Math.hypot((i % side) - reach, Math.floor(i / side) - reach), featherPixels),
  );
  const isMade = (x: number, y: number): boolean =>
    x >= 0 && y >= 0 && x < width && y < height && kept[y * width + x] < 128;
  for (let y = top; y < bottom; y++)
    for (let x = left; x < right; x++) {
      if (kept[y * width + x] < 128) continue;
      if (!isMade(x - 1, y) && !isMade(x + 1, y) && !isMade(x, y - 1) && !isMade(x, y + 1)) continue;
      for (let v = Math.max(0, y - reach); v <= Math.min(height - 1, y + reach); v++)
        for (let u = Math.max(0, x - reach); u <= Math.min(width - 1, x + reach); u++) {
          const value = stamp[(v - y + reach) * side + u - x + reach];
          if (value > share[v * width + u]) share[v * width + u] = value;
        }
    }
}

/** A wide band, by a distance transform of its box. */
function measureBand(share: Float32Array, kept: Uint8Array, width: number, box: Box, featherPixels: number): void {
  const [boxWidth, boxHeight] = [box.right - box.left, box.bottom - box.top];
  const binary = new Uint8Array(boxWidth * boxHeight);
  const rowAt = (y: number): number => (box.top + y) * width + box.left;
  for (let y = 0; y < boxHeight; y++)
    for (let x = 0; x < boxWidth; x++) binary[y * boxWidth + x] = kept[rowAt(y) + x] >= 128 ? 255 : 0;
  const distance = signedDistance({ width: boxWidth, height: boxHeight, data: binary });
  for (let i = 0; i < distance.length; i++) {
    // Half a pixel from a pixel's middle to its edge.
    if (binary[i] !== 255)
      share[rowAt(Math.floor(i / boxWidth)) + (i % boxWidth)] = shareAt(distance[i] + 0.5, featherPixels);
  }
}

/** The box in which both what is kept and what is not lie within `reach` pixels; undefined where one of them is missing. */
function bandBox(kept: Uint8Array, width: number, height: number, reach: number): Box | undefined {
  const [inside, outside] = [emptyBox(width, height), emptyBox(width, height)];
  for (let y = 0; y < height; y++) {
    // A line's first and last pixel of each kind are all that a box needs of it.
    const line = kept.subarray(y * width, (y + 1) * width);
    const first = line[0] >= 128;
    let turn = 1;
    while (turn < width && line[turn] >= 128 === first) turn++;
    grow(first ? inside : outside, 0, turn, y);
    if (turn === width) continue;
    let end = width - 1;
    const last = line[end] >= 128;
    while (line[end - 1] >= 128 === last) end--;
    grow(last ? inside : outside, end, width, y);
    // Between the two there is what is not the last, from the first turn on.
    grow(first ? outside : inside, turn, last === first ? end : turn + 1, y);
    grow(last ? outside : inside, end - 1, end, y);
  }
  if (inside.right === 0 || outside.right === 0) return undefined;
  return {
    left: Math.max(0, Math.max(inside.left, outside.left) - reach),
    top: Math.max(0, Math.max(inside.top, outside.top) - reach),
    right: Math.min(width, Math.min(inside.right, outside.right) + reach),
    bottom: Math.min(height, Math.min(inside.bottom, outside.bottom) + reach),
  };
}

/** Pixels from `left` and `top` up to `right` and `bottom`, exclusive. */
interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

const emptyBox = (width: number, height: number): Box => ({ left: width, top: height, right: 0, bottom: 0 });

/** Grows a box by pixels `from` to `to` (exclusive) of line `y`. */
function grow(box: Box, from: number, to: number, y: number): void {
  box.left = Math.min(box.left, from);
  box.right = Math.max(box.right, to);
  box.top = Math.min(box.top, y);
  box.bottom = y + 1;
}

/**
 * Lays the kept region of the source over the made frame. Where `share` is 1 the source's bytes are copied, so what is kept is kept
 * exactly; in the band beside it the colours of what is kept, carried outwards, are mixed with the made ones, so that nothing of what the
 * mask leaves out comes along. Wider bands than {@link carriedPixels} mix with the source itself. Alpha is the source's where kept, else opaque.
 */
export function compositeKept(source: Picture, made: Picture, share: Float32Array): Picture {
  const data = new Uint8Array(made.data);
  const { width, height } = source;
  const own = new Float32Array(4);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      const weight = share[i];
      if (weight === 0) continue;
      const at = i * 4;
      if (weight === 1) {
        for (let channel = at; channel < at + 4; channel++) data[channel] = source.data[channel];
        continue;
      }
      carriedColour(own, source, share, x, y);
      for (let channel = 0; channel < 4; channel++)
        data[at + channel] = Math.round(own[channel] * weight + data[at + channel] * (1 - weight));
    }
  return { width, height, data };
}

/** How far inside what is kept they are taken: its very edge is mixed with what lay beside it. */
const insidePixels = 2.5;

/** The colour of what is kept beside a pixel of the band: the mean around a place a little behind the nearest kept pixel; the source's own where none is near. */
function carriedColour(colour: Float32Array, source: Picture, share: Float32Array, x: number, y: number): void {
  const { width, height, data } = source;
  const nearest = nearestKept(share, width, height, x, y);
  const add = (u: number, v: number): number => {
    if (u < 0 || v < 0 || u >= width || v >= height) return 0;
    const at = v * width + u;
    if (nearest && share[at] !== 1) return 0;
    for (let channel = 0; channel < 4; channel++) colour[channel] += data[at * 4 + channel];
    return 1;
  };
  colour.fill(0);
  let count = 0;
  if (nearest) {
    const reach = 1 + insidePixels / Math.hypot(nearest.right, nearest.down);
    const [u, v] = [x + Math.round(nearest.right * reach), y + Math.round(nearest.down * reach)];
    for (let down = -1; down <= 1; down++) for (let right = -1; right <= 1; right++) count += add(u + right, v + down);
    if (count === 0) count = add(x + nearest.right, y + nearest.down);
  } else count = add(x, y);
  for (let channel = 0; channel < 4; channel++) colour[channel] /= count;
}

/** The way to the nearest kept pixel, ring by ring: once one is found, no ring beyond its distance is nearer. */
function nearestKept(share: Float32Array, width: number, height: number, x: number, y: number) {
  let best: { right: number; down: number; squared: number } | undefined;
  const look = (right: number, down: number): void => {
    const [u, v] = [x + right, y + down];
    if (u < 0 || v < 0 || u >= width || v >= height || share[v * width + u] !== 1) return;
    const squared = right * right + down * down;
    if (!best || squared < best.squared) best = { right, down, squared };
  };
  for (let ring = 1; ring <= carriedPixels && (!best || ring * ring <= best.squared); ring++)
    for (let along = -ring; along <= ring; along++) {
      look(along, -ring);
      look(along, ring);
      look(-ring, along);
      look(ring, along);
    }
  return best;
}

/**
 * Lays a cut-out over a made frame of its size: its own pixels where the mask shows them whole, the made ones where it shows them by
 * half or less, mixed between, so that no fringe of the old background comes along.
 */
export function laySubject({ planes, mask }: CutOut, made: Picture): Picture {
  const area = made.width * made.height;
  const data = new Uint8Array(made.data);
  for (let i = 0; i < area; i++) {
    const cover = mask.data[i];
    const weight = Math.min(1, 2 * cover - 1);
    if (weight <= 0) continue;
    for (let channel = 0; channel < 3; channel++) {
      const own = Math.min(1, Math.max(0, planes.data[channel * area + i] / cover)) * 255;
      data[i * 4 + channel] = Math.round(own * weight + made.data[i * 4 + channel] * (1 - weight));
    }
  }
  return { width: made.width, height: made.height, data };
}
