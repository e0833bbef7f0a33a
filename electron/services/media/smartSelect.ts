import { StudioError } from '../../../models/errors/studioError.ts';
import type { MaskOperation } from '../../../models/masks/maskDrawing.ts';
import { rasterizeMask } from '../../../models/masks/rasterizeMask.ts';
import { encodeRuns } from '../../../models/masks/regionRuns.ts';
import type { SourceRecord } from '../../contract/records.ts';
import type { OpenProject } from '../projects/openProject.ts';
import { fitWithin } from './mediaCache.ts';
import type { MediaPort } from './mediaPort.ts';

/** Longer side, in pixels, of the picture that is cut out: enough for a clean outline, small enough for a second's work. */
const workingSize = 512;

/**
 * Cuts the subject out of a source's frame from a hand's scribbles: painted strokes mean subject, erased ones background. Returns
 * the region as an operation.
 */
export async function smartSelect(
  media: MediaPort,
  project: OpenProject,
  source: SourceRecord,
  frameIndex: number,
  scribbles: readonly MaskOperation[],
): Promise<MaskOperation> {
  const size = fitWithin(source, workingSize);
  const marks = new Uint8Array(size.width * size.height);
  for (const scribble of scribbles) {
    if (scribble.kind !== 'stroke') continue;
    const drawing = {
      width: source.width,
      height: source.height,
      growPixels: 0,
      featherPixels: 0,
      keys: [
        {
          frameIndex: 0,
          interpolation: 'hold' as const,
          operations: [{ ...scribble, mode: 'paint' as const, hardness: 1 }],
        },
      ],
    };
    const coverage = rasterizeMask(drawing, { ...size, frameIndex: 0 });
    for (let at = 0; at < marks.length; at++)
      if ((coverage[at] ?? 0) >= 128) marks[at] = scribble.mode === 'paint' ? 1 : 2;
  }
  if (!marks.includes(1))
    throw new StudioError('mask-empty', 'The scribble does not touch the picture.', {
      hint: 'Draw a line across the subject.',
    });
  const path = project.store.assets.pathOf(source.assetId);
  const wanted = { firstFrame: frameIndex, frameCount: 1, everyNth: 1, ...size, signal: AbortSignal.timeout(60_000) };
  for await (const picture of media.readFrames(path, source, wanted)) {
    const coverage = await media.smartSelect(picture, marks);
    return { kind: 'region', mode: 'paint', ...size, runs: encodeRuns(coverage) };
  }
  throw new StudioError('media-unsupported', `Frame ${frameIndex} of ${source.name} could not be read.`);
}
