import type { ItemRecord, SourceRecord, TakeRecord } from '../../../electron/contract/records.ts';
import { crossFadeInto } from '../../../electron/contract/timeline/shownItems.ts';
import { endOf } from '../../../electron/contract/timeline/tracks.ts';
import { targetOf } from '../../editor/timeline/arrangement.ts';
import { texts } from '../../ui/texts/texts.ts';
import { fadeHandles, type TrackRow, xOfFrame } from '../timelineLayout.ts';
import { drawSource, drawTake, type Place } from './drawMedia.ts';
import type { TimelineColours } from './timelineColours.ts';
import { fillShape, type TimelinePaint } from './timelinePaint.ts';

/** Draws an item with what it shows, its fades, and a frame where it is selected. */
export function drawItem(paint: TimelinePaint, item: ItemRecord, row: TrackRow): void {
  const { context, editor, colours, window } = paint;
  const left = xOfFrame(item.startFrame, window);
  const right = xOfFrame(endOf(item), window);
  if (right < 0 || left > paint.size.width) return;
  const target = targetOf(editor.document, item.targetId);
  const width = Math.max(2, right - left - 1);
  const place = { left, right, row };
  const isSelected = item.id === editor.session.state.selectedItemId;
  const isHeld = (isSelected || item.id === paint.hoveredId) && width > 42 && !row.track.locked;
  context.save();
  context.globalAlpha = row.track.hidden || (row.track.muted && row.track.media === 'sound') ? 0.4 : 1;
  context.beginPath();
  context.roundRect(left, row.top + 1, width, row.height - 2, Math.min(5, width / 2));
  context.fillStyle = fillOf(colours, item, target, row);
  context.fill();
  if (width > 6) {
    context.clip();
    drawContent(paint, place, item, target, isHeld);
    drawFades(paint, place, item);
  }
  context.restore();
  drawCrossFade(paint, item, row);
  if (isSelected) {
    context.beginPath();
    context.roundRect(left + 0.75, row.top + 1.75, width - 1.5, row.height - 3.5, 5);
    context.strokeStyle = colours.text;
    context.lineWidth = 1.5;
    context.stroke();
  }
  if (isHeld) drawHandles(paint, item, row);
}

function fillOf(
  colours: TimelineColours,
  item: ItemRecord,
  target: SourceRecord | TakeRecord | undefined,
  { track }: TrackRow,
): string {
  if (track.media === 'sound') return colours.sound;
  if (item.title) return colours.title;
  return target?.kind === 'take' ? colours.take : colours.source;
}

function drawContent(
  paint: TimelinePaint,
  place: Place & { row: TrackRow },
  item: ItemRecord,
  target: SourceRecord | TakeRecord | undefined,
  isHeld: boolean,
): void {
  const isSound = place.row.track.media === 'sound';
  let from = place.left;
  if (target?.kind === 'source') drawSource(paint, place, item, target, isSound);
  if (target?.kind === 'take') from += drawTake(paint, place, target);
  const name = item.title?.text.split('\n')[0] ?? target?.name ?? '';
  const marks = [
    ...(item.speed !== undefined && item.speed !== 1 ? [`${Math.round(item.speed * 100)} %`] : []),
    ...(item.volume === 0 && target?.kind === 'source' && target.hasAudio ? [texts.timeline.silent] : []),
  ];
  // Beside the handle of its fade, where that is shown.
  drawLabel(paint.context, [name, ...marks].join(' · '), from + (isHeld ? 16 : 0), place.right, place.row.top + 1);
}

/** A shade under each fade, as steep as it is. */
function drawFades({ context, window }: TimelinePaint, { left, right, row }: Place, item: ItemRecord): void {
  const [top, bottom] = [row.top + 1, row.top + row.height - 1];
  const [comes, goes] = [(item.fadeInFrames ?? 0) * window.scale, (item.fadeOutFrames ?? 0) * window.scale];
  const shade = 'rgba(0, 0, 0, 0.5)';
  if (comes > 0) fillShape(context, shade, [left, top, left + comes, top, left, bottom]);
  if (goes > 0) fillShape(context, shade, [right - goes, top, right, top, right, bottom]);
}

/** The frames in which an item and the one before it are both there: a box with a cross. */
function drawCrossFade({ context, editor, window, colours }: TimelinePaint, item: ItemRecord, row: TrackRow): void {
  const fade = crossFadeInto(editor.document.all('item'), item);
  if (!fade) return;
  const [left, right] = [xOfFrame(fade.start, window), xOfFrame(fade.end, window)];
  const [top, bottom] = [row.top + 3, row.top + row.height - 3];
  context.fillStyle = 'rgba(12, 13, 15, 0.45)';
  context.fillRect(left, top, right - left, bottom - top);
  context.strokeStyle = colours.key;
  context.lineWidth = 1.5;
  context.strokeRect(left + 0.75, top + 0.75, right - left - 1.5, bottom - top - 1.5);
  context.beginPath();
  context.moveTo(left, bottom);
  context.lineTo(right, top);
  context.moveTo(left, top);
  context.lineTo(right, bottom);
  context.stroke();
}

/** What the fades are held by. */
function drawHandles({ context, window }: TimelinePaint, item: ItemRecord, row: TrackRow): void {
  const { fadeIn, fadeOut } = fadeHandles(item, window);
  for (const x of [fadeIn, fadeOut]) {
    context.beginPath();
    context.arc(x, row.top + 7, 4, 0, 2 * Math.PI);
    context.fillStyle = '#ffffff';
    context.fill();
    context.strokeStyle = 'rgba(12, 13, 15, 0.7)';
    context.lineWidth = 1;
    context.stroke();
  }
}

function drawLabel(context: CanvasRenderingContext2D, text: string, left: number, right: number, top: number): void {
  const x = Math.max(left, 0) + 6;
  if (right - x < 30 || text === '') return;
  context.font = '600 10.5px system-ui, sans-serif';
  context.textBaseline = 'middle';
  const shown =
    text.length * 6 > right - x - 8 ? `${text.slice(0, Math.max(1, Math.floor((right - x - 14) / 6)))}…` : text;
  const width = context.measureText(shown).width;
  context.fillStyle = 'rgba(12, 13, 15, 0.62)';
  context.beginPath();
  context.roundRect(x - 3, top + 2, width + 6, 14, 4);
  context.fill();
  context.fillStyle = '#ffffff';
  context.fillText(shown, x, top + 9.5);
}
