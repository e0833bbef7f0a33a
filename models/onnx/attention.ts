/** Scaled dot-product attention in the form the dialect has. */
import { add, mean, scale, softmax } from './elementwise.ts';
import type { Tensor } from './graphBuilder.ts';
import { matmul } from './linear.ts';
import { concatenate, evenRanges, reshape, slice, transpose } from './shaping.ts';
import { shapeText } from './types.ts';

/** How an attention differs from the plain one. */
export interface AttentionOptions {
  readonly heads: number;
  /** Added to the scores: (1, 1, queries, keys). */
  readonly mask?: Tensor;
}

/**
 * softmax(q kᵀ / √d + mask) v per head. q is (n, queries, C), k (n, keys, C), C = heads · d, and v (n, keys, V), as wide as k or
 * not; the result is (n, queries, V). Cut along n, then along the queries, where the score matrix would outgrow what the dialect allows.
 */
export function attention(q: Tensor, k: Tensor, v: Tensor, options: AttentionOptions): Tensor {
  checkShapes(q, k, v, options.heads);
  const most = q.builder.dialect.attentionBytes;
  return inParts({ q, k, v }, options, most, (...part) => [attendAll(...part, options)])[0];
}

/** Most bytes of scores that attention with a map has at a time: what maps cost is then little more than themselves. */
const mappedBytes = 32 * 2 ** 20;

/** Attention that also returns its weights, averaged over heads: (n, queries, keys). Always in plain operators, cut as {@link attention}. */
export function attentionWithMap(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  options: AttentionOptions,
): { result: Tensor; map: Tensor } {
  checkShapes(q, k, v, options.heads);
  const most = Math.min(mappedBytes, q.builder.dialect.attentionBytes);
  const [result, map] = inParts({ q, k, v }, options, most, (query, key, value) => {
    const weights = attentionWeights(query, key, options);
    return [mergeHeads(matmul(weights, splitHeads(value, options.heads))), mean(weights, [1], false)];
  });
  return { result, map };
}

/** Attends part by part, each of at most so many bytes of scores, and puts each of the results together again. */
function inParts(
  { q, k, v }: { readonly q: Tensor; readonly k: Tensor; readonly v: Tensor },
  options: AttentionOptions,
  mostBytes: number,
  attend: (q: Tensor, k: Tensor, v: Tensor) => readonly Tensor[],
): readonly Tensor[] {
  const [n = 0, queries = 0] = q.shape;
  const rowBytes = 4 * options.heads * (k.shape[1] ?? 0);
  const rows = Math.max(1, Math.floor(mostBytes / rowBytes));
  if (rows >= n * queries) return attend(q, k, v);
  if (rows >= queries || options.mask) {
    const step = Math.max(1, Math.floor(rows / queries));
    return joined(
      evenRanges(n, step).map(([from, to]) =>
        attend(slice(q, 0, from, to), slice(k, 0, from, to), slice(v, 0, from, to)),
      ),
      0,
    );
  }
  const items = evenRanges(n, 1).map(([from, to]) => {
    const [key, value] = [slice(k, 0, from, to), slice(v, 0, from, to)];
    const item = slice(q, 0, from, to);
    return joined(
      evenRanges(queries, rows).map(([first, last]) => attend(slice(item, 1, first, last), key, value)),
      1,
    );
  });
  return joined(items, 0);
}

/** Parts' results, each kind behind one another. */
const joined = (parts: readonly (readonly Tensor[])[], axis: number): readonly Tensor[] =>
  (parts[0] ?? []).map((_, kind) =>
    concatenate(
      parts.map((part) => part[kind]),
      axis,
    ),
  );

function checkShapes(q: Tensor, k: Tensor, v: Tensor, heads: number): void {
  const width = q.shape[2] ?? 0;
  const fits =
    q.shape.length === 3 &&
    k.shape.length === 3 &&
    v.shape.length === 3 &&
    k.shape[0] === q.shape[0] &&
    v.shape[0] === q.shape[0] &&
    k.shape[1] === v.shape[1] &&
    k.shape[2] === width &&
    width % heads === 0 &&
    (v.shape[2] ?? 0) % heads === 0;
  if (!fits)
    q.builder.fail(
      `attention of ${heads} heads cannot join queries ${shapeText(q.shape)}, keys ${shapeText(k.shape)} and values ${shapeText(v.shape)}`,
    );
}

function attendAll(q: Tensor, k: Tensor, v: Tensor, options: AttentionOptions): Tensor {
  if (!q.builder.dialect.fusedAttention)
    return mergeHeads(matmul(attentionWeights(q, k, options), splitHeads(v, options.heads)));
  const keys = k.shape[1] ?? 0;
  const inputs = [q, k, v, undefined, undefined, options.mask].slice(0, options.mask ? 6 : 3);
  const attributes = { num_heads: { kind: 'int', value: options.heads } } as const;
  const [n = 0, queries = 0, width = 0] = q.shape;
  const values = v.shape[2] ?? 0;
  const shape = [n, queries, values];
  return q.builder.node('MultiHeadAttention', inputs, [{ dtype: q.dtype, shape }], attributes, {
    domain: 'com.microsoft',
    flops: 2 * n * queries * (width + values) * keys,
  })[0];
}

/** (n, tokens, C) → (n, heads, tokens, d). */
function splitHeads(x: Tensor, heads: number): Tensor {
  const [n = 0, tokens = 0, width = 0] = x.shape;
  return transpose(reshape(x, [n, tokens, heads, width / heads]), [0, 2, 1, 3]);
}

/** (n, heads, tokens, d) → (n, tokens, C). */
function mergeHeads(x: Tensor): Tensor {
  const [n = 0, heads = 0, tokens = 0, width = 0] = x.shape;
  return reshape(transpose(x, [0, 2, 1, 3]), [n, tokens, heads * width]);
}

function attentionWeights(q: Tensor, k: Tensor, options: AttentionOptions): Tensor {
  const [n = 0, tokens = 0, width = 0] = k.shape;
  const headWidth = width / options.heads;
  const keys = transpose(reshape(k, [n, tokens, options.heads, headWidth]), [0, 2, 3, 1]);
  // Scores can outgrow float16.
  const scores = matmul(scale(splitHeads(q, options.heads), 1 / Math.sqrt(headWidth)), keys, { single: true });
  return softmax(options.mask ? add(scores, options.mask) : scores);
}
