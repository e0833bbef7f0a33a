import type { WeightEntry } from '../../onnx/types.ts';
import { type TensorToWrite, writeSafetensors } from '../../weights/writeSafetensors.ts';

/** Values of one piece when a tensor is written: 8 MiB in half precision. */
const pieceLength = 2 ** 22;

/**
 * Writes half-precision random weights for every declared key: norms near one, small biases, products that keep the scale
 * of what passes through, learned α as untrained. The same seed gives the same file. Writes piece by piece.
 */
export async function writeRandomWeights(
  path: string,
  entries: ReadonlyMap<string, WeightEntry>,
  seed = 1,
): Promise<void> {
  const tensors = [...entries].map(([key, { shape }], index): TensorToWrite => {
    const count = shape.reduce((product, size) => product * size, 1);
    return { key, dtype: 'F16', shape, pieces: () => randomHalves(key, shape, count, seed + 7919 * index) };
  });
  await writeSafetensors(path, tensors);
}

/** Half-precision bits of one, and of the image scale's initial 1.5. */
const one = 0x3c00;
const oneAndAHalf = 0x3e00;

function* randomHalves(key: string, shape: readonly number[], count: number, seed: number): Generator<Uint8Array> {
  const fanIn = shape.length > 1 ? count / (shape[0] ?? 1) : 1;
  // Magnitudes spread evenly over [2^k, 2^(k+1)), k chosen so that their variance is about 1 / fan-in.
  const exponent = shape.length > 1 ? Math.floor(Math.log2(0.65 / Math.sqrt(fanIn))) : -6;
  const bits = (Math.max(-14, exponent) + 15) << 10;
  const fixed = key.endsWith('image_cross_attention_scale')
    ? oneAndAHalf
    : key.endsWith('text_cross_attention_scale')
      ? one
      : undefined;
  const norm = shape.length === 1 && key.endsWith('.weight');
  let state = (seed * 2654435761) >>> 0 || 1;
  for (let done = 0; done < count; done += pieceLength) {
    const piece = new Uint16Array(Math.min(pieceLength, count - done));
    for (let index = 0; index < piece.length; index++) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      piece[index] = norm ? one | (state & 63) : bits | ((state >>> 8) & 0x83ff);
    }
    if (fixed !== undefined) piece.fill(fixed);
    yield new Uint8Array(piece.buffer);
  }
}
