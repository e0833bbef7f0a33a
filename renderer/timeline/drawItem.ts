import type { ItemRecord, SourceRecord, TakeRecord } from '../../electron/contract/records.ts';
import { timelineRate } from '../editor/timelineCommands.ts';
import { frameImages } from '../preview/frameImages.ts';
import { assetUrl } from '../preview/shownFrames.ts';
import { rows, xOfFrame } from './timelineLayout.ts';
import type { TimelinePaint } from './timelinePaint.ts';

/** Where an item lies on the canvas, in pixels. */
interface Place {
  left: number;
  right: number;
  row: { top: number; height: number };
}

/** Draws an item with what it shows: a strip of thumbnails and the loudness, or a take's first frame. */
export function drawItem(paint: TimelinePaint, item: ItemRecord): void {
  const { context, editor, colours, window } = paint;
  const left = xOfFrame(item.startFrame, window);
  const right = xOfFrame(item.startFrame + item.lengthFrames, window);
  if (right < 0 || left > paint.size.width) return;
  const isTake = item.track === 'take';
  const row = isTake ? rows.take : rows.source;
  const source = editor.document.get('source', item.targetId);
  const take = editor.document.get('take', item.targetId);
  const width = Math.max(2, right - left - 1);
  context.save();
  context.beginPath();
  context.roundRect(left, row.top + 1, width, row.height - 2, Math.min(5, width / 2));
  context.fillStyle = isTake ? colours.take : colours.source;
  context.fill();
  if (width > 6) {
    context.clip();
    if (source) drawSourceContent(paint, { left, right, row }, item, source);
    if (take) drawTakeContent(paint, { left, right, row }, take);
  }
  context.restore();
  if (item.id !== editor.session.state.selectedItemId) return;
  context.beginPath();
  context.roundRect(left + 0.75, row.top + 1.75, width - 1.5, row.height - 3.5, 5);
  context.strokeStyle = colours.text;
  context.lineWidth = 1.5;
  context.stroke();
}

/** Height of the loudness below the pictures, in pixels. */
const waveHeight = 22;

/** Loudness, of 255, below which a whole clip counts as silent. */
const quietest = 12;

const peaks = new WeakMap<Uint8Array, number>();

function peakOf(wave: Uint8Array): number {
  const known = peaks.get(wave);
  if (known !== undefined) return known;
  const peak = wave.reduce((most, value) => Math.max(most, value), 0);
  peaks.set(wave, peak);
  return peak;
}

function drawSourceContent(paint: TimelinePaint, place: Place, item: ItemRecord, source: SourceRecord): void {
  const { context, editor, window } = paint;
  const { left, row } = place;
  const end = Math.min(place.right, paint.size.width);
  const { thumbnails, waveforms } = editor.session.state;
  const strip = thumbnails[source.assetId];
  const wave = waveforms[source.assetId];
  const pictureHeight = row.height - (wave ? waveHeight + 2 : 2);
  const step = Math.max(12, pictureHeight * (source.width / source.height));
  const perPixel = source.framesPerSecond / timelineRate(editor.document) / window.scale;
  if (strip) {
    const first = Math.max(0, Math.floor(-left / step));
    for (let index = first; left + index * step < end; index++) {
      const x = left + index * step;
      const sourceFrame = source.media === 'picture' ? 0 : item.inFrame + index * step * perPixel;
      let at = Math.min(strip.length - 1, Math.floor((sourceFrame / source.frameCount) * strip.length));
      // One that has not come, or does not at the very end, is stood in for by the one before it.
      while (at > 0 && strip[at] === undefined) at--;
      drawPicture(paint, strip[at], { x, y: row.top + 1, width: step, height: pictureHeight });
    }
  }
  if (wave && source.media === 'clip') {
    const middle = row.top + row.height - waveHeight / 2 - 1;
    // A quiet clip is drawn as large as a loud one; silence stays a line.
    const loudest = Math.max(quietest, peakOf(wave));
    context.fillStyle = 'rgba(255,255,255,0.75)';
    for (let x = Math.max(0, Math.floor(left)); x < end; x++) {
      const frame = item.inFrame + (x - left) * perPixel;
      const height = Math.max(
        1,
        ((wave[Math.floor((frame / source.frameCount) * wave.length)] ?? 0) / loudest) * waveHeight,
      );
      context.fillRect(x, middle - height / 2, 1, height);
    }
  }
  drawLabel(context, source.name, left, place.right, row.top + 1);
}

function drawTakeContent(paint: TimelinePaint, { left, right, row }: Place, take: TakeRecord): void {
  const side = row.height - 2;
  const url = assetUrl(paint.projectId, take.result.firstFrameAssetId);
  drawPicture(paint, url, { x: left, y: row.top + 1, width: side, height: side });
  drawLabel(paint.context, take.name, left + side, right, row.top + 10);
}

function drawPicture(
  { context, redraw }: TimelinePaint,
  url: string | undefined,
  { x, y, width, height }: { x: number; y: number; width: number; height: number },
): void {
  if (url === undefined) return;
  const image = frameImages.get(url);
  if (image) context.drawImage(image, x, y, width, height);
  else frameImages.load(url).then(redraw, () => undefined);
}

function drawLabel(context: CanvasRenderingContext2D, text: string, left: number, right: number, top: number): void {
  const x = Math.max(left, 0) + 6;
  if (right - x < 30) return;
  context.font = '600 10.5px system-ui, sans-serif';
  context.textBaseline = 'middle';
  const shown =
    text.length * 6 > right - x - 8 ? `${text.slice(0, Math.max(1, Math.floor((right - x - 14) / 6)))}…` : text;
  const width = context.measureText(shown).width;
  context.fillStyle = 'rgba(12,13,15,0.62)';
  context.beginPath();
  context.roundRect(x - 3, top + 2, width + 6, 14, 4);
  context.fill();
  context.fillStyle = '#ffffff';
  context.fillText(shown, x, top + 9.5);
}
