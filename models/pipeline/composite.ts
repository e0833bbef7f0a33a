import { signedDistance } from '../masks/edgeShape.ts';
import type { Picture } from './picture.ts';

/**
 * How much of each pixel is kept, 0 to 1, from a mask of what is kept: exactly 1 from the mask's edge inwards, falling to 0 over
 * `featherPixels` outside it. With 0 the edge is hard. Only made pixels are mixed; every pixel the mask keeps is the source's.
 * @param kept height × width bytes; 128 and above is kept.
 */
export function keepShare(kept: Uint8Array, width: number, height: number, featherPixels: number): Float32Array {
  const share = new Float32Array(width * height);
  if (featherPixels <= 0) {
    for (let i = 0; i < share.length; i++) share[i] = kept[i] >= 128 ? 1 : 0;
    return share;
  }
  const binary = kept.map((value) => (value >= 128 ? 255 : 0));
  const distance = signedDistance({ width, height, data: binary });
  for (let i = 0; i < share.length; i++) {
    // Half a pixel from a pixel's middle to its edge: a kept pixel is at 0, its neighbour outside at 1.
    const t = binary[i] === 255 ? 0 : Math.min(1, (distance[i] + 0.5) / (featherPixels + 1));
    // Smoothstep: no visible edge where the band begins and ends.
    share[i] = 1 - t * t * (3 - 2 * t);
  }
  return share;
}

/**
 * Lays the kept region of the source over the made frame. Where `share` is 1 the source's bytes are copied, so what is kept is kept
 * exactly; elsewhere the two are mixed. Alpha is the source's where kept and opaque where made.
 */
export function compositeKept(source: Picture, made: Picture, share: Float32Array): Picture {
  const data = new Uint8Array(source.data.length);
  for (let i = 0; i < share.length; i++) {
    const weight = share[i];
    for (let channel = 0; channel < 4; channel++) {
      const at = i * 4 + channel;
      data[at] = weight === 1 ? source.data[at] : Math.round(source.data[at] * weight + made.data[at] * (1 - weight));
    }
  }
  return { width: source.width, height: source.height, data };
}
