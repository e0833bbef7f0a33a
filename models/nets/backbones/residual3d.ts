/** R3D-18 (Tran et al. 2018), as torchvision names it: a clip to one vector. */
import type { Dialect } from '../../onnx/dialect.ts';
import { add, mean, relu } from '../../onnx/elementwise.ts';
import { type Graph, GraphBuilder, type Tensor } from '../../onnx/graphBuilder.ts';
import type { WeightSource } from '../../onnx/types.ts';
import { normedConvolution } from './convolutions.ts';

/** What the weights' shapes say of it: channels of the stem and of the four stages. */
export interface Residual3dConfig {
  readonly widths: readonly number[];
}

const epsilon = 1e-5;

/** Builds it: clip (1, 3, frames, size, size), normalised → embedding (1, width), the mean over places and frames before the classes. */
export function buildResidual3d(
  { widths }: Residual3dConfig,
  { frames, size }: { frames: number; size: number },
  dialect: Dialect,
  source: WeightSource,
): Graph {
  const b: GraphBuilder = new GraphBuilder('r3d', dialect, source);
  const clip = b.input('clip', 'float32', [1, 3, frames, size, size]);
  let x = b.scope('stem', () =>
    normedConvolution(b, clip, {
      ...{ names: { convolution: '0', norm: '1' }, outputs: widths[0] ?? 0, epsilon },
      ...{ kernel: [3, 7, 7], strides: [1, 2, 2], pads: [1, 3, 3, 1, 3, 3] },
    }),
  );
  for (const [stage, width] of widths.slice(1).entries())
    for (const layer of [0, 1])
      x = b.scope(`layer${stage + 1}.${layer}`, () => block(b, x, width, stage > 0 && layer === 0));
  b.output('embedding', mean(x, [2, 3, 4], false));
  return b.finish();
}

/** Two convolutions and the input; the first of a later stage halves frames, height and width. */
function block(b: GraphBuilder, x: Tensor, width: number, halves: boolean): Tensor {
  const strides = halves ? [2, 2, 2] : [1, 1, 1];
  const around = { kernel: [3, 3, 3], pads: [1, 1, 1, 1, 1, 1], outputs: width, epsilon };
  const names = { convolution: '0', norm: '1' };
  const first = b.scope('conv1', () => normedConvolution(b, x, { ...around, names, strides }));
  const second = b.scope('conv2', () => normedConvolution(b, first, { ...around, names, linear: true }));
  const short = halves
    ? b.scope('downsample', () =>
        normedConvolution(b, x, { names, outputs: width, kernel: [1, 1, 1], strides, epsilon, linear: true }),
      )
    : x;
  return relu(add(second, short));
}
