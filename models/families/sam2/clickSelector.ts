import { StudioError } from '../../errors/studioError.ts';
import { createMemory } from '../../memory/memory.ts';
import { maskSide } from '../../nets/sam2/sam2Config.ts';
import { enlargedMask } from './enlargedMask.ts';
import type { Sam2Model } from './openSam2.ts';
import { type Picture, pixelsOf } from './pictureInput.ts';
import { type PromptPoint, SubjectTracker } from './subjectTracker.ts';

/** Pictures whose features are kept, 16 MiB each at the published size. */
const keptPictures = 6;

/** What was said about a picture: clicks, and a box around the subject, in pixels. */
export interface ClickPrompt {
  readonly points: readonly { readonly x: number; readonly y: number; readonly adds: boolean }[];
  /** Left, top, right and bottom. */
  readonly box: readonly [number, number, number, number] | null;
}

/** What a prompt selects. */
export interface ClickSelection {
  /** The picture's own size. */
  readonly width: number;
  readonly height: number;
  /** One byte a pixel: 255 the subject, else 0. */
  readonly mask: Uint8Array;
  /** The model's own guess of how well it fits, 0..1. */
  readonly quality: number;
}

/** Selects subjects in single pictures by clicks. A picture is encoded once; every prompt after that costs the decoder alone. */
export class ClickSelector {
  readonly #model: Sam2Model;
  #isWarm = false;
  readonly #remember = createMemory(keptPictures);

  /** The model is its own from here on, and is let go with it. */
  constructor(model: Sam2Model) {
    this.#model = model;
  }

  /** Encodes a picture ahead of the first click, and has the decoder loaded for one and two; `key` names the picture. */
  async prepare(key: string, read: () => Promise<Picture>): Promise<void> {
    const { width, height } = await this.#encode(key, read);
    const points = [{ x: width / 2, y: height / 2, adds: true }];
    for (; !this.#isWarm && points.length <= 2; points.push({ x: 0, y: 0, adds: false }))
      await this.select(key, read, { points: [...points], box: null });
    this.#isWarm = true;
  }

  /** What a prompt selects in a picture. @throws StudioError `mask-empty` where nothing is said, or nothing is found there */
  async select(key: string, read: () => Promise<Picture>, { points, box }: ClickPrompt): Promise<ClickSelection> {
    const { features, width, height } = await this.#encode(key, read);
    const at = (x: number, y: number, kind: PromptPoint['kind']): PromptPoint => ({
      x: clamped(x, width),
      y: clamped(y, height),
      kind,
    });
    const corners = box ? [at(box[0], box[1], 'topLeft'), at(box[2], box[3], 'bottomRight')] : [];
    const clicks = points.map(({ x, y, adds }) => at(x, y, adds ? 'inside' : 'outside'));
    if (corners.length + clicks.length === 0)
      throw new StudioError('mask-empty', 'Nothing was clicked.', { hint: 'Click on the subject.' });
    const tracker = new SubjectTracker(this.#model, {
      frameCount: 1,
      features: async () => features,
      correctionsCondition: true,
    });
    const { logits, quality } = await tracker.setPoints(0, [...corners, ...clicks]);
    return { width, height, mask: enlargedMask(logits, maskSide(this.#model.config), width, height), quality };
  }

  dispose(): Promise<void> {
    return this.#model.dispose();
  }

  #encode(key: string, read: () => Promise<Picture>) {
    return this.#remember(key, () => this.#encodeNow(read));
  }

  async #encodeNow(read: () => Promise<Picture>) {
    const picture = await read();
    const { width, height } = picture;
    const pixels = pixelsOf(picture, this.#model.config.imageSize);
    return { width, height, features: await this.#model.run('image_encoder', {}, { pixels }) };
  }
}

/** A place in 0..1 of a side, within the picture. */
const clamped = (place: number, side: number): number => Math.min(side - 0.5, Math.max(0, place)) / side;
