import type { Editor } from '../editor/editor.ts';
import { activeMask } from '../editor/maskCommands.ts';
import { timelineFrameOf, timelineRate } from '../editor/timelineCommands.ts';
import { drawItem } from './drawItem.ts';
import type { TimelineColours } from './timelineColours.ts';
import { rows, type TimelineWindow, tickStep, timecode, xOfFrame } from './timelineLayout.ts';

/** Draws the whole timeline; only what is on screen costs anything. `redraw` is called when a picture arrives. */
export function drawTimeline(
  context: CanvasRenderingContext2D,
  editor: Editor,
  projectId: string,
  size: { width: number; height: number },
  colours: TimelineColours,
  redraw: () => void,
): void {
  const { session, document } = editor;
  const { timelineScale: scale, timelineOffset: offset, playhead, selectedItemId } = session.state;
  const window = { scale, offset };
  context.fillStyle = colours.ground;
  context.fillRect(0, 0, size.width, size.height);
  context.fillStyle = colours.field;
  for (const row of [rows.take, rows.source, rows.keys]) context.fillRect(0, row.top, size.width, row.height);
  drawRange(context, editor, window, colours, size);
  for (const item of document.all('item')) {
    const left = xOfFrame(item.startFrame, window);
    const right = xOfFrame(item.startFrame + item.lengthFrames, window);
    if (right < 0 || left > size.width) continue;
    drawItem({
      context,
      editor,
      projectId,
      colours,
      redraw,
      item,
      left,
      right,
      width: size.width,
      isSelected: item.id === selectedItemId,
    });
  }
  drawKeys(context, editor, window, colours, size.width);
  drawRuler(context, window, timelineRate(document), colours, size.width);
  for (const marker of document.all('marker'))
    drawMarker(context, xOfFrame(marker.frameIndex, window), marker.colour, marker.label, colours);
  drawPlayhead(context, xOfFrame(playhead, window), scale, size.height, colours);
}

function drawRuler(
  context: CanvasRenderingContext2D,
  window: TimelineWindow,
  rate: number,
  colours: TimelineColours,
  width: number,
): void {
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
function drawRange(
  context: CanvasRenderingContext2D,
  editor: Editor,
  window: TimelineWindow,
  colours: TimelineColours,
  size: { width: number; height: number },
): void {
  const source = editor.document.get('source', editor.view?.sourceId);
  const item = source && editor.document.all('item').find((candidate) => candidate.targetId === source.id);
  if (!source || !item || source.media === 'picture' || (source.inFrame === 0 && source.outFrame === source.frameCount))
    return;
  const left = xOfFrame(timelineFrameOf(editor.document, item, source, source.inFrame), window);
  const right = xOfFrame(timelineFrameOf(editor.document, item, source, source.outFrame), window);
  context.globalAlpha = 0.16;
  context.fillStyle = colours.accent;
  context.fillRect(left, 0, right - left, size.height);
  context.globalAlpha = 1;
  context.fillStyle = colours.accent;
  context.fillRect(left, 0, 2, rows.ruler.height);
  context.fillRect(right - 2, 0, 2, rows.ruler.height);
}

/** The looked-at mask's keys: diamonds, joined by a line where the mask follows from one to the next. */
function drawKeys(
  context: CanvasRenderingContext2D,
  editor: Editor,
  window: TimelineWindow,
  colours: TimelineColours,
  width: number,
): void {
  const mask = activeMask(editor);
  const source = editor.document.get('source', mask?.sourceId);
  const item = source && editor.document.all('item').find((candidate) => candidate.targetId === source.id);
  if (!mask || !source || !item) return;
  const middle = rows.keys.top + rows.keys.height / 2;
  const keys = editor.document.childrenOf('maskKey', mask.id);
  const xs = keys.map(
    (key) =>
      xOfFrame(timelineFrameOf(editor.document, item, source, key.frameIndex), window) + Math.min(6, window.scale / 2),
  );
  context.strokeStyle = colours.key;
  context.lineWidth = 2;
  keys.forEach((key, index) => {
    const [x, next] = [xs[index] ?? 0, xs[index + 1]];
    if (next === undefined || key.interpolation !== 'linear' || next < 0 || x > width) return;
    context.beginPath();
    context.moveTo(x, middle);
    context.lineTo(next, middle);
    context.stroke();
  });
  context.fillStyle = colours.key;
  for (const x of xs) {
    if (x < -8 || x > width + 8) continue;
    context.beginPath();
    context.moveTo(x, middle - 6);
    context.lineTo(x + 5, middle);
    context.lineTo(x, middle + 6);
    context.lineTo(x - 5, middle);
    context.fill();
  }
}

const markerColours = { yellow: '#f5c451', red: '#ff6369', green: '#4cc38a', blue: '#4d9dff', purple: '#b18cff' };

function drawMarker(
  context: CanvasRenderingContext2D,
  x: number,
  colour: keyof typeof markerColours,
  label: string,
  colours: TimelineColours,
): void {
  context.fillStyle = markerColours[colour];
  context.beginPath();
  context.moveTo(x - 5, 0);
  context.lineTo(x + 5, 0);
  context.lineTo(x + 5, 7);
  context.lineTo(x, 12);
  context.lineTo(x - 5, 7);
  context.fill();
  if (label === '') return;
  context.fillStyle = colours.text;
  context.font = '10px system-ui, sans-serif';
  context.fillText(label, x + 8, 6);
}

function drawPlayhead(
  context: CanvasRenderingContext2D,
  x: number,
  scale: number,
  height: number,
  colours: TimelineColours,
): void {
  const left = Math.round(x);
  context.fillStyle = colours.playhead;
  if (scale >= 6) {
    context.globalAlpha = 0.18;
    context.fillRect(left, rows.ruler.height, scale, height);
    context.globalAlpha = 1;
  }
  context.fillRect(left, 0, 1.5, height);
  context.beginPath();
  context.moveTo(left - 5, 12);
  context.lineTo(left + 6.5, 12);
  context.lineTo(left + 6.5, 18);
  context.lineTo(left + 0.75, 24);
  context.lineTo(left - 5, 18);
  context.fill();
}
