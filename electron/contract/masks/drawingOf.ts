import type { z } from 'zod';
import type { MaskKeyRecord, MaskRecord, RecordOf } from '../records.ts';
import type { maskDrawing } from './maskOperations.ts';

/** A mask's drawing, put together from its records: keys by frame, each key's strokes by their order. */
export function drawingOf(
  mask: MaskRecord,
  keys: Iterable<MaskKeyRecord>,
  strokesOf: (key: MaskKeyRecord) => Iterable<RecordOf<'stroke'>>,
): z.output<typeof maskDrawing> {
  return {
    width: mask.width,
    height: mask.height,
    growPixels: mask.growPixels,
    featherPixels: mask.featherPixels,
    ...(mask.softEdges ? { softEdges: true } : {}),
    keys: [...keys]
      .sort((a, b) => a.frameIndex - b.frameIndex)
      .map((key) => ({
        frameIndex: key.frameIndex,
        interpolation: key.interpolation,
        operations: [...strokesOf(key)].sort((a, b) => a.order - b.order).map((stroke) => stroke.operation),
      })),
  };
}
