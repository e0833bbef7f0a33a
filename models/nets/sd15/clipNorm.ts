import { framesLast, whereFramesLie } from '../../onnx/besides.ts';
import type { GraphBuilder, Tensor } from '../../onnx/graphBuilder.ts';
import { reshape, transpose } from '../../onnx/shaping.ts';
import { groupNormLayer } from '../modules.ts';

/** How many clips a batch of pictures is, and how many frames each has. */
export interface Clip {
  readonly batch: number;
  readonly frames: number;
}

/** Over what a group norm takes its statistics: each frame by itself, or all frames of a clip together. */
export type NormReading = 'perFrame' | 'allFrames';

/** A group norm of pictures (b · f, C, h, w) whose statistics run over one frame or over all frames of a clip. */
export function groupNormOverClip(
  b: GraphBuilder,
  name: string,
  x: Tensor,
  { batch, frames }: Clip,
  reading: NormReading,
  options: Parameters<typeof groupNormLayer>[3],
): Tensor {
  if (reading === 'perFrame' || frames === 1) return groupNormLayer(b, name, x, options);
  const [, channels = 0, height = 0, width = 0] = x.shape;
  const positions = height * width;
  const clips = transpose(reshape(x, [batch, frames, channels, positions]), [0, 2, 1, 3]);
  const flat = reshape(clips, [batch, channels, frames * positions]);
  const normal = whereFramesLie(
    b,
    () => framesLast(frames, positions),
    () => groupNormLayer(b, name, flat, options),
  );
  return reshape(transpose(reshape(normal, [batch, channels, frames, positions]), [0, 2, 1, 3]), x.shape);
}
