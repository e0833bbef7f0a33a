import type { ViewMode, Viewport } from '../editor/session.ts';

/** Width and height in pixels. */
export interface Size {
  width: number;
  height: number;
}

const gap = 16;
const margin = 28;

/** Where source and result lie on the stage, for a viewport. */
export function layOut(mode: ViewMode, source: Size, viewport: Viewport): { source: Viewport; result: Viewport } {
  const result =
    mode === 'sideBySide'
      ? { ...viewport, x: viewport.x + (source.width + gap / viewport.scale) * viewport.scale }
      : viewport;
  return { source: viewport, result };
}

/** The viewport that shows everything, in the middle of the stage. */
export function fitViewport(mode: ViewMode, source: Size, stage: Size): Viewport {
  const count = mode === 'sideBySide' ? 2 : 1;
  const room = { width: stage.width - 2 * margin - (count - 1) * gap, height: stage.height - 2 * margin };
  const scale = Math.max(0.01, Math.min(room.width / (source.width * count), room.height / source.height));
  const width = source.width * scale * count + (count - 1) * gap;
  return { scale, x: (stage.width - width) / 2, y: (stage.height - source.height * scale) / 2 };
}

/** The viewport zoomed by `factor` with the stage's point (x, y) staying where it is. */
export function zoomAt(viewport: Viewport, factor: number, x: number, y: number): Viewport {
  const scale = Math.min(64, Math.max(0.02, viewport.scale * factor));
  const ratio = scale / viewport.scale;
  return { scale, x: x - (x - viewport.x) * ratio, y: y - (y - viewport.y) * ratio };
}

/** A picture's box inside a frame: as large as fits, in the middle. */
export function containIn(picture: Size, frame: Size): { x: number; y: number; width: number; height: number } {
  const scale = Math.min(frame.width / picture.width, frame.height / picture.height);
  const width = picture.width * scale;
  const height = picture.height * scale;
  return { x: (frame.width - width) / 2, y: (frame.height - height) / 2, width, height };
}
