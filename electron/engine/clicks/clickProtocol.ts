import type { ClickPrompt } from '../../../models/families/sam2/clickSelector.ts';
import type { ErrorJson } from '../engineProtocol.ts';

/** A frame of a clip, or a picture, by its file. */
export interface ClickFrame {
  path: string;
  media: 'picture' | 'clip';
  framesPerSecond: number;
  frameIndex: number;
}

/** Work of the process that selects by clicks: to encode a frame ahead, or to select in it. */
export interface ClickWork {
  checkpoint: string;
  frame: ClickFrame;
  /** Null: encode the frame ahead of the first click. */
  prompt: ClickPrompt | null;
}

/** A selected region: run lengths over the frame's own pixels. */
export interface ClickRegion {
  width: number;
  height: number;
  runs: number[];
}

/** What comes of it; `region` is null where a frame was encoded ahead. */
export type ClickAnswer = { ok: true; region: ClickRegion | null } | { ok: false; error: ErrorJson };
