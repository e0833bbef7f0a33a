import { rasterizeMask } from '../../../models/masks/rasterizeMask.ts';
import { colourPlanes, coverageOf } from '../../../models/pipeline/subject/picture.ts';
import {
  advisedPreparation,
  examinedSide,
  examineSubject,
} from '../../../models/pipeline/subject/prepare/examineSubject.ts';
import type { SubjectExamination } from '../../contract/subjectExamination.ts';
import { followedDrawingOf } from '../projects/maskFromRecords.ts';
import type { OpenProject } from '../projects/openProject.ts';
import { fitWithin } from './mediaCache.ts';
import type { MediaPort } from './mediaPort.ts';

/** Examines a subject in one frame of its source, by its mask or, without one, by the picture's transparency. */
export async function examineProjectSubject(
  media: MediaPort,
  project: OpenProject,
  {
    sourceId,
    maskId,
    frameIndex,
    canvas,
  }: { sourceId: string; maskId: string | null; frameIndex: number; canvas: number },
): Promise<SubjectExamination> {
  const { store } = project;
  const source = store.get('source', sourceId);
  if (source.media === 'sound' || (maskId === null && !source.hasAlpha)) return null;
  const size = fitWithin(source, examinedSide(canvas));
  const path = store.assets.pathOf(source.assetId);
  const wanted = { firstFrame: frameIndex, frameCount: 1, everyNth: 1, ...size, signal: AbortSignal.timeout(20_000) };
  for await (const picture of media.readFrames(path, source, wanted)) {
    const { width, height } = picture;
    let mask = Uint8Array.from({ length: width * height }, (_, i) => picture.data[4 * i + 3]);
    if (maskId !== null) {
      const span = { first: frameIndex, last: frameIndex };
      const drawing = await followedDrawingOf(project, store.get('mask', maskId), span);
      mask = Uint8Array.from(rasterizeMask(drawing, { width, height, frameIndex }));
    }
    const figures = examineSubject(colourPlanes(picture), coverageOf({ width, height, data: mask }), canvas);
    if (!figures) return null;
    return { ...figures, contrast: figures.contrast ?? null, advised: advisedPreparation(figures) };
  }
  return null;
}
