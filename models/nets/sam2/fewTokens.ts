/**
 * Attention between a few tokens and all cells. The cells' projections are folded into the tokens', which are far fewer:
 * (cells · Wqᵀ) · kᵀ = cells · (k · Wq)ᵀ, and so for values and for what comes out. What is left is two products of the cells, as wide as
 * there are tokens and heads.
 */
import { add, scale, softmax } from '../../onnx/elementwise.ts';
import type { GraphBuilder, Tensor } from '../../onnx/graphBuilder.ts';
import { linear, matmul } from '../../onnx/linear.ts';
import { reshape, transpose } from '../../onnx/shaping.ts';
import { linearLayer } from '../modules.ts';

/** Width inside, and heads. */
export interface FewTokensOptions {
  readonly inner: number;
  readonly heads: number;
}

/** Tokens (1, t, C) look at cells, whose `keys` and `values` are (1, cells, C): (1, t, C). */
export function tokensSeeCells(
  b: GraphBuilder,
  name: string,
  { tokens, keys, values }: { readonly tokens: Tensor; readonly keys: Tensor; readonly values: Tensor },
  { inner, heads }: FewTokensOptions,
): Tensor {
  const [, count = 0, width = 0] = tokens.shape;
  return b.scope(name, () => {
    const queries = headRows(linearLayer(b, 'q_proj', tokens, inner), heads);
    const keyed = b.scope('k_proj', () => {
      // A key's bias adds the same to all scores of a query, which softmax takes away again.
      b.weight('bias', [inner]);
      return headsOf(b.weight('weight', [inner, width]), heads);
    });
    const asking = reshape(matmul(queries, keyed, { single: true }), [heads * count, width]);
    const scores = linear(scale(asking, (inner / heads) ** -0.5), rowsOf(keys), undefined, { single: true });
    const seen = reshape(matmul(softmax(scores), rowsOf(values)), [heads, count, width]);
    const attended = b.scope('v_proj', () => {
      const turned = transpose(headsOf(b.weight('weight', [inner, width]), heads), [0, 2, 1]);
      const joined = reshape(transpose(matmul(seen, turned), [1, 0, 2]), [1, count, inner]);
      return add(joined, b.weight('bias', [inner]));
    });
    return linearLayer(b, 'out_proj', attended, width);
  });
}

/** Cells (1, cells, C) look at tokens, whose `keys` and `values` are (1, t, C): (1, cells, C). */
export function cellsSeeTokens(
  b: GraphBuilder,
  name: string,
  { cells, keys, values }: { readonly cells: Tensor; readonly keys: Tensor; readonly values: Tensor },
  { inner, heads }: FewTokensOptions,
): Tensor {
  const [, places = 0, width = 0] = cells.shape;
  const count = keys.shape[1] ?? 0;
  return b.scope(name, () => {
    const keyed = scale(headRows(linearLayer(b, 'k_proj', keys, inner), heads), (inner / heads) ** -0.5);
    const scores = b.scope('q_proj', () => {
      const asked = matmul(keyed, headsOf(b.weight('weight', [inner, width]), heads), { single: true });
      const bias = matmul(keyed, reshape(b.weight('bias', [inner]), [heads, inner / heads, 1]), { single: true });
      const flat = [reshape(asked, [heads * count, width]), reshape(bias, [heads * count])] as const;
      return linear(rowsOf(cells), ...flat, { single: true });
    });
    const shares = softmax(reshape(scores, [places, heads, count]));
    const valued = headRows(linearLayer(b, 'v_proj', values, inner), heads);
    return b.scope('out_proj', () => {
      const out = headsOf(transpose(b.weight('weight', [width, inner]), [1, 0]), heads);
      const told = reshape(matmul(valued, out), [heads * count, width]);
      const sum = matmul(reshape(shares, [places, heads * count]), told);
      return reshape(add(sum, b.weight('bias', [width])), cells.shape);
    });
  });
}

/** (1, rows, C) as (rows, C). */
const rowsOf = (x: Tensor): Tensor => reshape(x, x.shape.slice(1));

/** Rows of a projection, (inner, C), by head: (heads, inner / heads, C). */
function headsOf(weight: Tensor, heads: number): Tensor {
  const [inner = 0, width = 0] = weight.shape;
  return reshape(weight, [heads, inner / heads, width]);
}

/** Tokens (1, t, inner) by head: (heads, t, inner / heads). */
function headRows(x: Tensor, heads: number): Tensor {
  const [, count = 0, inner = 0] = x.shape;
  return transpose(reshape(x, [count, heads, inner / heads]), [1, 0, 2]);
}
