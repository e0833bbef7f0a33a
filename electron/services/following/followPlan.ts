import { StudioError } from '../../../models/errors/studioError.ts';
import type { MaskDrawing } from '../../../models/masks/maskDrawing.ts';
import type { FollowRequest } from '../../contract/jobs.ts';
import { type FollowWindow, isFollowed, keyMarkOf, stretchesOf, windowsOf } from '../../contract/masks/followPlan.ts';
import type { MaskRecord, SourceRecord } from '../../contract/records.ts';
import { drawingOf } from '../projects/maskFromRecords.ts';
import type { OpenProject } from '../projects/openProject.ts';

/** What is to be followed, as the project holds it now. */
export interface FollowPlan {
  readonly mask: MaskRecord;
  readonly source: SourceRecord;
  /** The hand-made keys alone, without grown or softened edges. */
  readonly drawing: MaskDrawing;
  readonly windows: readonly FollowWindow[];
}

/**
 * Plans following a mask through its clip's range: from its hand-made keys, where it was not followed from the same keys before.
 * @throws StudioError where there is no such mask, no clip, or nothing to do
 */
export function planFollow({ store }: OpenProject, { maskId, acrossCuts }: FollowRequest): FollowPlan {
  const mask = store.get('mask', maskId);
  const source = store.get('source', mask.sourceId);
  if (source.media !== 'clip')
    throw new StudioError('request-invalid', `${source.name} is a picture: there is nothing to follow in it.`, {
      hint: 'Choose a clip.',
    });
  const keys = store.all('maskKey').filter((key) => key.maskId === maskId);
  const strokes = store.all('stroke');
  const marks = keys.map((key) =>
    keyMarkOf(
      key,
      strokes.filter((stroke) => stroke.keyId === key.id),
    ),
  );
  const runs = store.all('followed').filter((run) => run.maskId === maskId && !(acrossCuts && run.cut !== null));
  const wanted = stretchesOf(marks, source).filter((stretch) => !isFollowed(stretch, runs));
  if (keys.length === 0)
    throw new StudioError('mask-empty', `Nothing is marked on ${source.name} that could be followed.`, {
      hint: 'Brush over the subject in one frame first.',
    });
  if (wanted.length === 0)
    throw new StudioError('conflict', `${mask.name} is followed through the whole range already.`, {
      hint: 'Correct it in a frame where it is wrong, and follow again.',
    });
  const drawing = { ...drawingOf(mask, store.records), growPixels: 0, featherPixels: 0 };
  return { mask, source, drawing, windows: windowsOf(wanted) };
}
