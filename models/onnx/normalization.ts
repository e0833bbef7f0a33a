/** Normalisations. Shapes are checked while building. */
import { add, mean, multiply, silu, subtract } from './elementwise.ts';
import type { Tensor } from './graphBuilder.ts';
import { reshape, transpose } from './shaping.ts';
import { shapeText, sizeOf } from './types.ts';

/** Layer normalisation over the last axis, with learned gain and bias. */
export function layerNorm(x: Tensor, weight: Tensor, bias: Tensor, epsilon: number): Tensor {
  const width = x.shape.at(-1) ?? 0;
  if (weight.shape.join() !== String(width))
    x.builder.fail(`a layer norm of ${shapeText(weight.shape)} cannot take ${shapeText(x.shape)}`);
  const attributes = { axis: { kind: 'int', value: -1 }, epsilon: { kind: 'float', value: epsilon } } as const;
  return x.builder.node('LayerNormalization', [x, weight, bias], [{ dtype: x.dtype, shape: x.shape }], attributes)[0];
}

/** What follows a group norm at once. */
export interface GroupNormOptions {
  readonly groups: number;
  readonly epsilon: number;
  /** SiLU on the result; fused where the dialect can. */
  readonly activation: 'silu' | 'none';
}

/** Group normalisation of (n, C, …): statistics over each group of channels and everything after them. */
export function groupNorm(x: Tensor, weight: Tensor, bias: Tensor, options: GroupNormOptions): Tensor {
  const [n, channels] = x.shape;
  if (n === undefined || channels === undefined || x.shape.length < 3)
    x.builder.fail(`group norm needs channels and positions, not ${shapeText(x.shape)}`);
  if (channels % options.groups !== 0)
    x.builder.fail(`${channels} channels cannot be cut into ${options.groups} groups`);
  if (weight.shape.join() !== String(channels))
    x.builder.fail(`a group norm of ${shapeText(weight.shape)} cannot take ${shapeText(x.shape)}`);
  if (x.builder.dialect.fusedGroupNorm && fusedChannels(channels)) return fusedGroupNorm(x, weight, bias, options);
  const { builder } = x;
  const regrouped = reshape(x, [n, options.groups, sizeOf(x.shape) / n / options.groups]);
  const grouped = builder.dialect.centredNorm ? subtract(regrouped, mean(regrouped, [2])) : regrouped;
  const ones = builder.constant([options.groups], new Float32Array(options.groups).fill(1));
  const zeros = builder.constant([options.groups], new Float32Array(options.groups));
  const attributes = { epsilon: { kind: 'float', value: options.epsilon } } as const;
  const [normal] = builder.node(
    'InstanceNormalization',
    [grouped, ones, zeros],
    [{ dtype: x.dtype, shape: grouped.shape }],
    attributes,
  );
  const flat = reshape(normal, [n, channels, sizeOf(x.shape) / n / channels]);
  const affine = add(multiply(flat, reshape(weight, [1, channels, 1])), reshape(bias, [1, channels, 1]));
  const result = options.activation === 'silu' ? silu(affine) : affine;
  return reshape(result, x.shape);
}

/** The fused kernels are written for the widths of Stable Diffusion's networks; other widths take the plain form. */
const fusedChannels = (channels: number): boolean => channels % 320 === 0 || [128, 256, 512].includes(channels);

/** com.microsoft GroupNorm wants channels last and a picture's two axes. */
function fusedGroupNorm(x: Tensor, weight: Tensor, bias: Tensor, options: GroupNormOptions): Tensor {
  const [n = 0, channels = 0] = x.shape;
  const positions = sizeOf(x.shape) / n / channels;
  const last = reshape(transpose(reshape(x, [n, channels, positions]), [0, 2, 1]), [n, positions, 1, channels]);
  const attributes = {
    epsilon: { kind: 'float', value: options.epsilon },
    groups: { kind: 'int', value: options.groups },
    activation: { kind: 'int', value: options.activation === 'silu' ? 1 : 0 },
    channels_last: { kind: 'int', value: 1 },
  } as const;
  const [normal] = x.builder.node(
    'GroupNorm',
    [last, weight, bias],
    [{ dtype: x.dtype, shape: last.shape }],
    attributes,
    { domain: 'com.microsoft' },
  );
  return reshape(transpose(reshape(normal, [n, positions, channels]), [0, 2, 1]), x.shape);
}
