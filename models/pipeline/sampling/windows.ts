/** A run of frames of a video. */
export interface FrameSpan {
  readonly start: number;
  readonly frames: number;
}

/** One stretch of a long video that the model sees at once. */
export interface Window extends FrameSpan {
  /** How many of its first frames an earlier window has made already. */
  readonly overlap: number;
}

/**
 * Cuts a video into windows of equal length, so that one session serves them all: a window goes on `overlap` frames before the last
 * one's end, and the last is moved back to end with the video.
 */
export function planWindows(totalFrames: number, windowFrames: number, overlapFrames: number): Window[] {
  if (totalFrames <= windowFrames) return [{ start: 0, frames: totalFrames, overlap: 0 }];
  const overlap = Math.max(0, Math.min(overlapFrames, windowFrames - 1));
  const windows: Window[] = [{ start: 0, frames: windowFrames, overlap: 0 }];
  let end = windowFrames;
  while (end < totalFrames) {
    const start = Math.min(end - overlap, totalFrames - windowFrames);
    windows.push({ start, frames: windowFrames, overlap: end - start });
    end = start + windowFrames;
  }
  return windows;
}
