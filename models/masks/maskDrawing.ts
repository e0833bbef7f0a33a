/** Whether an operation adds to the mask or takes away from it. */
export type MaskMode = 'paint' | 'erase';

/** What a region was selected by, in pixels of the source: clicks that add or take away, and a box around the subject. */
export interface RegionPrompt {
  points: { x: number; y: number; adds: boolean }[];
  /** Left, top, right and bottom. */
  box: [number, number, number, number] | null;
}

/**
 * One gesture of the hand on a mask. Coordinates and radii are in pixels of the drawing (normally those of its source), the
 * origin at the outer corner of the first pixel, so a pixel's middle lies at +0.5. Points outside the frame are allowed.
 */
export type MaskOperation =
  /** A brush stroke; `points` is flat: x, y, pressure (0..1) of each point. Pressure multiplies the radius. */
  | { kind: 'stroke'; mode: MaskMode; radius: number; hardness: number; points: number[] }
  /** A closed outline, filled even-odd; `points` is flat: x, y of each corner. */
  | { kind: 'lasso'; mode: MaskMode; points: number[] }
  | { kind: 'rectangle'; mode: MaskMode; x: number; y: number; width: number; height: number }
  /** The whole frame. */
  | { kind: 'fill'; mode: MaskMode }
  /** The connected area of equal side (above or below half coverage) around a point. */
  | { kind: 'flood'; mode: MaskMode; x: number; y: number }
  | { kind: 'invert' }
  /** A bitmap that was found: lengths of alternating runs, row by row, beginning with a run outside; with the clicks it was found by. */
  | {
      kind: 'region';
      mode: MaskMode;
      width: number;
      height: number;
      runs: number[];
      prompt?: RegionPrompt | undefined;
    };

/** What is drawn at one frame; between keys the mask holds this one or moves linearly towards the next. */
export interface MaskKey {
  frameIndex: number;
  interpolation: 'hold' | 'linear';
  operations: readonly MaskOperation[];
}

/** A mask as its strokes: what documents and recipes store, and what screen and pipeline turn into pixels alike. */
export interface MaskDrawing {
  /** Size of the coordinate space, in pixels. */
  width: number;
  height: number;
  /** Pixels by which the finished outline moves outwards (negative: inwards). */
  growPixels: number;
  /** Width in pixels of the soft edge laid over the finished outline. */
  featherPixels: number;
  /** Whether hair, fur and motion blur at its border are partly the subject, as the picture's colours say; in the feather's place. */
  softEdges?: boolean | undefined;
  /** In any order; a drawing without keys is an empty mask. */
  keys: readonly MaskKey[];
}

/** A rectangle of whole pixels. */
export interface PixelRectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Coverage 0..255 of each pixel, row by row. */
export interface MaskRaster {
  width: number;
  height: number;
  data: Uint8Array;
}
