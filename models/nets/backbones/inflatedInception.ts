/** I3D (Carreira and Zisserman 2017) in the names of its PyTorch port, whose logits Fréchet video distances are made of. */
import type { Dialect } from '../../onnx/dialect.ts';
import { add, mean } from '../../onnx/elementwise.ts';
import { type Graph, GraphBuilder, type Tensor } from '../../onnx/graphBuilder.ts';
import { convolution } from '../../onnx/linear.ts';
import { averagePool, maximumPool } from '../../onnx/pooling.ts';
import { concatenate, reshape } from '../../onnx/shaping.ts';
import type { WeightSource } from '../../onnx/types.ts';
import { normedConvolution } from './convolutions.ts';

/** What the weights' shapes say of it. */
export interface InflatedInceptionConfig {
  /** Channels that each convolution makes, by its module's path. */
  readonly widths: Readonly<Record<string, number>>;
  readonly classes: number;
}

/** Side of the pictures it is asked with, and the fewest frames that reach its end. */
export const inflatedSide = 224;
export const inflatedFrames = 9;

const epsilon = 1e-3;

type Three = readonly [number, number, number];

/** Builds it: clip (1, 3, frames, size, size) from −1 to 1 → logits (1, classes), averaged over what frames are left at the end. */
export function buildInflatedInception(
  config: InflatedInceptionConfig,
  { frames, size }: { frames: number; size: number },
  dialect: Dialect,
  source: WeightSource,
): Graph {
  const b: GraphBuilder = new GraphBuilder('i3d', dialect, source);
  const unit = (name: string, x: Tensor, kernel: Three, strides: Three = [1, 1, 1]): Tensor =>
    b.scope(name, () =>
      normedConvolution(b, x, {
        ...{ names: { convolution: 'conv3d', norm: 'bn' }, kernel, strides, epsilon },
        outputs: config.widths[b.path] ?? b.fail('its weights are not there'),
        pads: samePads(x, kernel, strides),
      }),
    );
  const mixed = (name: string, x: Tensor): Tensor =>
    b.scope(name, () => {
      const one: Three = [1, 1, 1];
      const three: Three = [3, 3, 3];
      const branches = [
        unit('b0', x, one),
        unit('b1b', unit('b1a', x, one), three),
        unit('b2b', unit('b2a', x, one), three),
        unit('b3b', pooled(x, three, one), one),
      ];
      return concatenate(branches, 1);
    });
  let x = b.input('clip', 'float32', [1, 3, frames, size, size]);
  x = unit('Conv3d_1a_7x7', x, [7, 7, 7], [2, 2, 2]);
  x = pooled(x, [1, 3, 3], [1, 2, 2]);
  x = unit('Conv3d_2b_1x1', x, [1, 1, 1]);
  x = unit('Conv3d_2c_3x3', x, [3, 3, 3]);
  x = pooled(x, [1, 3, 3], [1, 2, 2]);
  for (const name of ['Mixed_3b', 'Mixed_3c']) x = mixed(name, x);
  x = pooled(x, [3, 3, 3], [2, 2, 2]);
  for (const letter of ['b', 'c', 'd', 'e', 'f']) x = mixed(`Mixed_4${letter}`, x);
  x = pooled(x, [2, 2, 2], [2, 2, 2]);
  for (const name of ['Mixed_5b', 'Mixed_5c']) x = mixed(name, x);
  const [, channels = 0, left = 0, height = 0, width = 0] = x.shape;
  const averaged = averagePool(x, { kernel: [2, height, width], strides: [1, 1, 1], counted: false });
  const logits = b.scope('logits.conv3d', () => {
    const made = convolution(averaged, b.weight('weight', [config.classes, channels, 1, 1, 1]), undefined);
    return add(made, reshape(b.weight('bias', [config.classes]), [1, config.classes, 1, 1, 1]));
  });
  b.output('logits', reshape(mean(reshape(logits, [1, config.classes, left - 1]), [2], false), [1, config.classes]));
  return b.finish();
}

/** TensorFlow's "same": as many results as inputs divided by the stride, rounded up, the odd zero behind. */
function samePads(x: Tensor, kernel: Three, strides: Three): readonly number[] {
  const needed = kernel.map((size, axis) => {
    const length = x.shape[axis + 2];
    return Math.max(0, (Math.ceil(length / strides[axis]) - 1) * strides[axis] + size - length);
  });
  return [...needed.map((total) => Math.floor(total / 2)), ...needed.map((total) => Math.ceil(total / 2))];
}

/** A maximum of that form. What it takes is never below zero, so that zeros around it change nothing. */
const pooled = (x: Tensor, kernel: Three, strides: Three): Tensor =>
  maximumPool(x, { kernel, strides, pads: samePads(x, kernel, strides) });
