import type { Planes } from '../../math/resample.ts';
import type { CutOut, Size } from '../../model/conditions.ts';
import type { Picture } from './picture.ts';

/** One view of a track, read and ready. */
export interface TrackView {
  /** Its cut-out on a canvas of one of the sizes it was read at. */
  cutOut(width: number, height: number): CutOut;
  /** The whole frame (3, height, width from −1 to 1), where it was asked for and the track has it. */
  readonly whole?: Float32Array | undefined;
  /** How much of each pixel of the canvas is the subject, 0 to 1, where the rest is a place for the model to make; absent: not known. */
  readonly subject?: Planes | undefined;
}

/** The subject through a take: which cut-out each frame shows the network, and what is known of the finished frames exactly. */
export interface SubjectTrack {
  /** Names everything the cut-outs depend on. */
  readonly key: string;
  /** How many different cut-outs there are. */
  readonly views: number;
  /** Reads them, one in memory at a time, at canvas sizes of which the first is the model's own; `whole` asks for whole frames at that. */
  read(sizes: readonly Size[], whole: boolean): AsyncIterable<TrackView>;
  /** The views that a frame shows the image encoder and HFA in a window that opens at frame `opening`; undefined: a black frame. */
  shown(frame: number, opening: number): { tokens: number | undefined; latents: number | undefined };
  /** Lays what is known exactly over the made frames, in order, of which the first is frame `first` of the track. */
  finish(made: AsyncIterable<Picture>, first: number): AsyncGenerator<Picture, void, undefined>;
}
