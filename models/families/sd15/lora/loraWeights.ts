import { createHash } from 'node:crypto';
import {
  type AskedWeight,
  type Beside,
  type FrameSpread,
  framesOf,
  type SharingSource,
} from '../../../onnx/besides.ts';
import { add, multiply, scale } from '../../../onnx/elementwise.ts';
import type { AdaptingSource, GraphBuilder, Tensor } from '../../../onnx/graphBuilder.ts';
import { reshape, slice } from '../../../onnx/shaping.ts';
import type { Shape } from '../../../onnx/types.ts';
import { KeyedWeights } from '../../../weights/keyedWeights.ts';
import { doraDifference } from './dora.ts';
import { buildDelta, type LoraTensors, laidOver, lowRankFactors } from './loraDelta.ts';

/** The input of every graph with LoRAs in it: one strength per LoRA of the set, or (frames, LoRAs), float32. */
export const strengthInput = 'lora_strength';

/** What one LoRA adds to one weight. */
export interface WeightDelta {
  /** Position of the LoRA in the set. */
  readonly lora: number;
  readonly tensors: LoraTensors;
  /** α over the rank, as the file has it. */
  readonly factor: number;
  /** A DoRA's magnitudes, one for each output or each input. */
  readonly magnitude?: { readonly key: string; readonly shape: Shape } | undefined;
}

/**
 * A network's weights with the set's LoRAs laid over them inside the graph: W + Σ strength · factor · ΔW, computed at each run; a DoRA's
 * share is its difference from W alone, so that the order of LoRAs means nothing.
 * The products are as small as the ranks, so that a clip's step grows by a few hundredths, where a branch beside every layer
 * would cost a tenth to a half of it; and every form of ΔW is the same to the layers. Where strengths differ between frames there is no one
 * sum, and the branches are what is built.
 */
export class LoraWeights extends KeyedWeights implements AdaptingSource, SharingSource {
  readonly #deltas: ReadonlyMap<string, readonly WeightDelta[]>;
  readonly #count: number;
  readonly #strengths = new WeakMap<GraphBuilder, Tensor>();

  /** `deltas` by the key of the weight they change; `count` LoRAs in the set. Their tensors are among the layers. */
  constructor(
    label: string,
    layers: ConstructorParameters<typeof KeyedWeights>[1],
    deltas: ReadonlyMap<string, readonly WeightDelta[]>,
    count: number,
  ) {
    super(label, layers);
    this.#deltas = deltas;
    this.#count = count;
  }

  /** Whether graphs built on these weights take {@link strengthInput}. */
  get hasDeltas(): boolean {
    return this.#deltas.size > 0;
  }

  override get fingerprint(): string {
    const factors = [...this.#deltas].map(([key, deltas]) => [key, deltas.map(({ lora, factor }) => [lora, factor])]);
    return createHash('sha256')
      .update(JSON.stringify([super.fingerprint, this.#count, factors]))
      .digest('hex');
  }

  adapt(b: GraphBuilder, key: string, weight: Tensor, rows: { from: number; to: number } | undefined): Tensor {
    const deltas = this.#deltas.get(key);
    // With a strength a frame, shares lie beside the weight.
    if (!deltas || framesOf(b)) return weight;
    const [, ...rest] = weight.shape;
    // Norms by input are of all rows.
    if (rows && deltas.some(({ magnitude }) => magnitude)) {
      const all = b.weightAt(key, [this.tensor(key)?.shape[0] ?? 0, ...rest]);
      return slice(all, 0, rows.from, rows.to);
    }
    return laidOver(
      weight,
      deltas.map(({ lora, tensors, factor, magnitude }) => {
        const asked = slice(this.#strengthOf(b), 0, lora, lora + 1);
        if (magnitude) {
          // Times nothing, so that it depends on an input and no runtime keeps a second copy of the weight.
          const always = add(scale(asked, 0), b.constant([1], [factor]));
          const delta = buildDelta(b, tensors, weight.shape, always);
          const difference = doraDifference(weight, delta, b.weightAt(magnitude.key, magnitude.shape));
          return multiply(
            difference,
            reshape(
              asked,
              weight.shape.map(() => 1),
            ),
          );
        }
        const strength = multiply(asked, b.constant([1], [factor]));
        const whole = [this.tensor(key)?.shape[0] ?? weight.shape[0] ?? 0, ...rest];
        const delta = buildDelta(b, tensors, rows ? whole : weight.shape, strength);
        return rows ? slice(delta, 0, rows.from, rows.to) : delta;
      }),
    );
  }

  shares(module: string): boolean {
    return this.#deltas.has(`${module}.weight`) || this.#deltas.has(`${module}.bias`);
  }

  beside(b: GraphBuilder, module: string, { name, shape, rows }: AskedWeight, { frames }: FrameSpread): Beside[] {
    const key = `${module}.${name}`;
    return (this.#deltas.get(key) ?? []).map((delta) => {
      const { lora, factor } = delta;
      const strength = reshape(slice(this.#strengthOf(b, frames), 1, lora, lora + 1), [frames]);
      const product = delta.magnitude ? undefined : lowRankFactors(b, delta.tensors, shape);
      // Of a product the rows of the second factor are those of the weight.
      if (product) {
        const [down, up] = product;
        return {
          strength: multiply(strength, b.constant([1], [factor])),
          factors: [down, rows ? slice(up, 0, rows.from, rows.to) : up],
        };
      }
      const always = add(scale(slice(strength, 0, 0, 1), 0), b.constant([1], [factor]));
      const whole = buildDelta(b, delta.tensors, shape, always);
      const share = delta.magnitude
        ? doraDifference(b.weightAt(key, shape), whole, b.weightAt(delta.magnitude.key, delta.magnitude.shape))
        : whole;
      return { strength, factors: [rows ? slice(share, 0, rows.from, rows.to) : share] };
    });
  }

  /** (LoRAs), or (frames, LoRAs). */
  #strengthOf(b: GraphBuilder, frames?: number): Tensor {
    const known = this.#strengths.get(b);
    if (known) return known;
    const strength = b.input(strengthInput, 'float32', frames === undefined ? [this.#count] : [frames, this.#count]);
    this.#strengths.set(b, strength);
    return strength;
  }
}
