import { timelineFrameOf, timelineRate } from '../editor/timelineCommands.ts';
import { drawLane } from './confidence/drawLane.ts';
import { drawItem } from './drawItem.ts';
import { shownKeys } from './shownKeys.ts';
import { rows, tickStep, timecode, xOfFrame } from './timelineLayout.ts';
import { fillShape, type TimelinePaint } from './timelinePaint.ts';

const markerColours = { yellow: '#f5c451', red: '#ff6369', green: '#4cc38a', blue: '#4d9dff', purple: '#b18cff' };

/** Draws the whole timeline; only what is on screen costs anything. */
export function drawTimeline(paint: TimelinePaint): void {
  const { context, editor, size, colours } = paint;
  context.fillStyle = colours.ground;
  context.fillRect(0, 0, size.width, size.height);
  context.fillStyle = colours.field;
  for (const row of [rows.take, rows.source, rows.keys, rows.lane])
    context.fillRect(0, row.top, size.width, row.height);
  drawRange(paint);
  for (const item of editor.document.all('item')) drawItem(paint, item);
  drawKeys(paint);
  drawLane(paint);
  drawRuler(paint);
  drawMarkers(paint);
  drawPlayhead(paint);
}

function drawRuler({ context, editor, window, size: { width }, colours }: TimelinePaint): void {
  const rate = timelineRate(editor.document);
  const step = tickStep(window.scale, rate);
  context.font = '10.5px system-ui, sans-serif';
  context.textBaseline = 'middle';
  for (let frame = Math.max(0, Math.floor(window.offset / step) * step); ; frame += step) {
    const x = Math.round(xOfFrame(frame, window)) + 0.5;
    if (x > width) break;
    context.fillStyle = colours.line;
    context.fillRect(x, 14, 1, 10);
    context.fillStyle = colours.soft;
    context.fillText(timecode(frame, rate), x + 4, 11);
    if (window.scale < 5) continue;
    context.fillStyle = colours.line;
    for (let small = 1; small < step; small++) context.fillRect(x + small * window.scale, 19, 1, 5);
  }
  context.fillStyle = colours.line;
  context.fillRect(0, rows.ruler.height - 1, width, 1);
}

/** The in and out of the looked-at source, where it lies. */
function drawRange({ context, editor: { document, view }, window, size, colours }: TimelinePaint): void {
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
function drawKeys({ context, editor, window, size: { width }, colours }: TimelinePaint): void {
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

function drawMarkers({ context, editor, window, colours }: TimelinePaint): void {
  for (const { frameIndex, colour, label } of editor.document.all('marker')) {
    const x = xOfFrame(frameIndex, window);
    fillShape(context, markerColours[colour], [x - 5, 0, x + 5, 0, x + 5, 7, x, 12, x - 5, 7]);
    if (label === '') continue;
    context.fillStyle = colours.text;
    context.font = '10px system-ui, sans-serif';
    context.fillText(label, x + 8, 6);
  }
}

function drawPlayhead({ context, editor, window, size: { height }, colours }: TimelinePaint): void {
  const left = Math.round(xOfFrame(editor.session.state.playhead, window));
  context.fillStyle = colours.playhead;
  if (window.scale >= 6) {
    context.globalAlpha = 0.18;
    context.fillRect(left, rows.ruler.height, window.scale, height);
    context.globalAlpha = 1;
  }
  context.fillRect(left, 0, 1.5, height);
  fillShape(context, colours.playhead, [
    ...[left - 5, 12, left + 6.5, 12, left + 6.5, 18],
    ...[left + 0.75, 24, left - 5, 18],
  ]);
}
