import { type ClipFrame, keptMask } from '../subject/clipFrame.ts';
import { colourPlanes, type Picture } from '../subject/picture.ts';
import { compositeKept, keepShare } from './composite.ts';
import { enlargeMade } from './enlarge.ts';
import { joinCells } from './joinCells.ts';
import { matchSeam } from './matchSeam.ts';
import { shrinkMask, shrinkPicture } from './shrink.ts';

/** What of a frame is kept, and how wide it is mixed with what is made. */
export interface Keeping {
  readonly keep: 'subject' | 'rest';
  readonly featherPixels: number;
  /** Pixels of one of the model's latents. */
  readonly cell: number;
}

/**
 * A finished frame of an edit, of the source's size: what is kept exactly as it is, around it what was made at the model's size, matched to it
 * in colour and enlarged.
 */
export function composeFrame(frame: ClipFrame, made: Picture, { keep, featherPixels, cell }: Keeping): Picture {
  const { picture } = frame;
  const kept = keptMask(frame, keep);
  const small = { width: made.width, height: made.height };
  const colours = colourPlanes(made);
  const planes = { ...colours, data: colours.data.map((value) => 255 * value) };
  joinCells(planes, cell);
  const matched = matchSeam(
    {
      made: planes,
      source: shrinkPicture(picture, small),
      kept: shrinkMask({ width: picture.width, height: picture.height, data: kept }, small),
    },
    keep,
  );
  const large = { width: picture.width, height: picture.height, data: enlargeMade(matched, picture) };
  return compositeKept(picture, large, keepShare(kept, picture.width, picture.height, featherPixels));
}
