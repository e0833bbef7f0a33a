import { add, multiply } from '../../onnx/elementwise.ts';
import type { Tensor } from '../../onnx/graphBuilder.ts';
import { concatenate, slice } from '../../onnx/shaping.ts';

/** Windows in which a motion module attends to a clip longer than it knows (FreeNoise, Qiu et al. 2024). */
export interface MotionWindows {
  /** Frames of a window. */
  readonly length: number;
  /** Frames from one window's first to the next one's. */
  readonly stride: number;
}

/** The windows' first frames; the last is moved back to end with the clip. */
function windowStarts(frames: number, { length, stride }: MotionWindows): readonly number[] {
  const starts: number[] = [];
  for (let start = 0; start + length <= frames; start += stride) starts.push(start);
  if ((starts.at(-1) ?? 0) + length < frames) starts.push(frames - length);
  return starts;
}

/**
 * Attends to series (n, frames, C) window by window, each told with its first frame, every window as if the clip began with it, and averages where windows overlap,
 * a window's middle counting more than its ends.
 */
export function attendInWindows(
  x: Tensor,
  windows: MotionWindows,
  attend: (part: Tensor, start: number) => Tensor,
): Tensor {
  const frames = x.shape[1] ?? 0;
  const { length } = windows;
  const attended = windowStarts(frames, windows).map((start) => ({
    start,
    part: attend(slice(x, 1, start, start + length), start),
  }));
  const weightIn = (start: number, frame: number): number => {
    const place = frame - start;
    return place < 0 || place >= length ? 0 : Math.min(place + 1, length - place);
  };
  // Between two ends of windows the same windows cover every frame.
  const ends = [...new Set(attended.flatMap(({ start }) => [start, start + length]))].sort((a, b) => a - b);
  const stretches = ends.slice(1).map((to, index) => {
    const from = ends[index] ?? 0;
    const covering = attended.filter(({ start }) => start <= from && start + length >= to);
    const shares = covering.map(({ start, part }) => {
      const weights = Float32Array.from({ length: to - from }, (_, at) => {
        const total = covering.reduce((sum, other) => sum + weightIn(other.start, from + at), 0);
        return weightIn(start, from + at) / total;
      });
      return multiply(slice(part, 1, from - start, to - start), x.builder.constant([1, to - from, 1], weights));
    });
    return shares.reduce(add);
  });
  return concatenate(stretches, 1);
}
