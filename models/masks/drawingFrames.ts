import type { MaskDrawing, MaskOperation } from './maskDrawing.ts';
import { keysAround, rasterizeMask } from './rasterizeMask.ts';
import { encodeRuns } from './regionRuns.ts';

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
