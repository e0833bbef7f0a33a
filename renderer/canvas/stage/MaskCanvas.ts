import { signedDistance } from '../../../models/masks/edgeShape.ts';
import type { MaskDrawing, MaskOperation, PixelRectangle } from '../../../models/masks/maskDrawing.ts';
import { MaskLayer } from '../../../models/masks/maskLayer.ts';
import {
  intersectRectangles,
  isEmptyRectangle,
  padRectangle,
  uniteRectangles,
} from '../../../models/masks/pixelRectangle.ts';
import { keysAround, rasterizeMask, shapeEdge } from '../../../models/masks/rasterizeMask.ts';
import type { MaskDisplay } from '../../editor/session.ts';

/** Longer side of the mask on screen, in pixels: a 4K frame's mask is shown at half its size, strokes and recipe keep the whole. */
const displayLimit = 2048;

/** Operations painted at a time, and for how long before the page gets its turn. */
const sliceOperations = 40;
const sliceMilliseconds = 12;

/** How coverage becomes colour. */
export interface MaskLook {
  display: MaskDisplay;
  colour: string;
  /** The model is given what lies outside the mask (an edit that keeps the rest). */
  inverted: boolean;
}

/**
 * A mask as pixels on a canvas, painted with the pipeline's own code. While a stroke is under the hand only the pixels it touches
 * are painted again; the finished mask's edge (grow, feather) is shaped when the hand lets go.
 */
export class MaskCanvas {
  readonly canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  #layer: MaskLayer | undefined;
  #key = '';
  #look: MaskLook = { display: 'tint', colour: '#ff4d6d', inverted: false };
  #shown: Uint8Array = new Uint8Array(0);
  #isLive = false;
  #rest: ReturnType<typeof setTimeout> | undefined;
  /** Called when more of a large mask has been painted. */
  onProgress: (() => void) | undefined;

  constructor() {
    this.canvas = document.createElement('canvas');
    const context = this.canvas.getContext('2d', { willReadFrequently: true });
    if (!context) throw new Error('Assertion failed: a canvas has a 2D context');
    this.#context = context;
  }

  /** Brings the canvas to the mask of a frame. `identity` names mask and key, so that another one starts afresh. */
  show(drawing: MaskDrawing, frameIndex: number, identity: string): void {
    clearTimeout(this.#rest);
    const scale = Math.min(1, displayLimit / Math.max(drawing.width, drawing.height));
    const width = Math.max(1, Math.round(drawing.width * scale));
    const height = Math.max(1, Math.round(drawing.height * scale));
    const { before, after, share } = keysAround(drawing.keys, frameIndex);
    if (after && share > 0) {
      this.#resize(width, height);
      this.#shown = rasterizeMask(drawing, { width, height, frameIndex });
      this.#key = '';
      this.#paint({ x: 0, y: 0, width, height });
      return;
    }
    const key = `${identity}/${width}x${height}`;
    if (key !== this.#key || !this.#layer) {
      this.#resize(width, height);
      this.#layer = new MaskLayer(width, height, { x: width / drawing.width, y: height / drawing.height });
      this.#key = key;
    }
    this.#isLive = false;
    this.#advance(this.#layer, before?.operations ?? [], drawing, scale);
  }

  /** Paints the operations that are new; very many of them in slices, so that a large mask never holds up the page. */
  #advance(layer: MaskLayer, operations: readonly MaskOperation[], drawing: MaskDrawing, scale: number): void {
    clearTimeout(this.#rest);
    const begun = performance.now();
    let count = Math.min(operations.length, layer.count + sliceOperations);
    if (operations.length < layer.count) count = operations.length;
    let dirty = layer.setOperations(operations.slice(0, count));
    while (count < operations.length && performance.now() - begun < sliceMilliseconds) {
      count = Math.min(operations.length, count + sliceOperations);
      dirty = uniteRectangles(dirty, layer.setOperations(operations.slice(0, count)));
    }
    this.#present(layer, drawing, scale, dirty);
    if (count < operations.length)
      this.#rest = setTimeout(() => {
        if (!this.#isLive) this.#advance(layer, operations, drawing, scale);
        this.onProgress?.();
      });
  }

  #present(layer: MaskLayer, drawing: MaskDrawing, scale: number, dirty: PixelRectangle): void {
    const { width, height, data } = layer.raster;
    if (drawing.growPixels !== 0 || drawing.featherPixels > 0) {
      const raster = { width, height, data: data.slice() };
      shapeEdge(raster, drawing, scale);
      this.#shown = raster.data;
      this.#paint({ x: 0, y: 0, width, height });
      return;
    }
    const wasShaped = this.#shown !== data;
    this.#shown = data;
    this.#paint(wasShaped ? { x: 0, y: 0, width, height } : dirty);
  }

  /** Stops painting what is left of a large mask. */
  close(): void {
    clearTimeout(this.#rest);
    this.onProgress = undefined;
  }

  /** Shows a stroke that is still being drawn. */
  showLive(stroke: Extract<MaskOperation, { kind: 'stroke' }>): void {
    if (!this.#layer) return;
    const shaped = this.#shown !== this.#layer.raster.data;
    const dirty = this.#layer.setLiveStroke(stroke);
    this.#isLive = true;
    if (shaped) this.#copyRaw(dirty);
    this.#paint(dirty);
  }

  /** Takes a live stroke away that came to nothing. */
  dropLive(): void {
    if (!this.#layer || !this.#isLive) return;
    this.#isLive = false;
    const dirty = this.#layer.dropLiveStroke();
    if (this.#shown !== this.#layer.raster.data) this.#copyRaw(dirty);
    this.#paint(dirty);
  }

  /** Changes how the mask is coloured. */
  setLook(look: MaskLook): void {
    if (JSON.stringify(look) === JSON.stringify(this.#look)) return;
    this.#look = look;
    this.#paint({ x: 0, y: 0, width: this.canvas.width, height: this.canvas.height });
  }

  #resize(width: number, height: number): void {
    if (this.canvas.width === width && this.canvas.height === height) return;
    this.canvas.width = width;
    this.canvas.height = height;
    this.#shown = new Uint8Array(width * height);
  }

  #copyRaw(area: PixelRectangle): void {
    const raw = this.#layer?.raster;
    if (!raw) return;
    for (let y = area.y; y < area.y + area.height; y++) {
      const from = y * raw.width + area.x;
      this.#shown.set(raw.data.subarray(from, from + area.width), from);
    }
  }

  #paint(dirty: PixelRectangle): void {
    const { display, colour, inverted } = this.#look;
    const everything = { x: 0, y: 0, width: this.canvas.width, height: this.canvas.height };
    const area = intersectRectangles(everything, padRectangle(dirty, display === 'outline' ? 3 : 0));
    if (isEmptyRectangle(area) || this.#shown.length !== everything.width * everything.height) return;
    const image = this.#context.createImageData(area.width, area.height);
    const [red, green, blue] = display === 'model' ? [0, 0, 0] : parseColour(colour);
    const pixels = new Uint32Array(image.data.buffer);
    const tint = (blue << 16) | (green << 8) | red;
    const edge = display === 'outline' ? this.#edgeOf(area) : undefined;
    const empty = !this.#layer || display === 'hidden';
    for (let y = 0; y < area.height; y++) {
      let at = (area.y + y) * everything.width + area.x;
      for (let index = y * area.width; index < (y + 1) * area.width; index++, at++) {
        const coverage = this.#shown[at] ?? 0;
        const alpha = edge ? (edge[index] ?? 0) : display === 'model' && !inverted ? 255 - coverage : coverage;
        pixels[index] = empty ? 0 : ((alpha << 24) | tint) >>> 0;
      }
    }
    this.#context.putImageData(image, area.x, area.y);
  }

  /** A line about two pixels wide along the outline within an area. */
  #edgeOf(area: PixelRectangle): Uint8Array {
    const width = this.canvas.width;
    const data = new Uint8Array(area.width * area.height);
    for (let y = 0; y < area.height; y++)
      data.set(
        this.#shown.subarray((area.y + y) * width + area.x, (area.y + y) * width + area.x + area.width),
        y * area.width,
      );
    const distance = signedDistance({ width: area.width, height: area.height, data });
    return Uint8Array.from(distance, (value) => Math.round(255 * Math.min(1, Math.max(0, 1.8 - Math.abs(value)))));
  }
}

function parseColour(colour: string): [number, number, number] {
  const value = Number.parseInt(colour.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}
