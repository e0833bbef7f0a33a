import { type ClipFrame, keptMask } from '../subject/clipFrame.ts';
import { bytePlanes, type Picture } from '../subject/picture.ts';
import { layKept } from './composite.ts';
import { enlargeMade } from './enlarge.ts';
import { keepShare } from './keepShare.ts';
import { matchSeam } from './matchSeam.ts';
import { shrinkMask, shrinkPicture } from './shrink.ts';

/** What of a frame is kept, and how wide it is mixed with what is made. */
export interface Keeping {
  readonly keep: 'subject' | 'rest';
  readonly featherPixels: number;
}

/**
 * A finished frame of an edit, of the source's size: what is kept exactly as it is, around it what was made at the model's size, matched to it
 * in colour and enlarged.
 */
export function composeFrame(frame: ClipFrame, made: Picture, { keep, featherPixels }: Keeping): Picture {
  const { picture } = frame;
  const { width, height } = picture;
  const kept = keptMask(frame, keep);
  const share = keepShare(kept, width, height, featherPixels);
  if (!share.made) return { width, height, data: picture.data.slice() };
  const small = { width: made.width, height: made.height };
  const matched = matchSeam(
    {
      made: bytePlanes(made),
      source: shrinkPicture(picture, small),
      kept: shrinkMask({ width, height, data: kept }, small),
    },
    keep,
  );
  const finished = { width, height, data: enlargeMade(matched, picture, share.made) };
  layKept(finished, picture, share);
  return finished;
}
