/** Element-by-element operators. Every function checks shapes while building and names the module on a mistake. */
import type { Tensor } from './graphBuilder.ts';
import { type Shape, shapeText } from './types.ts';

/** Result shape of broadcasting two shapes by ONNX's (numpy's) rule, or undefined. */
function broadcast(a: Shape, b: Shape): Shape | undefined {
  const rank = Math.max(a.length, b.length);
  const result: number[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left !== right && left !== 1 && right !== 1) return undefined;
    result.push(Math.max(left, right));
  }
  return result;
}

function binary(op: 'Add' | 'Sub' | 'Mul' | 'Div' | 'Max', a: Tensor, b: Tensor): Tensor {
  const shape = broadcast(a.shape, b.shape);
  if (!shape || a.dtype !== b.dtype)
    a.builder.fail(`${op} of ${shapeText(a.shape)} ${a.dtype} and ${shapeText(b.shape)} ${b.dtype} is not defined`);
  return a.builder.node(op, [a, b], [{ dtype: a.dtype, shape }])[0];
}

function unary(op: string, x: Tensor): Tensor {
  return x.builder.node(op, [x], [{ dtype: x.dtype, shape: x.shape }])[0];
}

/** a + b, broadcasting. */
export const add = (a: Tensor, b: Tensor): Tensor => binary('Add', a, b);

/** a − b, broadcasting. */
export const subtract = (a: Tensor, b: Tensor): Tensor => binary('Sub', a, b);

/** a · b, broadcasting. */
export const multiply = (a: Tensor, b: Tensor): Tensor => binary('Mul', a, b);

/** a / b, broadcasting. */
export const divide = (a: Tensor, b: Tensor): Tensor => binary('Div', a, b);

/** The larger of a and b, broadcasting. */
export const maximum = (a: Tensor, b: Tensor): Tensor => binary('Max', a, b);

/** x · factor. */
export const scale = (x: Tensor, factor: number): Tensor =>
  factor === 1 ? x : multiply(x, x.builder.constant([], [factor]));

/** √x. */
export const squareRoot = (x: Tensor): Tensor => unary('Sqrt', x);

/** Sine. */
export const sine = (x: Tensor): Tensor => unary('Sin', x);

/** Cosine. */
export const cosine = (x: Tensor): Tensor => unary('Cos', x);

/** Hyperbolic tangent. */
export const tanh = (x: Tensor): Tensor => unary('Tanh', x);

/** max(x, 0). */
export const relu = (x: Tensor): Tensor => unary('Relu', x);

/** 1 / (1 + e^−x). */
export const sigmoid = (x: Tensor): Tensor => unary('Sigmoid', x);

/** Gaussian error linear unit, exact (erf) form. */
export const gelu = (x: Tensor): Tensor => unary('Gelu', x);

/** x · σ(beta · x): SiLU at beta 1, OpenAI's "quick GELU" at beta 1.702. */
export function sigmoidProduct(x: Tensor, beta: number): Tensor {
  if (x.builder.dialect.fusedSigmoidProduct) {
    const attributes = { alpha: { kind: 'float', value: beta } } as const;
    return x.builder.node('QuickGelu', [x], [{ dtype: x.dtype, shape: x.shape }], attributes, {
      domain: 'com.microsoft',
    })[0];
  }
  return multiply(x, sigmoid(scale(x, beta)));
}

/** Sigmoid linear unit, x · σ(x), also called swish. */
export const silu = (x: Tensor): Tensor => sigmoidProduct(x, 1);

/** 1 where x > 0, else 0. */
export function isPositive(x: Tensor): Tensor {
  const { builder, shape } = x;
  const [above] = builder.node('Greater', [x, builder.constant([], [0])], [{ dtype: 'bool', shape }]);
  return builder.node('Cast', [above], [{ dtype: 'float32', shape }], { to: { kind: 'int', value: 1 } })[0];
}

/** Softmax over the last axis. */
export function softmax(x: Tensor): Tensor {
  const attributes = { axis: { kind: 'int', value: -1 } } as const;
  return x.builder.node('Softmax', [x], [{ dtype: x.dtype, shape: x.shape }], attributes)[0];
}

/** Mean over `axes` (not negative), which stay with length one unless `keep` is false. */
export function mean(x: Tensor, axes: readonly number[], keep = true): Tensor {
  const shape = x.shape.flatMap((size, axis) => (axes.includes(axis) ? (keep ? [1] : []) : [size]));
  const attributes = { keepdims: { kind: 'int', value: keep ? 1 : 0 } } as const;
  return x.builder.node('ReduceMean', [x, x.builder.integers(axes)], [{ dtype: x.dtype, shape }], attributes)[0];
}

/** Widths the fused kernel of BiasSplitGelu is written for. */
const fusedWidths = new Set([2560, 5120, 10240]);

/**
 * The halves of the last axis multiplied as GEGLU does: first · gelu(second). `bias` (of the projection before) is added
 * first where given.
 */
export function geglu(x: Tensor, bias?: Tensor): Tensor {
  const width = x.shape.at(-1) ?? 0;
  if (width % 2 !== 0) x.builder.fail(`GEGLU halves the last axis of ${shapeText(x.shape)}, which is odd`);
  const shape = [...x.shape.slice(0, -1), width / 2];
  if (bias && x.builder.dialect.fusedGeglu && x.shape.length === 3 && fusedWidths.has(width))
    return x.builder.node('BiasSplitGelu', [x, bias], [{ dtype: x.dtype, shape }], {}, { domain: 'com.microsoft' })[0];
  const biased = bias ? add(x, bias) : x;
  const half = { dtype: x.dtype, shape };
  const attributes = { axis: { kind: 'int', value: -1 }, num_outputs: { kind: 'int', value: 2 } } as const;
  const [value, gate] = x.builder.node('Split', [biased], [half, half], attributes);
  return multiply(value, gelu(gate));
}

/** Rows of a table (rows, width) by whole-number indices: shape of the indices, then width. */
export function embed(table: Tensor, indices: Tensor): Tensor {
  if (table.shape.length !== 2) table.builder.fail(`a table of rows is needed, not ${shapeText(table.shape)}`);
  const shape = [...indices.shape, table.shape[1] ?? 0];
  return table.builder.node('Gather', [table, indices], [{ dtype: table.dtype, shape }])[0];
}
