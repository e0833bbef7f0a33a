import type { FollowedRecord, ItemRecord, MaskRecord, SourceRecord } from '../../../electron/contract/records.ts';
import { mediaPerFrame } from '../../../electron/contract/timeline/shownItems.ts';
import { shownMedia } from '../../../electron/contract/timeline/shownMedia.ts';
import type { Editor } from '../../editor/editor.ts';
import { type FollowStatus, followStatus } from '../../editor/followed.ts';
import { activeMask } from '../../editor/maskCommands.ts';
import { timelineRate } from '../../editor/timeline/arrangement.ts';
import { timelineFrameOf } from '../../editor/timelineCommands.ts';
import { frameOfX, type TimelineRows, type TimelineWindow, xOfFrame } from '../timelineLayout.ts';

/** The looked-at mask with where its source lies: what the confidence lane shows. */
export interface Lane {
  readonly mask: MaskRecord;
  readonly source: SourceRecord;
  readonly items: readonly ItemRecord[];
  readonly status: FollowStatus;
}

/** The lane of the looked-at mask; undefined where there is none on the timeline. */
export function laneOf(editor: Editor): Lane | undefined {
  const { document } = editor;
  const mask = activeMask(editor);
  const source = document.get('source', mask?.sourceId);
  if (!mask || source?.media !== 'clip') return undefined;
  const items = document.all('item').filter((item) => item.targetId === source.id);
  return items.length === 0 ? undefined : { mask, source, items, status: followStatus(document, mask) };
}

/** A source's frame on an item, in pixels of the timeline: its left edge and its width, cut at the item's ends. */
export function placeOfFrame(
  { document }: Editor,
  { source }: Lane,
  item: ItemRecord,
  frame: number,
  window: TimelineWindow,
): { left: number; width: number } | undefined {
  const start = timelineFrameOf(document, item, source, frame);
  const end = Math.max(start + 1, timelineFrameOf(document, item, source, frame + 1));
  const from = Math.max(start, item.startFrame);
  const to = Math.min(end, item.startFrame + item.lengthFrames);
  return to > from ? { left: xOfFrame(from, window), width: (to - from) * window.scale } : undefined;
}

/** How far from the pointer, in pixels, a doubtful frame may lie to be meant. */
const reachPixels = 6;

/** The followed frame of the source under the pointer: near a doubtful one the most doubtful. */
export function laneFrameAt(
  editor: Editor,
  rows: TimelineRows,
  { x, y }: { readonly x: number; readonly y: number },
  window: TimelineWindow,
): number | undefined {
  if (y < rows.lane.top || y >= rows.lane.top + rows.lane.height) return undefined;
  const lane = laneOf(editor);
  if (!lane) return undefined;
  const frame = frameOfX(x, window);
  const item = lane.items.find(
    ({ startFrame, lengthFrames }) => frame >= startFrame && frame < startFrame + lengthFrames,
  );
  if (!item) return undefined;
  const perFrame = mediaPerFrame(item, shownMedia(lane.source), timelineRate(editor.document));
  const pointed = Math.floor(item.inFrame + (frame - item.startFrame) * perFrame + 1e-6);
  const reach = (reachPixels / window.scale) * perFrame;
  const near = lane.status.doubts.find((doubt) => Math.abs(doubt.frame - pointed) <= reach);
  return near?.frame ?? (confidenceAt(lane.status.runs, pointed) === undefined ? undefined : pointed);
}

/** How sure the follower is of a frame, in percent; undefined where it was not followed. */
export function confidenceAt(runs: readonly FollowedRecord[], frame: number): number | undefined {
  const run = runs.find(({ firstFrame, endFrame }) => frame >= firstFrame && frame < endFrame);
  return run?.confidence[frame - run.firstFrame];
}
