/** What a smart select starts from: a picture and hints, by pixel. */
export interface SelectWork {
  kind: 'select';
  width: number;
  height: number;
  /** RGBA, height × width × 4 bytes. */
  picture: Uint8Array;
  /** One byte a pixel: 0 unknown, 1 certainly subject, 2 certainly not. */
  hints: Uint8Array;
  /** Only what lies inside can be subject; absent: the hints' surroundings decide. */
  box?: { x: number; y: number; width: number; height: number } | undefined;
  iterations?: number;
}

/** Which frame of which drawing to turn into pixels. */
export interface DrawWork {
  kind: 'draw';
  /** A file that holds a mask drawing as JSON. */
  drawingPath: string;
  /** The drawing's frame that counts as frame 0. */
  startFrame: number;
  width: number;
  height: number;
  frameIndex: number;
  /** The frame, RGBA: what a drawing with soft edges reads its border from; without it the border stays as it is drawn. */
  picture?: Uint8Array | undefined;
}

/** Work that is done in a process of its own. */
export type PixelWork = SelectWork | DrawWork;

/** What comes of it: one byte a pixel. */
export type PixelAnswer = { coverage: Uint8Array } | { error: string };
