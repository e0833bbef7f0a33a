import { StudioError } from '../../../models/errors/studioError.ts';
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
  const removed = store
    .all('followed')
    .filter((old) => old.maskId === maskId && runs.some(({ stretch }) => overlaps(old, stretch)));
  const diff: DocumentDiff = { added, updated: [], removed };
  await project.applyOwn(diff);
}

function overlaps(a: Pick<FollowedRecord, 'firstFrame' | 'endFrame'>, b: typeof a): boolean {
  return a.firstFrame < b.endFrame && b.firstFrame < a.endFrame;
}
