import { type FloatTensor, floatTensor } from '../../math/tensor.ts';

/** An α of each cross-attention layer as the UNets take it, (layers, frames): the same in every frame. */
export function alikeInFrames(alphas: readonly number[], frames: number): FloatTensor {
  return floatTensor(
    [alphas.length, frames],
    Float32Array.from({ length: alphas.length * frames }, (_, index) => alphas[Math.floor(index / frames)]),
  );
}
