import { type FloatTensor, floatTensor, int64Tensor } from '../../../math/tensor.ts';
import type { Model } from '../../../model/model.ts';
import { strengthInput } from '../lora/loraWeights.ts';
import type { PromptChunk } from './promptChunks.ts';

/**
 * Text states of some chunks, one behind the other along the tokens: (1, chunks · tokens, C). A token's weight w moves its state away
 * from that of a prompt which says nothing: z ← z_empty + w (z − z_empty), as ComfyUI does.
 */
export async function encodeChunks(
  model: Model,
  chunks: readonly PromptChunk[],
  empty: PromptChunk,
  strengths: Float32Array,
): Promise<FloatTensor> {
  const width = model.description.unet.contextWidth;
  const encode = (chunk: PromptChunk): Promise<Float32Array> => encodeChunk(model, chunk, width, strengths);
  const isWeighted = chunks.some((chunk) => chunk.some(({ weight }) => weight !== 1));
  const nothing = isWeighted ? await encode(empty) : undefined;
  const length = empty.length * width;
  const states = new Float32Array(chunks.length * length);
  for (const [index, chunk] of chunks.entries()) {
    const own = await encode(chunk);
    const weighted = nothing
      ? own.map((value, at) => {
          const base = nothing[at] ?? 0;
          return base + (chunk[Math.floor(at / width)]?.weight ?? 1) * (value - base);
        })
      : own;
    states.set(weighted, index * length);
  }
  return floatTensor([1, chunks.length * empty.length, width], states);
}

async function encodeChunk(
  model: Model,
  chunk: PromptChunk,
  width: number,
  strengths: Float32Array,
): Promise<Float32Array> {
  const learned = chunk.some(({ vector }) => vector !== undefined);
  const encoder = await model.part('picture_text', { batch: 1, learned });
  const ids = int64Tensor(
    [1, chunk.length],
    chunk.map(({ id }) => id),
  );
  const vectors = new Float32Array(learned ? chunk.length * width : 0);
  const mask = Float32Array.from(learned ? chunk : [], ({ vector }) => (vector ? 1 : 0));
  if (learned) for (const [place, { vector }] of chunk.entries()) if (vector) vectors.set(vector, place * width);
  const { states } = await encoder.run({
    tokenIds: ids,
    ...(learned
      ? {
          learned: floatTensor([1, chunk.length, width], vectors),
          learnedMask: floatTensor([1, chunk.length, 1], mask),
        }
      : {}),
    [strengthInput]: floatTensor([strengths.length], strengths),
  });
  return states.data;
}
