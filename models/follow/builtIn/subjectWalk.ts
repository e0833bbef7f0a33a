import { type GreyPicture, pyramidOf } from '../flow/greyPicture.ts';
import { inverseSearch } from '../flow/inverseSearch.ts';
import { roundTrip, warped } from '../flow/warp.ts';
import { maskThrough, type PictureSize, type SoftMask, seenThrough, type View } from './view.ts';

/** The longer side of the pictures that are worked on. */
const longestSide = 640;
/** The shorter side of the smallest pictures that are compared. */
const leastSide = 20;
/** Pixels that a step there and back may miss by. */
const agreeing = 1.5;

/** What a walk finds in a frame. */
export interface Found {
  readonly soft: SoftMask;
  readonly confidence: number;
}

/** Follows one subject from a key, one frame after the other, either way. */
export class SubjectWalk {
  readonly #size: PictureSize;
  readonly #view: View;
  #pyramid: readonly GreyPicture[];
  #soft: Float32Array;
  #confidence = 1;

  /** `picture`: the key's frame, RGBA; `mask`: its mask, one byte a pixel. */
  constructor(size: PictureSize, picture: Uint8Array, mask: Uint8Array) {
    const scale = Math.max(1, Math.max(size.width, size.height) / longestSide);
    this.#size = size;
    this.#view = {
      left: 0,
      top: 0,
      scale,
      width: Math.max(16, Math.round(size.width / scale)),
      height: Math.max(16, Math.round(size.height / scale)),
    };
    this.#pyramid = this.#look(picture);
    this.#soft = maskThrough(this.#view, mask, size).data;
  }

  /** The next frame, in the way the walk goes. */
  next(picture: Uint8Array): Found {
    const pyramid = this.#look(picture);
    const back = inverseSearch(pyramid, this.#pyramid, { finest: 1 });
    const forth = inverseSearch(this.#pyramid, pyramid, { finest: 1 });
    const misses = roundTrip(back, forth);
    this.#soft = warped(this.#soft, back);
    this.#pyramid = pyramid;
    const [sure, all] = this.#soft.reduce(
      ([agreed, sum], value, at) => [agreed + (misses[at] < agreeing ? value : 0), sum + value],
      [0, 0],
    );
    this.#confidence *= all > 0 ? Math.sqrt(sure / all) : 0;
    return { soft: { view: this.#view, data: this.#soft }, confidence: this.#confidence };
  }

  #look(picture: Uint8Array): readonly GreyPicture[] {
    const { view, grey } = seenThrough(this.#view, picture, this.#size);
    return pyramidOf({ width: view.width, height: view.height, data: grey }, leastSide);
  }
}
