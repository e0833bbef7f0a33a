/** Layers that several of SAM 2's networks have. */
import { attention } from '../../onnx/attention.ts';
import { relu } from '../../onnx/elementwise.ts';
import type { GraphBuilder, Tensor } from '../../onnx/graphBuilder.ts';
import { reshape, transpose } from '../../onnx/shaping.ts';
import { layerNormLayer, linearLayer } from '../modules.ts';

/** Linear layers (`layers.0`, `layers.1` …) of the given widths with `activation` between them. */
export function mlp(
  b: GraphBuilder,
  name: string,
  x: Tensor,
  widths: readonly number[],
  activation: (x: Tensor) => Tensor = relu,
): Tensor {
  return b.scope(`${name}.layers`, () =>
    widths.reduce((value, width, index) => {
      const result = linearLayer(b, String(index), value, width);
      return index === widths.length - 1 ? result : activation(result);
    }, x),
  );
}

/** Attention between token lists (n, tokens, C) with projections of its own, `inner` wide inside. */
export function projectedAttention(
  b: GraphBuilder,
  name: string,
  { q, k, v }: { q: Tensor; k: Tensor; v: Tensor },
  { inner, heads }: { inner: number; heads: number },
): Tensor {
  return b.scope(name, () =>
    linearLayer(
      b,
      'out_proj',
      attention(
        linearLayer(b, 'q_proj', q, inner),
        linearLayer(b, 'k_proj', k, inner),
        linearLayer(b, 'v_proj', v, inner),
        {
          heads,
        },
      ),
      q.shape.at(-1) ?? 0,
    ),
  );
}

/** Pictures (n, C, h, w) as tokens (n, h · w, C). */
export function tokensOf(x: Tensor): Tensor {
  const [n = 0, channels = 0, height = 0, width = 0] = x.shape;
  return transpose(reshape(x, [n, channels, height * width]), [0, 2, 1]);
}

/** Tokens (n, side · side, C) as pictures (n, C, side, side). */
export function pictureOf(x: Tensor, side: number): Tensor {
  const [n = 0, , channels = 0] = x.shape;
  return reshape(transpose(x, [0, 2, 1]), [n, channels, side, side]);
}

/** A layer normalisation over the channels of pictures (n, C, h, w), at each place. */
export function channelNorm(b: GraphBuilder, name: string, x: Tensor): Tensor {
  const side = x.shape[2] ?? 0;
  return pictureOf(layerNormLayer(b, name, tokensOf(x), 1e-6), side);
}
