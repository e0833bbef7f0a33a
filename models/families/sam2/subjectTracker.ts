import { StudioError } from '../../errors/studioError.ts';
import { resample } from '../../math/resample.ts';
import { type FloatTensor, floatTensor, type HostTensor } from '../../math/tensor.ts';
import type { MaskDecoderShape } from '../../nets/sam2/maskDecoder.ts';
import { type PointKind, pointKinds } from '../../nets/sam2/promptEncoder.ts';
import { featureSide, maskSide } from '../../nets/sam2/sam2Config.ts';
import { type ChosenMask, chooseMask, stabilityOf } from './maskChoice.ts';
import { type FrameOutput, halvesOf, MemoryBank, type Recall, writeHalves } from './memoryBank.ts';
import type { Sam2Model } from './openSam2.ts';

/** A point of a prompt, its place in 0..1 of the picture. Corners of a box come first, as two points. */
export interface PromptPoint {
  readonly x: number;
  readonly y: number;
  readonly kind: Exclude<PointKind, 'nothing'>;
}

/** A frame's features, as the image encoder gives them. */
export interface FrameFeatures {
  readonly features: FloatTensor;
  readonly high0: FloatTensor;
  readonly high1: FloatTensor;
}

/** How a tracker works. */
export interface TrackerOptions {
  readonly frameCount: number;
  /** The features of a frame, encoded when asked for. */
  features(frame: number): Promise<FrameFeatures>;
  /**
   * Whether a correction on a frame that was followed already becomes a conditioning frame, which following again keeps. The published
   * predictor leaves it a followed frame unless it is told otherwise.
   */
  readonly correctionsCondition: boolean;
  /**
   * Whether followed frames that no later frame looks back at are forgotten as they are left behind, so that memory does not grow with the
   * clip. Then a frame that was followed is known for as long as it comes out alone.
   */
  readonly forgets?: boolean;
}

/** Frames that a followed one looks back at, at most: those of its memories and of its pointers. */
const lookedBack = 16;

/** Logits of a mask that a person gave. */
const givenLogit = 10;

/** Earlier logits are kept within this when they are part of a prompt. */
const largestLogit = 32;

/** Follows one subject through a clip as SAM 2's video predictor does. */
export class SubjectTracker {
  readonly #model: Sam2Model;
  readonly #options: TrackerOptions;
  readonly #bank = new MemoryBank();
  /** Outputs of prompts whose memories are not encoded yet. */
  readonly #pending = new Map<number, { readonly output: FrameOutput; readonly conditions: boolean }>();
  /** Frames that were followed, and which way. */
  readonly #ways = new Map<number, boolean>();

  constructor(model: Sam2Model, options: TrackerOptions) {
    this.#model = model;
    this.#options = options;
  }

  /** The mask of a frame as it stands. */
  at(frame: number): ChosenMask | undefined {
    return this.#pending.get(frame)?.output ?? this.#bank.get(frame);
  }

  /** Frames a person worked on, in order. */
  get keys(): readonly number[] {
    const pending = [...this.#pending].flatMap(([frame, { conditions }]) => (conditions ? [frame] : []));
    return [...new Set([...this.#bank.conditioning.keys(), ...pending])].sort((a, b) => a - b);
  }

  /** All points of a frame, in place of those it had. A mask already found there is part of the prompt. */
  async setPoints(frame: number, points: readonly PromptPoint[]): Promise<ChosenMask> {
    const reverse = this.#ways.get(frame);
    const earlier = this.at(frame)?.logits;
    const mask = earlier && { kind: 'logits' as const, values: earlier.map(clampLogit) };
    const { features, high0, high1 } = await this.#options.features(frame);
    const fresh = reverse === undefined;
    const seen = fresh ? features : await this.#attend(features, this.#recallOf(frame, reverse));
    const output = await this.#decode({ features: seen, high0, high1 }, points, fresh, mask);
    return this.#hold(frame, chooseMask(output, points.length <= 1));
  }

  /** A whole mask of a frame, zeros and ones of the input's size, in place of what it had. */
  async setMask(frame: number, mask: Float32Array): Promise<ChosenMask> {
    const { imageSize } = this.#model.config;
    const isThere = mask.some((value) => value > 0);
    const decoded = await this.#decode(await this.#options.features(frame), [], false, { kind: 'whole', values: mask });
    const logits = resample(
      { width: imageSize, height: imageSize, channels: 1, data: mask.map((value) => (2 * value - 1) * givenLogit) },
      maskSide(this.#model.config),
      maskSide(this.#model.config),
      'bilinear',
    ).data;
    return this.#hold(frame, {
      logits,
      score: isThere ? givenLogit : -givenLogit,
      quality: 1,
      stability: stabilityOf(logits),
      pointer: isThere ? chooseMask(decoded, false).pointer : decoded.absent.data.slice(),
    });
  }

  /** Follows from `start` to the end (or the beginning), a frame at a time. Frames a person worked on stay as they are. */
  async *follow(start: number, reverse: boolean): AsyncGenerator<{ frame: number; mask: ChosenMask }, void, undefined> {
    await this.#settle();
    if (this.#bank.conditioning.size === 0)
      throw new StudioError('mask-empty', 'There is no click and no mask to follow the subject from.', {
        hint: 'Click on the subject in any frame first.',
      });
    if (reverse && start === 0) return;
    const step = reverse ? -1 : 1;
    for (let frame = start; frame >= 0 && frame < this.#options.frameCount; frame += step) {
      const known = this.#bank.conditioning.get(frame);
      const output = known ?? (await this.#track(frame, reverse));
      if (!known) this.#bank.followed.set(frame, output);
      this.#ways.set(frame, reverse);
      yield { frame, mask: output };
      // Both ways look back from the first frame on, so what lies beside it stays.
      const left = frame - step * lookedBack;
      if (this.#options.forgets && Math.abs(left - start) > lookedBack) this.#bank.followed.delete(left);
    }
  }

  /** One followed frame: look back, decode, remember. */
  async #track(frame: number, reverse: boolean): Promise<FrameOutput> {
    const { features, high0, high1 } = await this.#options.features(frame);
    const seen = await this.#attend(features, this.#recallOf(frame, reverse));
    const chosen = chooseMask(await this.#decode({ features: seen, high0, high1 }, [], false), true);
    return { ...chosen, memory: await this.#remember(features, chosen, false) };
  }

  /** Encodes the memories of what prompts gave and files them. */
  async #settle(): Promise<void> {
    for (const [frame, { output, conditions }] of this.#pending) {
      const { features } = await this.#options.features(frame);
      const settled = { ...output, memory: await this.#remember(features, output, true) };
      (conditions ? this.#bank.conditioning : this.#bank.followed).set(frame, settled);
      if (conditions) this.#bank.followed.delete(frame);
    }
    this.#pending.clear();
  }

  #hold(frame: number, chosen: ChosenMask): ChosenMask {
    const conditions = !this.#ways.has(frame) || this.#options.correctionsCondition;
    this.#pending.set(frame, { output: { ...chosen, memory: undefined }, conditions });
    return chosen;
  }

  #recallOf(frame: number, reverse: boolean): Recall {
    return { frame, frameCount: this.#options.frameCount, reverse };
  }

  async #attend(features: FloatTensor, recall: Recall): Promise<FloatTensor> {
    const { config } = this.#model;
    const { memories, ages, pointers, distances } = this.#bank.recall(recall, config);
    const shape = { memories: memories.length, pointers: pointers.length };
    const stored = floatTensor([memories.length, featureSide(config) ** 2, config.memoryWidth]);
    for (const [index, memory] of memories.entries()) writeHalves(memory, stored.data, index * memory.length);
    const rows = floatTensor([memories.length, config.memories]);
    for (const [index, age] of ages.entries()) rows.data[index * config.memories + age] = 1;
    const joined = (vectors: readonly Float32Array[]): FloatTensor => {
      const tensor = floatTensor([vectors.length, config.width]);
      for (const [index, vector] of vectors.entries()) tensor.data.set(vector, index * config.width);
      return tensor;
    };
    const inputs = {
      features,
      memories: stored,
      ages: rows,
      ...(pointers.length > 0 ? { pointers: joined(pointers) } : {}),
      ...(pointers.length > 0 && config.placedPointers ? { distances: joined(distances) } : {}),
    };
    return (await this.#model.run('memory_attention', shape, inputs)).attended;
  }

  async #decode(
    features: FrameFeatures,
    points: readonly PromptPoint[],
    fresh: boolean,
    mask?: { readonly kind: 'logits' | 'whole'; readonly values: Float32Array },
  ) {
    const { config } = this.#model;
    // A prompt ends with a point of no kind, and one without any point has two of them.
    const all = points.length === 0 ? 2 : points.length + 1;
    const shape: MaskDecoderShape = { points: all, mask: mask?.kind ?? 'none', fresh };
    const places = floatTensor([1, all, 2]);
    const kinds = floatTensor([1, all, pointKinds.length]);
    for (let index = 0; index < all; index++) {
      const point = points[index];
      // The middle of the pixel a place lies on, at the size the model works at.
      places.data[2 * index] = point ? point.x + 0.5 / config.imageSize : 0;
      places.data[2 * index + 1] = point ? point.y + 0.5 / config.imageSize : 0;
      kinds.data[index * pointKinds.length + (point ? pointKinds.indexOf(point.kind) : 0)] = 1;
    }
    const side = mask?.kind === 'whole' ? config.imageSize : maskSide(config);
    const inputs: Record<string, HostTensor> = { ...features, places, kinds };
    if (mask) inputs.mask = floatTensor([1, 1, side, side], mask.values);
    return this.#model.run('mask_decoder', shape, inputs);
  }

  async #remember(features: FloatTensor, { logits, score }: ChosenMask, hard: boolean): Promise<Uint16Array> {
    const side = maskSide(this.#model.config);
    const inputs = {
      features,
      mask: floatTensor([1, 1, side, side], logits),
      present: floatTensor([1], Float32Array.of(score > 0 ? 1 : 0)),
    };
    return halvesOf((await this.#model.run('memory_encoder', { hard }, inputs)).memory.data);
  }
}

const clampLogit = (value: number): number => Math.max(-largestLogit, Math.min(largestLogit, value));
