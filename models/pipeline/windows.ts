/** One stretch of a long video that the model sees at once. Frames, end exclusive. */
export interface Window {
  readonly start: number;
  readonly frames: number;
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

/** Frames `from` to `to` (exclusive) of latents laid out (c, f, h, w); `area` is h · w. */
export function sliceFrames(
  latents: Float32Array,
  channels: number,
  frames: number,
  area: number,
  from: number,
  to: number,
): Float32Array {
  const out = new Float32Array(channels * (to - from) * area);
  for (let channel = 0; channel < channels; channel++) {
    const start = (channel * frames + from) * area;
    out.set(latents.subarray(start, start + (to - from) * area), channel * (to - from) * area);
  }
  return out;
}

/** Writes `part` (c, n, h, w) over the frames of `latents` (c, f, h, w) that begin at `at`. */
export function setFrames(
  latents: Float32Array,
  channels: number,
  frames: number,
  area: number,
  at: number,
  part: Float32Array,
): void {
  const count = part.length / (channels * area);
  for (let channel = 0; channel < channels; channel++) {
    latents.set(part.subarray(channel * count * area, (channel + 1) * count * area), (channel * frames + at) * area);
  }
}

/** Joins frames given one by one, each (c, h, w), into (c, f, h, w). */
export function joinFrames(frames: readonly Float32Array[], channels: number): Float32Array {
  const area = frames[0].length / channels;
  const out = new Float32Array(channels * frames.length * area);
  frames.forEach((frame, index) => {
    setFrames(out, channels, frames.length, area, index, frame);
  });
  return out;
}
