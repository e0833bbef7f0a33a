import { CancelledError } from '../../../models/errors/studioError.ts';
import { drawFrame, type LayerPicture } from '../../composition/drawFrame.ts';
import type { ItemRecord, TrackRecord } from '../../contract/records.ts';
import { layersAt, mediaFrameAt } from '../../contract/timeline/shownItems.ts';
import { type FrameSize, shownMedia } from '../../contract/timeline/shownMedia.ts';
import type { CanvasPicture, FrameCanvas } from '../../media/canvas/frameCanvas.ts';
import type { MediaPort, RgbaPicture } from '../media/mediaPort.ts';
import type { OpenProject } from '../projects/openProject.ts';
import { ItemPictures } from './itemPictures.ts';

/** The part of a timeline to compose, and how. */
export interface Composition {
  readonly tracks: readonly TrackRecord[];
  readonly items: readonly ItemRecord[];
  /** Timeline frame at which it begins, how many frames to make, and timeline frames from one of them to the next. */
  readonly inFrame: number;
  readonly frameCount: number;
  readonly step: number;
  readonly width: number;
  readonly height: number;
  readonly signal: AbortSignal;
}

/** The timeline frame by frame as it is arranged, drawn as the viewer draws it. */
export async function* composedFrames(
  project: OpenProject,
  media: MediaPort,
  composition: Composition,
): AsyncGenerator<RgbaPicture, void, undefined> {
  const { width, height, signal, inFrame, frameCount, step, tracks, items } = composition;
  const rate = project.store.get('project', 'project').framesPerSecond;
  const frame: FrameSize = { width, height };
  const canvas = await media.openCanvas(width, height);
  const shown = new ShownPictures(project, media, canvas, composition, rate);
  try {
    for (let index = 0; index < frameCount; index++) {
      if (signal.aborted) throw new CancelledError();
      const position = inFrame + index * step;
      const layers = [];
      for (const layer of layersAt(tracks, items, position))
        layers.push({ ...layer, picture: await shown.of(layer.item, position) });
      drawFrame(canvas, canvas.scratch, frame, layers);
      yield { width, height, data: canvas.pixels() };
      await shown.leave(position);
      // The studio answers its windows between two frames.
      await new Promise((done) => setImmediate(done));
    }
  } finally {
    await shown.leave(Number.POSITIVE_INFINITY);
  }
}

/** The pictures of what lies on the timeline, read as they are shown. */
class ShownPictures {
  readonly #project: OpenProject;
  readonly #media: MediaPort;
  readonly #canvas: FrameCanvas;
  readonly #frame: FrameSize;
  readonly #signal: AbortSignal;
  readonly #rate: number;
  readonly #open = new Map<
    string,
    { item: ItemRecord; pictures: ItemPictures; last?: { index: number; drawn: CanvasPicture } }
  >();

  constructor(project: OpenProject, media: MediaPort, canvas: FrameCanvas, composition: Composition, rate: number) {
    this.#project = project;
    this.#media = media;
    this.#canvas = canvas;
    this.#frame = { width: composition.width, height: composition.height };
    this.#signal = composition.signal;
    this.#rate = rate;
  }

  /** What an item shows at a position; undefined for a title, and for what has gone from the project. */
  async of(item: ItemRecord, position: number): Promise<LayerPicture<CanvasPicture> | undefined> {
    const { store } = this.#project;
    const target = store.find('source', item.targetId) ?? store.find('take', item.targetId);
    if (!target) return undefined;
    const index = mediaFrameAt(item, shownMedia(target), this.#rate, position);
    const open = this.#open.get(item.id) ?? {
      item,
      pictures: new ItemPictures(this.#project, this.#media, {
        item,
        target,
        frame: this.#frame,
        signal: this.#signal,
      }),
    };
    this.#open.set(item.id, open);
    if (open.last?.index !== index) {
      const picture = await open.pictures.at(index);
      if (!picture) return undefined;
      open.last = { index, drawn: this.#canvas.picture(picture, open.last?.drawn) };
    }
    const { drawn } = open.last;
    return { image: drawn, size: drawn, media: open.pictures.media };
  }

  /** Closes what is not shown after a position any more. */
  async leave(position: number): Promise<void> {
    for (const [id, { item, pictures }] of this.#open) {
      // A cross-fade shows a piece beyond its end, by no more than its own length.
      if (item.startFrame + 2 * item.lengthFrames > position) continue;
      this.#open.delete(id);
      await pictures.close();
    }
  }
}
