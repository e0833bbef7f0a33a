import { StudioError } from '../errors/studioError.ts';
import type { FollowClip, FollowKey, FrameRange } from './follower.ts';

/** Throws, naming what is wrong, where keys are missing, or keys or the range do not lie inside the clip. */
export function checkKeys(
  { width, height, frameCount }: FollowClip,
  keys: readonly FollowKey[],
  range?: FrameRange,
): void {
  if (range && !(0 <= range.first && range.first <= range.last && range.last < frameCount))
    throw new StudioError(
      'usage',
      `Frames ${range.first} to ${range.last} are not in the clip, whose frames are 0 to ${frameCount - 1}.`,
      { hint: 'Frames count from 0.' },
    );
  if (keys.length === 0)
    throw new StudioError('mask-empty', 'There is no click and no mask to follow the subject from.', {
      hint: 'Click on the subject in any frame first.',
    });
  for (const { frame, points = [], box, mask } of keys) {
    if (!Number.isInteger(frame) || frame < 0 || frame >= frameCount)
      throw new StudioError('usage', `Frame ${frame} is not in the clip, whose frames are 0 to ${frameCount - 1}.`, {
        hint: 'Frames count from 0.',
      });
    for (const { x, y } of points)
      if (!(x >= 0 && y >= 0 && x < width && y < height))
        throw new StudioError('usage', `The point ${x},${y} lies outside the clip of ${width}×${height}.`, {
          hint: 'Points are in pixels of the clip, from its upper left corner.',
        });
    if (
      box &&
      !(box[0] >= 0 && box[1] >= 0 && box[2] <= width && box[3] <= height && box[0] < box[2] && box[1] < box[3])
    )
      throw new StudioError('usage', `The box ${box.join()} does not lie inside the clip of ${width}×${height}.`, {
        hint: 'A box is its left, top, right and bottom in pixels of the clip.',
      });
    if (mask && mask.length !== width * height)
      throw new StudioError(
        'mask-mismatch',
        `The mask of frame ${frame} has not the clip’s size, ${width}×${height}.`,
        {
          hint: 'Draw it on a frame of the clip.',
        },
      );
    if (!mask && !box && points.length === 0)
      throw new StudioError('mask-empty', `Nothing is said about frame ${frame}.`, { hint: 'Click on the subject.' });
  }
}
