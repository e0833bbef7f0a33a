import { StudioError } from '../../../models/errors/studioError.ts';
import { MaskSequence } from '../../../models/masks/maskSequence.ts';
import type { DocumentDiff } from '../../contract/documentDiff.ts';
import type { FollowedRecord } from '../../contract/records.ts';
import type { FollowResult } from '../../engine/engineProtocol.ts';
import type { OpenProject } from '../projects/openProject.ts';

/** Whether the project has what a job found. */
export function isKept(project: OpenProject, jobId: string): boolean {
  return project.store.all('followed').some((run) => run.id.startsWith(`${jobId}-`));
}

/**
 * Turns what a job found into records, as one change: they take the place of what was followed there before; hand-made keys are not
 * touched. Their ids follow from the job's, so that no kill can double them. @throws StudioError `conflict` where the mask is gone
 */
export async function keepFollowed(
  project: OpenProject,
  jobId: string,
  maskId: string,
  { runs, follower }: FollowResult,
): Promise<void> {
  const { store } = project;
  if (isKept(project, jobId)) return;
  const added: FollowedRecord[] = [];
  for (const [index, { stretch, masksPath, ...run }] of runs.entries()) {
    const { before, after } = stretch;
    const masksAssetId = await store.assets.putFile(masksPath);
    added.push({ kind: 'followed', id: `${jobId}-${index}`, maskId, masksAssetId, before, after, follower, ...run });
  }
  if (!store.find('mask', maskId))
    throw new StudioError('conflict', 'The mask was deleted while it was followed.', {
      hint: 'Undo the deletion and follow it again.',
    });
  // A stretch reaches over the keys at its ends: what was followed there is what they correct.
  const stretches = runs.map(({ stretch: { firstFrame, endFrame, before, after } }) => ({
    firstFrame: before?.frameIndex ?? firstFrame,
    endFrame: after ? after.frameIndex + 1 : endFrame,
  }));
  const removed = store
    .all('followed')
    .filter((old) => old.maskId === maskId && stretches.some((stretch) => overlaps(old, stretch)));
  for (const old of removed)
    for (const part of partsOutside(old, stretches))
      added.push({ ...(await cutOut(project, old, part)), id: `${jobId}-${added.length}` });
  const diff: DocumentDiff = { added, updated: [], removed };
  await project.applyOwn(diff);
}

/** Frames from `firstFrame` to one before `endFrame`. */
type Span = Pick<FollowedRecord, 'firstFrame' | 'endFrame'>;

/** What of a run lies outside the stretches that were followed anew, as where in and out were moved: it stays. */
function partsOutside({ firstFrame, endFrame }: Span, stretches: readonly Span[]): Span[] {
  let parts: Span[] = [{ firstFrame, endFrame }];
  for (const stretch of stretches)
    parts = parts
      .flatMap((part) => [
        { firstFrame: part.firstFrame, endFrame: Math.min(part.endFrame, stretch.firstFrame) },
        { firstFrame: Math.max(part.firstFrame, stretch.endFrame), endFrame: part.endFrame },
      ])
      .filter((part) => part.endFrame > part.firstFrame);
  return parts;
}

async function cutOut({ store }: OpenProject, run: FollowedRecord, part: Span): Promise<FollowedRecord> {
  const masks = MaskSequence.read(await store.assets.read(run.masksAssetId));
  const { firstFrame, endFrame } = part;
  const kept = Array.from({ length: endFrame - firstFrame }, (_, index) =>
    masks.runs(firstFrame + index - run.firstFrame),
  );
  const isAtCut = run.cut === 'end' ? endFrame === run.endFrame : firstFrame === run.firstFrame;
  return {
    ...run,
    ...part,
    masksAssetId: await store.assets.put(MaskSequence.write(masks, kept)),
    confidence: run.confidence.slice(firstFrame - run.firstFrame, endFrame - run.firstFrame),
    absent: run.absent.filter((frame) => frame >= firstFrame && frame < endFrame),
    cut: isAtCut ? run.cut : null,
  };
}

function overlaps(a: Span, b: Span): boolean {
  return a.firstFrame < b.endFrame && b.firstFrame < a.endFrame;
}
