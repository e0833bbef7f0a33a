import type { ItemRecord, ProjectRecord, SourceRecord, TakeRecord, TrackRecord } from '../records.ts';
import type { ShownMedia } from './shownItems.ts';
import { byOrder, onTrack } from './tracks.ts';

/** A title's frames: one, for as long as it lies. */
const still: ShownMedia = { framesPerSecond: 1, frameCount: 1, isStill: true };

/** What is known of the frames that an item shows; `target` is its source or take, undefined for a title or where it has gone. */
export function shownMedia(target: SourceRecord | TakeRecord | undefined): ShownMedia {
  if (!target) return still;
  if (target.kind === 'take') return { ...target.result, isStill: false };
  return target.media === 'picture' ? still : { ...target, isStill: false };
}

/** A frame's size in pixels. */
export interface FrameSize {
  readonly width: number;
  readonly height: number;
}

/** The timeline's frame: as set, else of the first clip on its lowest track, else of what lies first on it; undefined where nothing does. */
export function timelineFrameSize(
  project: ProjectRecord | undefined,
  tracks: readonly TrackRecord[],
  items: readonly ItemRecord[],
  targetOf: (id: string | null) => SourceRecord | TakeRecord | undefined,
): FrameSize | undefined {
  const { width, height } = project?.timeline ?? {};
  if (width && height) return { width, height };
  const targets = byOrder(tracks)
    .filter(({ media }) => media === 'video')
    .flatMap(({ id }) => onTrack(items, id))
    .flatMap(({ targetId }) => targetOf(targetId) ?? []);
  const first = targets.find((target) => target.kind === 'source' && target.media === 'clip') ?? targets[0];
  const size = first?.kind === 'take' ? first.result : first;
  return size && { width: size.width, height: size.height };
}
