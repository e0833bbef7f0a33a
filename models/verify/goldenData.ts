import { StudioError } from '../errors/studioError.ts';
import { type FloatTensor, floatTensor } from '../math/tensor.ts';
import { readTensor } from '../weights/readTensor.ts';
import type { StoredTensor, TensorIndex } from '../weights/storedTensor.ts';

/** A compared result, before a tolerance is put to it. */
export interface ComparedResult {
  readonly name: string;
  readonly relativeError: number;
}

/** max|ours − golden| / max|golden|; infinite where shapes or finiteness differ. */
export function relativeError(ours: FloatTensor | undefined, golden: FloatTensor): number {
  if (!ours || ours.data.length !== golden.data.length) return Number.POSITIVE_INFINITY;
  let difference = 0;
  let largest = 0;
  for (let index = 0; index < golden.data.length; index++) {
    const delta = Math.abs(ours.data[index] - golden.data[index]);
    if (Number.isNaN(delta)) return Number.POSITIVE_INFINITY;
    difference = Math.max(difference, delta);
    largest = Math.max(largest, Math.abs(golden.data[index]));
  }
  return largest === 0 ? difference : difference / largest;
}

/** The tensor of that name as float32; a missing one is an error naming it. */
export async function goldenTensor(cases: TensorIndex, name: string): Promise<FloatTensor> {
  return wholeTensor(cases.get(name), `The golden cases lack the tensor ${name}.`);
}

/** A stored tensor as float32; `missing` is the sentence where there is none. */
export async function wholeTensor(tensor: StoredTensor | undefined, missing: string): Promise<FloatTensor> {
  if (!tensor) throw new StudioError('format-damaged', missing);
  return floatTensor(tensor.shape, await readTensor(tensor));
}
