import { timelineRate } from '../../editor/timeline/arrangement.ts';
import { timelineFrameOf } from '../../editor/timelineCommands.ts';
import { drawLane } from '../confidence/drawLane.ts';
import { shownKeys } from '../shownKeys.ts';
import { tickStep, timecode, xOfFrame } from '../timelineLayout.ts';
import { drawItem } from './drawItem.ts';
import { fillShape, type TimelinePaint } from './timelinePaint.ts';

const markerColours = { yellow: '#f5c451', red: '#ff6369', green: '#4cc38a', blue: '#4d9dff', purple: '#b18cff' };

/** Draws the whole timeline; only what is on screen costs anything. */
export function drawTimeline(paint: TimelinePaint): void {
  const { context, editor, size, colours, rows } = paint;
  context.fillStyle = colours.ground;
  context.fillRect(0, 0, size.width, size.height);
  context.fillStyle = colours.field;
  for (const row of [...rows.tracks, rows.keys, rows.lane]) context.fillRect(0, row.top, size.width, row.height);
  drawRange(paint);
  const byTrack = new Map(rows.tracks.map((row) => [row.track.id, row]));
  for (const item of editor.document.all('item')) {
    const row = byTrack.get(item.trackId);
    if (row) drawItem(paint, item, row);
  }
  for (const row of rows.tracks) if (row.track.locked) drawLocked(paint, row);
  drawKeys(paint);
  drawLane(paint);
  drawRuler(paint);
  drawMarkers(paint);
  drawPlayhead(paint);
}

/** Slanted lines over a track on which nothing can be moved. */
function drawLocked({ context, size, colours }: TimelinePaint, row: { top: number; height: number }): void {
  context.save();
  context.beginPath();
  context.rect(0, row.top, size.width, row.height);
  context.clip();
  context.strokeStyle = colours.line;
  context.globalAlpha = 0.7;
  context.lineWidth = 1;
  context.beginPath();
  for (let x = -row.height; x < size.width; x += 9) {
    context.moveTo(x, row.top + row.height);
    context.lineTo(x + row.height, row.top);
  }
  context.stroke();
  context.restore();
}

function drawRuler({ context, editor, window, size: { width }, colours, rows: { ruler } }: TimelinePaint): void {
  const rate = timelineRate(editor.document);
  const step = tickStep(window.scale, rate);
  const { top, height } = ruler;
  context.fillStyle = colours.ground;
  context.fillRect(0, top, width, height);
  drawMarkedPart({ context, editor, window, colours, ruler });
  context.font = '10.5px system-ui, sans-serif';
  context.textBaseline = 'middle';
  for (let frame = Math.max(0, Math.floor(window.offset / step) * step); ; frame += step) {
    const x = Math.round(xOfFrame(frame, window)) + 0.5;
    if (x > width) break;
    context.fillStyle = colours.line;
    context.fillRect(x, top + 14, 1, 10);
    context.fillStyle = colours.soft;
    context.fillText(timecode(frame, rate), x + 4, top + 11);
    if (window.scale < 5) continue;
    context.fillStyle = colours.line;
    for (let small = 1; small < step; small++) context.fillRect(x + small * window.scale, top + 19, 1, 5);
  }
  context.fillStyle = colours.line;
  context.fillRect(0, top + height - 1, width, 1);
}

/** The part of the timeline that is marked, along the ruler. */
function drawMarkedPart({
  context,
  editor,
  window,
  colours,
  ruler: { top, height },
}: Pick<TimelinePaint, 'context' | 'editor' | 'window' | 'colours'> & {
  ruler: { top: number; height: number };
}): void {
  const { inFrame, outFrame } = editor.document.get('project', 'project')?.timeline ?? {};
  if (inFrame === undefined || outFrame === undefined) return;
  const [left, right] = [xOfFrame(inFrame, window), xOfFrame(outFrame, window)];
  context.fillStyle = colours.key;
  context.globalAlpha = 0.28;
  context.fillRect(left, top, right - left, height);
  context.globalAlpha = 1;
  for (const edge of [left, right - 2]) context.fillRect(edge, top, 2, height);
}

/** The in and out of the looked-at source, where it lies. */
function drawRange({ context, editor: { document, view }, window, size, colours, rows }: TimelinePaint): void {
  const source = document.get('source', view?.sourceId);
  const item = document.all('item').find((candidate) => candidate.targetId === source?.id);
  if (!source || !item || source.media === 'picture' || (source.inFrame === 0 && source.outFrame === source.frameCount))
    return;
  const xOf = (frame: number): number => xOfFrame(timelineFrameOf(document, item, source, frame), window);
  const [left, right] = [xOf(source.inFrame), xOf(source.outFrame)];
  context.fillStyle = colours.accent;
  context.globalAlpha = 0.16;
  context.fillRect(left, 0, right - left, size.height);
  context.globalAlpha = 1;
  for (const edge of [left, right - 2]) context.fillRect(edge, 0, 2, rows.ruler.height);
}

/** The looked-at mask's keys: diamonds, joined by a line where the mask follows from one to the next. */
function drawKeys({ context, editor, window, size: { width }, colours, rows }: TimelinePaint): void {
  const middle = rows.keys.top + rows.keys.height / 2;
  const shown = shownKeys(editor, window);
  context.fillStyle = colours.key;
  shown.forEach(({ key, x }, index) => {
    const next = shown[index + 1]?.x;
    if (next !== undefined && key.interpolation === 'linear' && next >= 0 && x <= width)
      context.fillRect(x, middle - 1, next - x, 2);
  });
  for (const { x } of shown)
    if (x >= -8 && x <= width + 8)
      fillShape(context, colours.key, [x, middle - 6, x + 5, middle, x, middle + 6, x - 5, middle]);
}

function drawMarkers({ context, editor, window, colours, rows: { ruler } }: TimelinePaint): void {
  for (const { frameIndex, colour, label } of editor.document.all('marker')) {
    const x = xOfFrame(frameIndex, window);
    const { top } = ruler;
    fillShape(context, markerColours[colour], [x - 5, top, x + 5, top, x + 5, top + 7, x, top + 12, x - 5, top + 7]);
    if (label === '') continue;
    context.fillStyle = colours.text;
    context.font = '10px system-ui, sans-serif';
    context.fillText(label, x + 8, top + 6);
  }
}

function drawPlayhead({ context, editor, window, size: { height }, colours, rows: { ruler } }: TimelinePaint): void {
  const left = Math.round(xOfFrame(editor.session.state.playhead, window));
  const foot = ruler.top + ruler.height;
  context.fillStyle = colours.playhead;
  if (window.scale >= 6) {
    context.globalAlpha = 0.18;
    context.fillRect(left, foot, window.scale, height);
    context.globalAlpha = 1;
  }
  context.fillRect(left, ruler.top, 1.5, height);
  fillShape(context, colours.playhead, [
    ...[left - 5, foot - 12, left + 6.5, foot - 12, left + 6.5, foot - 6],
    ...[left + 0.75, foot, left - 5, foot - 6],
  ]);
}
