import { type Mask, maskPlane, type Picture } from './picture.ts';

/** One frame of the clip and the mask of its subject. */
export interface ClipFrame {
  picture: Picture;
  mask: Mask;
}

/** What an edit keeps of a frame, at the frame's own size: 255 kept, 0 made; exactly the mask's half-coverage outline. */
export function keptMask({ picture, mask }: ClipFrame, keep: 'subject' | 'rest'): Uint8Array {
  const { width, height } = picture;
  const kept = new Uint8Array(width * height);
  const keepsSubject = keep === 'subject';
  if (mask.width === width && mask.height === height) {
    // The highest bit of each byte, spread over all of it.
    const turned = keepsSubject ? 0 : 255;
    for (let i = 0; i < kept.length; i++) kept[i] = -(mask.data[i] >> 7) ^ turned;
    return kept;
  }
  const coverage = maskPlane(mask, width, height).data;
  for (let i = 0; i < kept.length; i++) kept[i] = coverage[i] >= 0.5 === keepsSubject ? 255 : 0;
  return kept;
}
