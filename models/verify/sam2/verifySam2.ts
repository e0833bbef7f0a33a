/** Golden cases of SAM 2: the image encoder, every kind of prompt, and a clip followed both ways and corrected. */
import { join } from 'node:path';
import type { ChosenMask } from '../../families/sam2/maskChoice.ts';
import { openSam2, type Sam2Model } from '../../families/sam2/openSam2.ts';
import { pixelsOf } from '../../families/sam2/pictureInput.ts';
import { type FrameFeatures, SubjectTracker } from '../../families/sam2/subjectTracker.ts';
import { type FloatTensor, floatTensor } from '../../math/tensor.ts';
import type { DialectName } from '../../onnx/dialect.ts';
import type { ProviderName } from '../../runtime/session.ts';
import { type ComparedResult, goldenTensor, relativeError } from '../goldenData.ts';
import { pointsOfPrompt, readSam2Case, type Sam2Case } from './sam2Case.ts';

/** Largest relative error: logits come out of a chain of frames whose memories are rounded to bfloat16. */
const tolerance = 1e-3;

/** Runs every stage of a case and compares. */
export async function verifySam2(
  folder: string,
  device: {
    readonly provider: ProviderName;
    readonly dialect: DialectName;
    readonly half: boolean;
    readonly threads?: number;
  },
): Promise<readonly (ComparedResult & { readonly tolerance: number })[]> {
  const example = await readSam2Case(folder);
  const { image_size: imageSize, heads, windows, global_blocks: globalBlocks } = example.settings;
  const own = { imageSize, heads, windows, globalBlocks };
  const model = await openSam2(join(folder, 'model.pt'), { ...device, own });
  try {
    const results = await new Sam2Verification(model, example).run();
    return results.map((result) => ({ ...result, tolerance }));
  } finally {
    await model.dispose();
  }
}

class Sam2Verification {
  readonly #model: Sam2Model;
  readonly #case: Sam2Case;
  readonly #results: ComparedResult[] = [];
  readonly #features: Promise<FrameFeatures>[] = [];

  constructor(model: Sam2Model, example: Sam2Case) {
    this.#model = model;
    this.#case = example;
  }

  async run(): Promise<readonly ComparedResult[]> {
    const { tensors, settings } = this.#case;
    const frames = await goldenTensor(tensors, 'frames');
    const [frameCount = 0, side = 0] = frames.shape;
    for (let frame = 0; frame < frameCount; frame++) this.#features.push(this.#encode(frames, frame, side));
    const first = await this.#features[0];
    for (const name of ['features', 'high0', 'high1'] as const) await this.#compare(`encoder.${name}`, first?.[name]);
    for (const [name, prompt] of Object.entries(settings.prompts)) {
      const chosen = await this.#tracker(frameCount).setPoints(0, pointsOfPrompt(prompt, side));
      await this.#compareMask(`prompt.${name}`, chosen);
      await this.#compare(`prompt.${name}.pointer`, vector(chosen.pointer));
    }
    const given = await goldenTensor(tensors, 'mask');
    const whole = await this.#tracker(frameCount).setMask(0, given.data);
    await this.#compareMask('prompt.mask', whole);
    await this.#compare('prompt.mask.pointer', vector(whole.pointer));
    await this.#follow(this.#tracker(frameCount), side);
    return this.#results;
  }

  async #follow(tracker: SubjectTracker, side: number): Promise<void> {
    const { key, click, correction, clicks } = this.#case.settings;
    await tracker.setPoints(key, pointsOfPrompt({ points: [click], labels: [1] }, side));
    await this.#both('first', tracker, key);
    const points = clicks.map(([x, y]) => [x, y] as [number, number]);
    const labels = clicks.map(([, , label]) => label);
    const corrected = await tracker.setPoints(correction, pointsOfPrompt({ points, labels }, side));
    await this.#compare('corrected.logits', vector(corrected.logits));
    await this.#both('second', tracker, key);
  }

  async #both(name: string, tracker: SubjectTracker, start: number): Promise<void> {
    for (const reverse of [false, true])
      for await (const { frame, mask } of tracker.follow(start, reverse))
        if (!(reverse && frame === start)) await this.#compareMask(`${name}.${frame}`, mask);
  }

  #tracker(frameCount: number): SubjectTracker {
    return new SubjectTracker(this.#model, {
      frameCount,
      correctionsCondition: this.#case.settings.corrections_condition,
      features: async (frame) => this.#features[frame] ?? Promise.reject(new Error(`no frame ${frame}`)),
    });
  }

  #encode(frames: FloatTensor, frame: number, side: number): Promise<FrameFeatures> {
    const data = new Uint8Array(4 * side * side);
    for (let index = 0; index < side * side; index++)
      for (let channel = 0; channel < 3; channel++)
        data[4 * index + channel] = frames.data[3 * (frame * side * side + index) + channel] ?? 0;
    return this.#model.run('image_encoder', {}, { pixels: pixelsOf({ width: side, height: side, data }, side) });
  }

  async #compareMask(name: string, { logits, score }: ChosenMask): Promise<void> {
    await this.#compare(`${name}.logits`, vector(logits));
    // A score is the logit of being there: near 0 what counts is its difference, not the ratio.
    const golden = (await goldenTensor(this.#case.tensors, `${name}.score`)).data[0] ?? Number.NaN;
    this.#results.push({
      name: `${name}.score`,
      relativeError: Math.abs(score - golden) / Math.max(1, Math.abs(golden)),
    });
  }

  async #compare(name: string, ours: FloatTensor | undefined): Promise<void> {
    this.#results.push({ name, relativeError: relativeError(ours, await goldenTensor(this.#case.tensors, name)) });
  }
}

const vector = (data: Float32Array): FloatTensor => floatTensor([data.length], data);
