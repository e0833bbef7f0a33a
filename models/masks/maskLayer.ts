import type { MaskMode, MaskOperation, MaskRaster, PixelRectangle } from './maskDrawing.ts';
import {
  isLocalOperation,
  type MaskScale,
  mixCoverage,
  operationBounds,
  paintOperation,
  scaleStroke,
} from './paintOperation.ts';
import { intersectRectangles, isEmptyRectangle, uniteRectangles } from './pixelRectangle.ts';
import { coverStroke, strokeBounds } from './strokeCoverage.ts';

/**
 * One key's mask while it is painted: the finished operations stay as pixels, a live stroke is laid over them, and every call
 * tells which pixels changed, so that a pointer event costs as much as the brush is wide, however many strokes lie below.
 * The result equals painting all operations from the start.
 */
export class MaskLayer {
  readonly raster: MaskRaster;
  readonly scale: MaskScale;
  #operations: MaskOperation[] = [];
  #live: { mode: MaskMode; coverage: Uint8Array; area: PixelRectangle; points: number } | undefined;
  readonly #committed: Uint8Array;
  #liveCoverage: Uint8Array | undefined;

  /** Width and height of the raster in pixels; `scale` from drawing pixels to raster pixels. */
  constructor(width: number, height: number, scale: MaskScale) {
    this.raster = { width, height, data: new Uint8Array(width * height) };
    this.scale = scale;
    this.#committed = new Uint8Array(width * height);
  }

  /** Number of finished operations painted. */
  get count(): number {
    return this.#operations.length;
  }

  get #everything(): PixelRectangle {
    return { x: 0, y: 0, width: this.raster.width, height: this.raster.height };
  }

  /**
   * Brings the layer to the given finished operations; returns what changed. Appending costs the new operations alone; taking
   * away or changing some repaints only the part they touch.
   */
  setOperations(operations: readonly MaskOperation[]): PixelRectangle {
    const old = this.#operations;
    let same = 0;
    while (same < old.length && same < operations.length && old[same] === operations[same]) same++;
    const changed = [...old.slice(same), ...operations.slice(same)];
    this.#operations = [...operations];
    let dirty = this.#dropLive();
    if (changed.length === 0) return dirty;
    const committed = { ...this.raster, data: this.#committed };
    const area = changed
      .map((operation) => operationBounds(operation, this.scale, this.raster))
      .reduce(uniteRectangles);
    if (same === old.length) {
      for (const operation of operations.slice(same)) paintOperation(committed, operation, this.scale);
    } else {
      const local = operations.every(isLocalOperation);
      const clip = local ? area : this.#everything;
      paintOperation(committed, { kind: 'fill', mode: 'erase' }, this.scale, clip);
      for (const operation of operations) paintOperation(committed, operation, this.scale, clip);
      if (!local) dirty = this.#everything;
    }
    dirty = uniteRectangles(dirty, area);
    this.#show(dirty);
    return dirty;
  }

  /** Lays a stroke that is still being drawn over the finished ones; pass the same growing stroke at each event. Returns what changed. */
  setLiveStroke(stroke: Extract<MaskOperation, { kind: 'stroke' }>): PixelRectangle {
    const count = Math.floor(stroke.points.length / 3);
    let dirty: PixelRectangle = { x: 0, y: 0, width: 0, height: 0 };
    if (this.#live && (this.#live.mode !== stroke.mode || count < this.#live.points)) dirty = this.#dropLive();
    if (!this.#live) {
      this.#liveCoverage ??= new Uint8Array(this.raster.width * this.raster.height);
      this.#live = { mode: stroke.mode, coverage: this.#liveCoverage, area: dirty, points: 0 };
      this.#live.area = { x: 0, y: 0, width: 0, height: 0 };
    }
    const first = Math.max(0, this.#live.points - 1);
    const tail = { ...stroke, points: stroke.points.slice(first * 3) };
    const scaled = scaleStroke(tail, this.scale);
    const touched = intersectRectangles(this.#everything, strokeBounds(scaled));
    coverStroke({ area: this.#everything, data: this.#live.coverage }, scaled, this.#live.points > 0);
    this.#live.points = count;
    this.#live.area = uniteRectangles(this.#live.area, touched);
    this.#show(touched);
    return uniteRectangles(dirty, touched);
  }

  /** Takes the live stroke away again; returns what changed. */
  dropLiveStroke(): PixelRectangle {
    return this.#dropLive();
  }

  #dropLive(): PixelRectangle {
    if (!this.#live) return { x: 0, y: 0, width: 0, height: 0 };
    const { area, coverage } = this.#live;
    for (let y = area.y; y < area.y + area.height; y++)
      coverage.fill(0, y * this.raster.width + area.x, y * this.raster.width + area.x + area.width);
    this.#live = undefined;
    this.#show(area);
    return area;
  }

  /** Writes finished and live coverage of a part to the visible raster. */
  #show(area: PixelRectangle): void {
    if (isEmptyRectangle(area)) return;
    const { data, width } = this.raster;
    const live = this.#live;
    for (let y = area.y; y < area.y + area.height; y++) {
      const from = y * width + area.x;
      if (!live) {
        data.set(this.#committed.subarray(from, from + area.width), from);
        continue;
      }
      for (let at = from; at < from + area.width; at++)
        data[at] = mixCoverage(this.#committed[at] ?? 0, live.coverage[at] ?? 0, live.mode);
    }
  }
}
