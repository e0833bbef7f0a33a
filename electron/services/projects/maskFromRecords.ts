import type { MaskDrawing, MaskOperation } from '../../../models/masks/maskDrawing.ts';
import { keysAround, rasterizeMask } from '../../../models/masks/rasterizeMask.ts';
import { encodeRuns } from '../../../models/masks/regionRuns.ts';
import type { DocumentRecord, MaskRecord } from '../../contract/records.ts';

/** A mask's drawing, put together from its records. */
export function drawingOf(mask: MaskRecord, records: Iterable<DocumentRecord>): MaskDrawing {
  const keys = new Map<
    string,
    { frameIndex: number; interpolation: 'hold' | 'linear'; strokes: { order: number; operation: MaskOperation }[] }
  >();
  const all = [...records];
  for (const record of all)
    if (record.kind === 'maskKey' && record.maskId === mask.id)
      keys.set(record.id, { frameIndex: record.frameIndex, interpolation: record.interpolation, strokes: [] });
  for (const record of all) if (record.kind === 'stroke') keys.get(record.keyId)?.strokes.push(record);
  return {
    width: mask.width,
    height: mask.height,
    growPixels: mask.growPixels,
    featherPixels: mask.featherPixels,
    keys: [...keys.values()]
      .sort((a, b) => a.frameIndex - b.frameIndex)
      .map(({ frameIndex, interpolation, strokes }) => ({
        frameIndex,
        interpolation,
        operations: strokes.sort((a, b) => a.order - b.order).map((stroke) => stroke.operation),
      })),
  };
}

/** The drawing of one frame alone, as frame 0: what a picture's mask is. Strokes stay strokes unless the frame lies between two linear keys. */
export function drawingAtFrame(drawing: MaskDrawing, frameIndex: number): MaskDrawing {
  const { before, after, share } = keysAround(drawing.keys, frameIndex);
  if (!before) return { ...drawing, keys: [] };
  if (!after || share === 0) return { ...drawing, keys: [{ ...before, frameIndex: 0, interpolation: 'hold' }] };
  const plain = { ...drawing, growPixels: 0, featherPixels: 0 };
  const coverage = rasterizeMask(plain, { width: drawing.width, height: drawing.height, frameIndex });
  const region: MaskOperation = {
    kind: 'region',
    mode: 'paint',
    width: drawing.width,
    height: drawing.height,
    runs: encodeRuns(coverage),
  };
  return { ...drawing, keys: [{ frameIndex: 0, interpolation: 'hold', operations: [region] }] };
}

/** The drawing with its first frame moved to 0, for a clip's range that begins at `firstFrame`. */
export function drawingFromFrame(drawing: MaskDrawing, firstFrame: number): MaskDrawing {
  const start = drawingAtFrame(drawing, firstFrame).keys[0];
  const { before } = keysAround(drawing.keys, firstFrame);
  const later = drawing.keys
    .filter((key) => key.frameIndex > firstFrame)
    .map((key) => ({ ...key, frameIndex: key.frameIndex - firstFrame }));
  if (!start) return { ...drawing, keys: later };
  return { ...drawing, keys: [{ ...start, interpolation: before?.interpolation ?? 'hold' }, ...later] };
}
