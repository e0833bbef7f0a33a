import type { Planes } from '../math/resample.ts';

/** Reads pictures as vectors. Pictures are RGB planes from 0 to 1 of any size; the reader scales and normalises them itself. */
export interface PictureReader {
  /** What it is, for people: `CLIP ViT-B/32`. */
  readonly title: string;
  /** Whether figures read by it may be held against those of papers. */
  readonly comparable: boolean;
  read(pictures: readonly Planes[]): Promise<readonly Float32Array[]>;
}

/** Says how well a clip shows what a sentence says. */
export interface SentenceReader {
  readonly title: string;
  readonly comparable: boolean;
  /** More is better; 1 at most. */
  alignment(frames: readonly Planes[], sentence: string): Promise<number>;
}

/** Reads whole clips as vectors. */
export interface ClipReader {
  readonly title: string;
  readonly comparable: boolean;
  /** Fewest frames it can read. */
  readonly fewestFrames: number;
  readClip(frames: readonly Planes[]): Promise<Float32Array>;
}

/** Tells the values of a small world apart: its places, its motions or its subjects. */
export interface ValueReader {
  readonly title: string;
  readonly comparable: boolean;
  /** Names of what it tells apart. */
  readonly values: readonly string[];
  /** Fewest frames it can read. */
  readonly fewestFrames: number;
  /** How likely each value is, in their order, 0 to 1: of frames that are read one by one, their mean. */
  read(frames: readonly Planes[]): Promise<Float32Array>;
}

/** Readers of a small world, by the parts of a sentence; a part without one is left out. Subjects are read cut out. */
export interface WorldReaders {
  readonly place?: ValueReader | undefined;
  readonly motion?: ValueReader | undefined;
  readonly subject?: ValueReader | undefined;
}

/** Who reads for the measures; a measure whose reader is not there is left out, with a sentence. */
export interface MeasureReaders {
  /** Frame consistency. */
  readonly pictures?: PictureReader | undefined;
  /** Text alignment. */
  readonly sentences?: SentenceReader | undefined;
  /** Subject fidelity. */
  readonly subjects?: PictureReader | undefined;
  /** Fréchet video distance. */
  readonly clips?: ClipReader | undefined;
  /** Inception score: answers with classes' logits. */
  readonly classes?: PictureReader | undefined;
}
