import type { CutOut, Size } from '../../model/conditions.ts';
import type { Picture } from './picture.ts';

/** A track's cut-outs, read and ready. */
export interface TrackReading {
  /** A view's cut-out on a canvas of one of the sizes it was read at. */
  cutOut(view: number, width: number, height: number): CutOut;
  /** Whole frames (3, height, width from −1 to 1), where they were asked for and the track has them. */
  readonly whole?: readonly Float32Array[] | undefined;
}

/** The subject through a take: which cut-out each frame shows the network, and what is known of the finished frames exactly. */
export interface SubjectTrack {
  /** Names everything the cut-outs depend on. */
  readonly key: string;
  /** How many different cut-outs there are. */
  readonly views: number;
  /** Reads them at canvas sizes, and whole frames at `whole` where the track has any. */
  read(sizes: readonly Size[], whole: Size | undefined): Promise<TrackReading>;
  /** The views that a frame shows the image encoder and HFA in a window that opens at frame `opening`; undefined: a black frame. */
  shown(frame: number, opening: number): { tokens: number | undefined; latents: number | undefined };
  /** Lays what is known exactly over the made frames, in order. */
  finish(made: AsyncIterable<Picture>): AsyncGenerator<Picture, void, undefined>;
}
