import { signedDistance } from '../../masks/edgeShape.ts';
import type { CutOut } from '../../model/conditions.ts';
import type { Picture } from './picture.ts';

/**
 * How much of each pixel is kept, 0 to 1, from a mask of what is kept: exactly 1 from the mask's edge inwards, falling to 0 over
 * `featherPixels` outside it. With 0 the edge is hard. Only made pixels are mixed; every pixel the mask keeps is the source's.
 * @param kept height × width bytes; 128 and above is kept.
 */
export function keepShare(kept: Uint8Array, width: number, height: number, featherPixels: number): Float32Array {
  const share = new Float32Array(width * height);
  for (let i = 0; i < share.length; i++) share[i] = kept[i] >= 128 ? 1 : 0;
  // The band lies where something kept and something made are both near: nothing else of the frame is measured.
  const band = featherPixels > 0 && bandBox(kept, width, height, Math.ceil(featherPixels) + 2);
  if (!band) return share;
  const [boxWidth, boxHeight] = [band.right - band.left, band.bottom - band.top];
  const binary = new Uint8Array(boxWidth * boxHeight);
  const rowAt = (y: number): number => (band.top + y) * width + band.left;
  for (let y = 0; y < boxHeight; y++)
    for (let x = 0; x < boxWidth; x++) binary[y * boxWidth + x] = share[rowAt(y) + x] === 1 ? 255 : 0;
  const distance = signedDistance({ width: boxWidth, height: boxHeight, data: binary });
  for (let i = 0; i < distance.length; i++) {
    // Half a pixel from a pixel's middle to its edge: a kept pixel is at 0, its neighbour outside at 1.
    const t = binary[i] === 255 ? 0 : Math.min(1, (distance[i] + 0.5) / (featherPixels + 1));
    // Smoothstep: no visible edge where the band begins and ends.
    share[rowAt(Math.floor(i / boxWidth)) + (i % boxWidth)] = 1 - t * t * (3 - 2 * t);
  }
  return share;
}

/** The box in which both what is kept and what is not lie within `reach` pixels; undefined where one of them is missing. */
function bandBox(kept: Uint8Array, width: number, height: number, reach: number) {
  const inside = boxOf(kept, width, height, (value) => value >= 128);
  const outside = boxOf(kept, width, height, (value) => value < 128);
  if (!inside || !outside) return undefined;
  return {
    left: Math.max(0, Math.max(inside.left, outside.left) - reach),
    top: Math.max(0, Math.max(inside.top, outside.top) - reach),
    right: Math.min(width, Math.min(inside.right, outside.right) + reach),
    bottom: Math.min(height, Math.min(inside.bottom, outside.bottom) + reach),
  };
}

function boxOf(data: Uint8Array, width: number, height: number, counts: (value: number) => boolean) {
  const box = { left: width, top: height, right: 0, bottom: 0 };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!counts(data[y * width + x])) continue;
      box.left = Math.min(box.left, x);
      box.right = Math.max(box.right, x + 1);
      box.top = Math.min(box.top, y);
      box.bottom = y + 1;
    }
  }
  return box.right > 0 ? box : undefined;
}

/**
 * Lays the kept region of the source over the made frame. Where `share` is 1 the source's bytes are copied, so what is kept is kept
 * exactly; elsewhere the two are mixed. Alpha is the source's where kept and opaque where made.
 */
export function compositeKept(source: Picture, made: Picture, share: Float32Array): Picture {
  const data = new Uint8Array(source.data.length);
  for (let i = 0; i < share.length; i++) {
    const weight = share[i];
    const from = weight === 1 ? source.data : made.data;
    for (let at = i * 4; at < i * 4 + 4; at++) {
      const isMixed = weight > 0 && weight < 1;
      data[at] = isMixed ? Math.round(source.data[at] * weight + made.data[at] * (1 - weight)) : from[at];
    }
  }
  return { width: source.width, height: source.height, data };
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
