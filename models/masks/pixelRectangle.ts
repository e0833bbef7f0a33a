import type { PixelRectangle } from './maskDrawing.ts';

/** Whether a rectangle holds no pixel. */
export function isEmptyRectangle(rectangle: PixelRectangle): boolean {
  return rectangle.width <= 0 || rectangle.height <= 0;
}

/** The pixels two rectangles share; possibly none. */
export function intersectRectangles(a: PixelRectangle, b: PixelRectangle): PixelRectangle {
  const x = Math.max(a.x, b.x);
  const y = Math.max(a.y, b.y);
  return {
    x,
    y,
    width: Math.max(0, Math.min(a.x + a.width, b.x + b.width) - x),
    height: Math.max(0, Math.min(a.y + a.height, b.y + b.height) - y),
  };
}

/** The smallest rectangle around both; an empty one adds nothing. */
export function uniteRectangles(a: PixelRectangle, b: PixelRectangle): PixelRectangle {
  if (isEmptyRectangle(a)) return b;
  if (isEmptyRectangle(b)) return a;
  const x = Math.min(a.x, b.x);
  const y = Math.min(a.y, b.y);
  return {
    x,
    y,
    width: Math.max(a.x + a.width, b.x + b.width) - x,
    height: Math.max(a.y + a.height, b.y + b.height) - y,
  };
}

/** The rectangle with a margin on every side, in pixels. */
export function padRectangle(rectangle: PixelRectangle, margin: number): PixelRectangle {
  return {
    x: rectangle.x - margin,
    y: rectangle.y - margin,
    width: rectangle.width + 2 * margin,
    height: rectangle.height + 2 * margin,
  };
}

/** The smallest whole-pixel rectangle around the given edges. */
export function rectangleAround(left: number, top: number, right: number, bottom: number): PixelRectangle {
  const x = Math.floor(left);
  const y = Math.floor(top);
  return { x, y, width: Math.ceil(right) - x, height: Math.ceil(bottom) - y };
}
