import type { NetworkMemory } from '../runtime/memory.ts';

/** Cost of a network at a shape, without loading it. */
export interface PartEstimate extends NetworkMemory {
  readonly flops: number;
  readonly parameters: number;
}
