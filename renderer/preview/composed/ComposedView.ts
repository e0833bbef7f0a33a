import { type DrawnLayer, drawFrame } from '../../../electron/composition/drawFrame.ts';
import type { Surface } from '../../../electron/composition/drawingContext.ts';
import type { FrameSize } from '../../../electron/contract/timeline/shownMedia.ts';

/** The timeline's frames drawn for the viewer. Two canvases in turn: a new one tells that there is something new to show. */
export class ComposedView {
  #surfaces: CanvasSurface[] = [];
  #turn = 0;

  /** Draws a frame; the canvas is drawn over by the next but one. */
  draw(frame: FrameSize, layers: readonly DrawnLayer<CanvasImageSource>[]): HTMLCanvasElement | undefined {
    if (this.#surfaces[0]?.image.width !== frame.width || this.#surfaces[0].image.height !== frame.height)
      this.#surfaces = Array.from({ length: 3 }, () => newSurface(frame));
    const [first, second, scratch] = this.#surfaces;
    if (!first || !second || !scratch) return undefined;
    this.#turn = 1 - this.#turn;
    const target = this.#turn === 0 ? first : second;
    drawFrame<CanvasImageSource>(target, scratch, frame, layers);
    return target.image;
  }
}

interface CanvasSurface extends Surface<CanvasImageSource> {
  readonly image: HTMLCanvasElement;
}

function newSurface({ width, height }: FrameSize): CanvasSurface {
  const image = document.createElement('canvas');
  image.width = width;
  image.height = height;
  const context = image.getContext('2d');
  if (!context) throw new Error('Assertion failed: the browser has no 2D canvas');
  return { context, image };
}

/** The timeline's frame at the size at which the viewer draws it: sources come to the page no larger. */
export function viewedSize({ width, height }: FrameSize, longest = 1280): FrameSize {
  const scale = Math.min(1, longest / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}
