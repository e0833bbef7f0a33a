import { StudioError } from '../../../models/errors/studioError.ts';
import type { FollowKey, FollowPoint } from '../../../models/follow/follower.ts';
import { readMask } from '../../media/readPicture.ts';

const pointForm = /^(\d+):(-?[\d.]+),(-?[\d.]+)(?:,([+-]))?$/;
const boxForm = /^(\d+):([\d.]+),([\d.]+),([\d.]+),([\d.]+)$/;
const maskForm = /^(\d+)=(.+)$/;

/** Keys as they are named on a command line. */
export interface KeyTexts {
  /** `frame:x,y`, with `,-` where it takes away. */
  readonly points: readonly string[];
  /** `frame:left,top,right,bottom`. */
  readonly boxes: readonly string[];
  /** `frame=mask.png`. */
  readonly masks: readonly string[];
}

const malformed = (option: string, form: string, text: string): StudioError =>
  new StudioError('usage', `${option} takes ${form}, not “${text}”.`, { hint: 'Frames count from 0.' });

/** Reads keys, those of one frame together. Masks are read from their files. */
export async function readFollowKeys({ points, boxes, masks }: KeyTexts): Promise<readonly FollowKey[]> {
  const keys = new Map<number, { points: FollowPoint[]; box?: [number, number, number, number]; mask?: Uint8Array }>();
  const keyOf = (frame: string) => {
    const key = keys.get(Number(frame)) ?? { points: [] };
    keys.set(Number(frame), key);
    return key;
  };
  for (const text of points) {
    const [, frame, x, y, sign] = pointForm.exec(text) ?? [];
    if (frame === undefined) throw malformed('--point', 'FRAME:X,Y or FRAME:X,Y,-', text);
    keyOf(frame).points.push({ x: Number(x), y: Number(y), adds: sign !== '-' });
  }
  for (const text of boxes) {
    const [, frame, left, top, right, bottom] = boxForm.exec(text) ?? [];
    if (frame === undefined) throw malformed('--box', 'FRAME:LEFT,TOP,RIGHT,BOTTOM', text);
    keyOf(frame).box = [Number(left), Number(top), Number(right), Number(bottom)];
  }
  for (const text of masks) {
    const [, frame, path] = maskForm.exec(text) ?? [];
    if (frame === undefined || path === undefined) throw malformed('--key', 'FRAME=MASK.png', text);
    keyOf(frame).mask = (await readMask(path)).data;
  }
  for (const [frame, { points: clicks, box, mask }] of keys)
    if (mask && (box || clicks.length > 0))
      throw new StudioError('usage', `Frame ${frame} has a mask, and points or a box too.`, {
        hint: 'A mask stands alone; correct it in its picture, or give points on another frame.',
      });
  return [...keys].map(([frame, key]) => ({ frame, ...key }));
}
