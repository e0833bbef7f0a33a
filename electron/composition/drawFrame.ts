import type { Layer } from '../contract/timeline/shownItems.ts';
import type { FrameSize } from '../contract/timeline/shownMedia.ts';
import type { ItemRecord } from '../contract/timeline/timelineRecords.ts';
import type { DrawingContext, Surface } from './drawingContext.ts';
import { drawTitle } from './drawTitle.ts';

/** A picture to draw: its own size in pixels, and that of the media it is a frame of, which gives it its shape. */
export interface LayerPicture<Image> {
  readonly image: Image;
  readonly size: FrameSize;
  readonly media: FrameSize;
}

/** A layer with its picture; absent for a title, and for what has gone from the project. */
export interface DrawnLayer<Image> extends Layer {
  readonly picture?: LayerPicture<Image> | undefined;
}

/** A rectangle in pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Draws a frame of the timeline, the lowest layer first, over black. The one drawing of page and export: what the viewer shows is what a file
 * holds. `scratch`, of the frame's size, is overwritten.
 */
export function drawFrame<Image>(
  target: Surface<Image>,
  scratch: Surface<Image>,
  frame: FrameSize,
  layers: readonly DrawnLayer<Image>[],
): void {
  const { context } = target;
  context.globalAlpha = 1;
  context.fillStyle = '#000000';
  context.fillRect(0, 0, frame.width, frame.height);
  for (const layer of layers) {
    if (layer.opacity >= 1) {
      drawLayer(context, layer, frame);
      continue;
    }
    // Together first, then let through: its bars and its picture, a title's letters and their edges are one.
    scratch.context.clearRect(0, 0, frame.width, frame.height);
    drawLayer(scratch.context, layer, frame);
    context.globalAlpha = layer.opacity;
    context.drawImage(scratch.image, 0, 0, frame.width, frame.height, 0, 0, frame.width, frame.height);
    context.globalAlpha = 1;
  }
}

function drawLayer<Image>(
  context: DrawingContext<Image>,
  { item, picture }: DrawnLayer<Image>,
  frame: FrameSize,
): void {
  if (item.title) {
    drawTitle(context, item.title, frame);
    return;
  }
  if (!item.clear) {
    context.fillStyle = '#000000';
    context.fillRect(0, 0, frame.width, frame.height);
  }
  if (!picture) return;
  const { from, to } = placeOfPicture(item, picture.media, frame);
  const { width, height } = picture.size;
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = 'high';
  context.drawImage(
    picture.image,
    from.x * width,
    from.y * height,
    from.width * width,
    from.height * height,
    to.x,
    to.y,
    to.width,
    to.height,
  );
}

/** Which part of its picture an item shows, in shares of the picture, and where in the frame, in whole pixels. */
export function placeOfPicture(
  { crop, fit = 'whole' }: Pick<ItemRecord, 'crop' | 'fit'>,
  media: FrameSize,
  frame: FrameSize,
): { from: Box; to: Box } {
  const { left, top, right, bottom } = crop ?? { left: 0, top: 0, right: 0, bottom: 0 };
  const kept = { x: left, y: top, width: 1 - left - right, height: 1 - top - bottom };
  const shown = { width: kept.width * media.width, height: kept.height * media.height };
  const [across, down] = [frame.width / shown.width, frame.height / shown.height];
  if (fit === 'stretch') return { from: kept, to: { x: 0, y: 0, ...frame } };
  if (fit === 'fill') {
    // As much of it as has the frame's shape, from its middle.
    const scale = Math.max(across, down);
    const [width, height] = [frame.width / scale / media.width, frame.height / scale / media.height];
    const from = { x: kept.x + (kept.width - width) / 2, y: kept.y + (kept.height - height) / 2, width, height };
    return { from, to: { x: 0, y: 0, ...frame } };
  }
  const scale = Math.min(across, down);
  const width = Math.max(1, Math.min(frame.width, Math.round(shown.width * scale)));
  const height = Math.max(1, Math.min(frame.height, Math.round(shown.height * scale)));
  return { from: kept, to: { x: (frame.width - width) >> 1, y: (frame.height - height) >> 1, width, height } };
}

/** The size at which a picture is worth reading for a frame: so that its shown part has the frame's pixels, but never larger than it is. */
export function sizeToRead(item: ItemRecord, media: FrameSize, frame: FrameSize): FrameSize {
  const { from, to } = placeOfPicture(item, media, frame);
  const fitted = (whole: number, share: number, pixels: number): number =>
    Math.max(1, Math.min(whole, Math.round(pixels / share)));
  return {
    width: fitted(media.width, from.width, to.width),
    height: fitted(media.height, from.height, to.height),
  };
}
