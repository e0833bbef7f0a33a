import type { ItemRecord, SourceRecord, TakeRecord } from '../../../electron/contract/records.ts';
import { mediaPerFrame } from '../../../electron/contract/timeline/shownItems.ts';
import { shownMedia } from '../../../electron/contract/timeline/shownMedia.ts';
import { timelineRate } from '../../editor/timeline/arrangement.ts';
import { frameImages } from '../../preview/frameImages.ts';
import { assetUrl } from '../../preview/shownFrames.ts';
import type { Row } from '../timelineLayout.ts';
import type { TimelinePaint } from './timelinePaint.ts';

/** Where an item lies on the canvas, in pixels. */
export interface Place {
  readonly left: number;
  readonly right: number;
  readonly row: Row;
}

/** Height of the loudness below the pictures, in pixels. */
const waveHeight = 20;

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

/** Draws what a source's item shows: a strip of its thumbnails and its loudness, on a sound track the loudness alone. */
export function drawSource(
  paint: TimelinePaint,
  place: Place,
  item: ItemRecord,
  source: SourceRecord,
  isSound: boolean,
): void {
  const { thumbnails, waveforms } = paint.editor.session.state;
  const strip = thumbnails[source.assetId];
  const wave = item.volume === 0 ? undefined : waveforms[source.assetId];
  const { top, height } = place.row;
  const perPixel = mediaPerFrame(item, shownMedia(source), timelineRate(paint.editor.document)) / paint.window.scale;
  const below = isSound ? height - 4 : waveHeight;
  if (strip && !isSound) drawStrip(paint, place, { item, source, strip, perPixel }, height - (wave ? below + 2 : 2));
  if (wave) drawWave(paint, place, { item, source, wave, perPixel }, { top: top + height - below - 1, height: below });
}

interface Strip {
  readonly item: ItemRecord;
  readonly source: SourceRecord;
  readonly strip: readonly (string | undefined)[];
  /** Frames of the source in a pixel. */
  readonly perPixel: number;
}

function drawStrip(paint: TimelinePaint, place: Place, { item, source, strip, perPixel }: Strip, height: number): void {
  const { left, row } = place;
  const end = Math.min(place.right, paint.size.width);
  const step = Math.max(12, height * (source.width / source.height));
  for (let index = Math.max(0, Math.floor(-left / step)); left + index * step < end; index++) {
    const frame = source.media === 'picture' ? 0 : item.inFrame + index * step * perPixel;
    let at = Math.min(strip.length - 1, Math.floor((frame / source.frameCount) * strip.length));
    // One that has not come, or does not at the very end, is stood in for by the one before it.
    while (at > 0 && strip[at] === undefined) at--;
    drawPicture(paint, strip[at], { x: left + index * step, y: row.top + 1, width: step, height });
  }
}

interface Wave {
  readonly item: ItemRecord;
  readonly source: SourceRecord;
  /** Loudness, 0 to 255, of equal stretches. */
  readonly wave: Uint8Array;
  readonly perPixel: number;
}

function drawWave(paint: TimelinePaint, place: Place, { item, source, wave, perPixel }: Wave, room: Row): void {
  const { context, size, colours } = paint;
  // A quiet clip is drawn as large as a loud one; silence stays a line.
  const loudest = Math.max(quietest, peakOf(wave));
  const middle = room.top + room.height / 2;
  context.fillStyle = colours.wave;
  for (let x = Math.max(0, Math.floor(place.left)); x < Math.min(place.right, size.width); x++) {
    const frame = item.inFrame + (x - place.left) * perPixel;
    const loudness = wave[Math.floor((frame / source.frameCount) * wave.length)] ?? 0;
    const height = Math.max(1, Math.min(1, (loudness / loudest) * Math.sqrt(item.volume ?? 1)) * room.height);
    context.fillRect(x, middle - height / 2, 1, height);
  }
}

/** Draws a take's first frame at its beginning; returns the width of it. */
export function drawTake(paint: TimelinePaint, { left, row }: Place, take: TakeRecord): number {
  const height = row.height - 2;
  const width = Math.min(height * 2, height * (take.result.width / take.result.height));
  const url = assetUrl(paint.projectId, take.result.firstFrameAssetId);
  drawPicture(paint, url, { x: left, y: row.top + 1, width, height });
  return width;
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
