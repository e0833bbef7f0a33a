import { createHash } from 'node:crypto';
import { multiply } from '../../../onnx/elementwise.ts';
import type { AdaptingSource, GraphBuilder, Tensor } from '../../../onnx/graphBuilder.ts';
import { slice } from '../../../onnx/shaping.ts';
import { KeyedWeights } from '../../../weights/keyedWeights.ts';
import { buildDelta, type LoraTensors, laidOver } from './loraDelta.ts';

/** The input of every graph with LoRAs in it: one strength per LoRA of the set, float32. */
export const strengthInput = 'lora_strength';

/** What one LoRA adds to one weight. */
export interface WeightDelta {
  /** Position of the LoRA in the set. */
  readonly lora: number;
  readonly tensors: LoraTensors;
  /** α over the rank, as the file has it. */
  readonly factor: number;
}

/**
 * A network's weights with the set's LoRAs laid over them inside the graph: W + Σ strength · factor · ΔW, computed at each run.
 * The products are as small as the ranks, so that a clip's step grows by a few hundredths, where a branch beside every layer
 * would cost a tenth to a half of it; and every form of ΔW is the same to the layers.
 */
export class LoraWeights extends KeyedWeights implements AdaptingSource {
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
    if (!deltas) return weight;
    const [, ...rest] = weight.shape;
    return laidOver(
      weight,
      deltas.map(({ lora, tensors, factor }) => {
        const strength = multiply(slice(this.#strengthOf(b), 0, lora, lora + 1), b.constant([1], [factor]));
        const whole = [this.tensor(key)?.shape[0] ?? weight.shape[0] ?? 0, ...rest];
        const delta = buildDelta(b, tensors, rows ? whole : weight.shape, strength);
        return rows ? slice(delta, 0, rows.from, rows.to) : delta;
      }),
    );
  }

  #strengthOf(b: GraphBuilder): Tensor {
    const known = this.#strengths.get(b);
    if (known) return known;
    const strength = b.input(strengthInput, 'float32', [this.#count]);
    this.#strengths.set(b, strength);
    return strength;
  }
}
