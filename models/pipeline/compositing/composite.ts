import type { CutOut } from '../../model/conditions.ts';
import type { Picture } from '../subject/picture.ts';
import { carriedColour } from './carriedColour.ts';
import { castShadow } from './groundShadow.ts';
import type { KeepShare } from './keepShare.ts';
import { lit, placeLight } from './placeLight.ts';

/**
 * Lays the kept region of the source over the made frame, which is changed. Where all of a pixel is kept the source's bytes are copied, so
 * what is kept is kept exactly; in the band beside it the colours of what is kept, carried outwards, are mixed with the made ones, so that
 * nothing of what the mask leaves out comes along. Bands wider than colours are carried mix with the source itself. Alpha is the source's
 * where kept, else the made frame's.
 * @param made its bytes begin at the beginning of their buffer.
 */
export function layKept(made: Picture, source: Picture, keep: KeepShare): void {
  const { width, height, kept, band } = keep;
  const to = pixelsOf(made);
  const from = pixelsOf(source.data.byteOffset % 4 === 0 ? source : { ...source, data: source.data.slice() });
  for (let y = 0; y < height; y++) {
    const row = y * width;
    const isBeside = !band || y < band.box.top || y >= band.box.bottom;
    copyKept(to, from, kept, row, isBeside ? row + width : row + band.box.left);
    if (!isBeside) copyKept(to, from, kept, row + band.box.right, row + width);
  }
  if (band) mixBand(made, source, kept, band);
}

/** Copies the kept ones of pixels `start` up to `end`, which are of one row. */
function copyKept(to: Uint32Array, from: Uint32Array, kept: Uint8Array, start: number, end: number): void {
  const row = kept.subarray(start, end);
  for (let first = row.indexOf(255); first >= 0; ) {
    const made = row.indexOf(0, first);
    const next = made < 0 ? row.length : made;
    to.set(from.subarray(start + first, start + next), start + first);
    first = row.indexOf(255, next);
  }
}

/** The band's box: kept pixels are copied, those that are kept in part mixed. */
function mixBand(made: Picture, source: Picture, kept: Uint8Array, band: NonNullable<KeepShare['band']>): void {
  const { width } = source;
  const { left, top, right, bottom } = band.box;
  const own = new Float32Array(4);
  for (let y = top, i = 0; y < bottom; y++)
    for (let x = left, at = 4 * (y * width + left); x < right; x++, i++, at += 4) {
      const weight = band.share[i];
      if (weight === 0) continue;
      if (kept[at >> 2] === 255) {
        for (let channel = at; channel < at + 4; channel++) made.data[channel] = source.data[channel];
        continue;
      }
      carriedColour(own, source, kept, x, y);
      for (let channel = 0; channel < 4; channel++)
        made.data[at + channel] = Math.round(own[channel] * weight + made.data[at + channel] * (1 - weight));
    }
}

/** A picture's pixels, one number each; `data` begins where memory is cut into such numbers. */
const pixelsOf = ({ data }: Picture): Uint32Array => new Uint32Array(data.buffer, data.byteOffset, data.byteLength / 4);

/**
 * Lays a cut-out over a made frame of its size: its own pixels where the mask shows them whole, the made ones where it shows them by
 * half or less, mixed between, so that no fringe of the old background comes along.
 * @param strength how much of the place's light falls on it ({@link placeLight}), and of its shadow on the ground, 0 to 1.
 * @param ground the row it stands on, where it throws a shadow.
 */
export function laySubject({ planes, mask }: CutOut, made: Picture, strength = 0, ground?: number): Picture {
  const area = made.width * made.height;
  const light = strength === 0 ? [1, 1, 1] : placeLight(made, mask, strength);
  const data = new Uint8Array(made.data);
  if (ground !== undefined) castShadow(data, mask, ground, strength);
  for (let i = 0; i < area; i++) {
    const cover = mask.data[i];
    const weight = Math.min(1, 2 * cover - 1);
    if (weight <= 0) continue;
    for (let channel = 0; channel < 3; channel++) {
      const shown = Math.min(1, Math.max(0, planes.data[channel * area + i] / cover));
      const own = lit(shown, light[channel]) * 255;
      data[i * 4 + channel] = Math.round(own * weight + made.data[i * 4 + channel] * (1 - weight));
    }
  }
  return { width: made.width, height: made.height, data };
}
