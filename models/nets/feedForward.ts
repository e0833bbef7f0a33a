/** The feed-forward part of a transformer block. */
import { hasBesides, withBesides } from '../onnx/besides.ts';
import { geglu, gelu, multiply } from '../onnx/elementwise.ts';
import type { GraphBuilder, Tensor } from '../onnx/graphBuilder.ts';
import { linear, linearColumns } from '../onnx/linear.ts';
import { concatenate, evenRanges, reshape, slice, transpose } from '../onnx/shaping.ts';
import { sizeOf } from '../onnx/types.ts';
import { linearInTurn, linearLayer, withBiasBesides } from './modules.ts';

/** GEGLU feed-forward over the last axis, four times as wide inside (checkpoint scopes `net.0.proj` and `net.2`). */
export function feedForward(b: GraphBuilder, name: string, x: Tensor): Tensor {
  const channels = x.shape.at(-1) ?? 0;
  const inner = 4 * channels;
  const rows = sizeOf(x.shape) / channels;
  return b.scope(`${name}.net`, () => {
    // Shares with a strength a frame are added to rows.
    const isPlain = !['0.proj', '2'].some((part) => b.scope(part, () => hasBesides(b)));
    if (isPlain && rows >= (b.dialect.columnsFromRows ?? Number.POSITIVE_INFINITY))
      return feedForwardColumns(b, x, rows, inner);
    const gated = b.scope('0.proj', () => {
      const shape = [2 * inner, channels];
      if (isPlain && b.dialect.fusedGeglu && x.shape.length === 3)
        return geglu(linear(x, b.weight('weight', shape)), b.weight('bias', [2 * inner]));
      // The halves of the projection as two products: their weights are two byte ranges, and no split copies the result.
      const half = (from: number, to: number): Tensor => {
        const [weight, bias] = [b.weightRows('weight', shape, from, to), b.weightRows('bias', [2 * inner], from, to)];
        const asked = { name: 'weight', shape, rows: { from, to } } as const;
        const weighed = withBesides(b, linear(x, weight, bias), asked, (factors) => linearInTurn(x, factors));
        return withBiasBesides(b, weighed, weighed.shape.length - 1, { from, to, of: 2 * inner });
      };
      return multiply(half(0, inner), gelu(half(inner, 2 * inner)));
    });
    return linearLayer(b, '2', gated, channels);
  });
}

/** Rows of which a feed-forward part on columns has the inner values at a time: few enough to stay near the cores. */
const rowsAtATime = 2048;

/** The same on columns: one turn at the end in place of one inside every product. */
function feedForwardColumns(b: GraphBuilder, x: Tensor, rows: number, inner: number): Tensor {
  const channels = x.shape.at(-1) ?? 0;
  const flat = reshape(x, [rows, channels]);
  const parts = evenRanges(rows, rowsAtATime).map(([first, last]) => {
    const part = slice(flat, 0, first, last);
    const gated = b.scope('0.proj', () => {
      const half = (from: number, to: number): Tensor =>
        linearColumns(
          part,
          b.weightRows('weight', [2 * inner, channels], from, to),
          b.weightRows('bias', [2 * inner, 1], from, to),
          true,
        );
      return multiply(half(0, inner), gelu(half(inner, 2 * inner)));
    });
    const columns = b.scope('2', () =>
      linearColumns(gated, b.weight('weight', [channels, inner]), b.weight('bias', [channels, 1]), false),
    );
    return transpose(columns, [1, 0]);
  });
  return reshape(concatenate(parts, 0), x.shape);
}
