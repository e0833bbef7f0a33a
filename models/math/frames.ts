/** Shape of a clip's latents, laid out (c, f, h, w). */
export interface LatentShape {
  readonly channels: number;
  readonly frames: number;
  readonly height: number;
  readonly width: number;
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
