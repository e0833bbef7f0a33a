import type { Widening } from './session.ts';

/** Bytes a loaded network holds: its weights, and what runs of it make the runtime keep. */
export interface NetworkMemory {
  readonly weightBytes: number;
  readonly activationBytes: number;
}

/** The runtime's arena grows by doubling and keeps what it has: measured, it holds four times what is alive at once. */
const arenaFactor = 4;

/** Measured beside the arena where weights are widened at each use: room for the largest of them, several times over. */
const wideningBytes = 450 * 2 ** 20;

/**
 * Memory of a session: `aliveBytes` are the values alive at once during a run, `parameters` and `storedBytes` the weights.
 * Weights widened once lie there as float32, with a second copy of convolution weights in the runtime's own layout at worst;
 * weights widened at each use stay mapped as stored.
 */
export function networkMemory(
  cost: { readonly parameters: number; readonly aliveBytes: number; readonly storedBytes: number },
  widening: Widening,
): NetworkMemory {
  if (widening === 'each-use')
    return { weightBytes: cost.storedBytes, activationBytes: arenaFactor * cost.aliveBytes + wideningBytes };
  return { weightBytes: 4 * cost.parameters, activationBytes: arenaFactor * cost.aliveBytes };
}
