import type { FollowedRecord, ItemRecord } from '../../../electron/contract/records.ts';
import { doubtPercent } from '../../editor/followed.ts';
import { fillShape, type TimelinePaint } from '../drawing/timelinePaint.ts';
import { type Lane, laneOf, placeOfFrame } from './laneFrames.ts';

/** Room above the bars for the marks of doubtful frames, in pixels. */
const markHeight = 5;

/**
 * The looked-at mask's confidence: a bar a frame, as high as the follower is sure. A doubtful stretch is of another colour, low, and has a
 * mark over its worst frame; a run made from keys that have changed since is pale; a cut in the clip is a pair of strokes.
 */
export function drawLane(paint: TimelinePaint): void {
  const lane = laneOf(paint.editor);
  if (!lane) return;
  const { context, window, colours, size, rows } = paint;
  const { top, height } = rows.lane;
  for (const item of lane.items) {
    for (const run of lane.status.runs) {
      context.globalAlpha = lane.status.isCurrent(run) ? 1 : 0.4;
      drawRun(paint, lane, item, run);
    }
    context.globalAlpha = 1;
    for (const { frame } of lane.status.doubts) {
      const place = placeOfFrame(paint.editor, lane, item, frame, window);
      if (!place || place.left + place.width < 0 || place.left > size.width) continue;
      const x = place.left + place.width / 2;
      fillShape(context, colours.doubt, [x - 4.5, top, x + 4.5, top, x, top + markHeight + 1]);
    }
    for (const frame of lane.status.cuts) {
      const place = placeOfFrame(paint.editor, lane, item, frame, window);
      if (!place) continue;
      context.fillStyle = colours.text;
      for (const x of [place.left - 2, place.left + 1]) context.fillRect(x, top, 1, height);
    }
  }
}

function drawRun(
  { editor, context, window, colours, size, rows }: TimelinePaint,
  lane: Lane,
  item: ItemRecord,
  run: FollowedRecord,
): void {
  const { top, height } = rows.lane;
  const room = height - markHeight;
  const absent = new Set(run.absent);
  // Several frames may share a pixel: the most doubtful one is what must be seen.
  let pixel = { at: Number.NaN, least: 101 };
  run.confidence.forEach((confidence, index) => {
    const frame = run.firstFrame + index;
    const place = placeOfFrame(editor, lane, item, frame, window);
    if (!place || place.left + place.width < 0 || place.left > size.width) return;
    const left = Math.floor(place.left);
    const width = Math.max(1, Math.floor(place.left + place.width) - left - (place.width >= 4 ? 1 : 0));
    if (left === pixel.at && confidence >= pixel.least) return;
    pixel = { at: left, least: confidence };
    const isDoubtful = confidence < doubtPercent;
    const high = Math.max(2, Math.round((room * confidence) / 100));
    context.fillStyle = colours.field;
    context.fillRect(left, top, width, height);
    context.fillStyle = isDoubtful ? colours.doubt : colours.sure;
    // Where the subject is not seen there is a line at the foot instead of a bar.
    context.fillRect(left, top + height - (absent.has(frame) ? 2 : high), width, absent.has(frame) ? 2 : high);
  });
}
