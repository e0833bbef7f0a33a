/** Inception v3 (Szegedy et al. 2016), as torchvision and the Inception score's own weights name it: a picture to class logits. */
import type { Dialect } from '../../onnx/dialect.ts';
import { mean } from '../../onnx/elementwise.ts';
import { type Graph, GraphBuilder, type Tensor } from '../../onnx/graphBuilder.ts';
import { averagePool, maximumPool } from '../../onnx/pooling.ts';
import { concatenate } from '../../onnx/shaping.ts';
import type { WeightSource } from '../../onnx/types.ts';
import { linearLayer } from '../modules.ts';
import { normedConvolution } from './convolutions.ts';

/** What the weights' shapes say of it. */
export interface InceptionConfig {
  /** Channels that each convolution makes, by its module's path. */
  readonly widths: Readonly<Record<string, number>>;
  readonly classes: number;
  /**
   * The weights of TensorFlow's 2015 model, which Inception scores of papers are made with (1008 classes): its averages leave out what
   * lies around the picture, and its last block takes a maximum in place of one average.
   */
  readonly original: boolean;
}

/** Side of the picture that it is asked with. */
export const inceptionSide = 299;

const epsilon = 1e-3;

/** Builds it: pixels (n, 3, size, size) from −1 to 1 → logits (n, classes). */
export function buildInception(
  config: InceptionConfig,
  { batch, size = inceptionSide }: { batch: number; size?: number },
  dialect: Dialect,
  source: WeightSource,
): Graph {
  const b: GraphBuilder = new GraphBuilder('inception', dialect, source);
  const net = new Blocks(b, config);
  let x = b.input('pixels', 'float32', [batch, 3, size, size]);
  x = net.convolve('Conv2d_1a_3x3', x, { strides: 2 });
  x = net.convolve('Conv2d_2a_3x3', x);
  x = net.convolve('Conv2d_2b_3x3', x, { pad: [1, 1] });
  x = net.reduce(x);
  x = net.convolve('Conv2d_3b_1x1', x, { kernel: [1, 1] });
  x = net.reduce(net.convolve('Conv2d_4a_3x3', x));
  for (const name of ['Mixed_5b', 'Mixed_5c', 'Mixed_5d']) x = b.scope(name, () => net.blockA(x));
  x = b.scope('Mixed_6a', () => net.blockB(x));
  for (const name of ['Mixed_6b', 'Mixed_6c', 'Mixed_6d', 'Mixed_6e']) x = b.scope(name, () => net.blockC(x));
  x = b.scope('Mixed_7a', () => net.blockD(x));
  x = b.scope('Mixed_7b', () => net.blockE(x, false));
  x = b.scope('Mixed_7c', () => net.blockE(x, config.original));
  b.output('logits', linearLayer(b, 'fc', mean(x, [2, 3], false), config.classes));
  return b.finish();
}

interface ConvolveOptions {
  readonly kernel?: readonly [number, number];
  readonly strides?: number;
  readonly pad?: readonly [number, number];
}

/** The network's blocks, each in the module in force. */
class Blocks {
  readonly #b: GraphBuilder;
  readonly #config: InceptionConfig;

  constructor(b: GraphBuilder, config: InceptionConfig) {
    this.#b = b;
    this.#config = config;
  }

  convolve(name: string, x: Tensor, { kernel = [3, 3], strides = 1, pad = [0, 0] }: ConvolveOptions = {}): Tensor {
    const b = this.#b;
    return b.scope(name, () =>
      normedConvolution(b, x, {
        names: { convolution: 'conv', norm: 'bn' },
        outputs: this.#config.widths[b.path] ?? b.fail('its weights are not there'),
        kernel,
        strides: [strides, strides],
        pads: [...pad, ...pad],
        epsilon,
      }),
    );
  }

  reduce(x: Tensor): Tensor {
    return maximumPool(x, { kernel: [3, 3], strides: [2, 2] });
  }

  blockA(x: Tensor): Tensor {
    const five = this.convolve('branch5x5_2', this.#point('branch5x5_1', x), { kernel: [5, 5], pad: [2, 2] });
    const double = this.convolve('branch3x3dbl_2', this.#point('branch3x3dbl_1', x), { pad: [1, 1] });
    const third = this.convolve('branch3x3dbl_3', double, { pad: [1, 1] });
    return concatenate([this.#point('branch1x1', x), five, third, this.#point('branch_pool', this.#around(x))], 1);
  }

  blockB(x: Tensor): Tensor {
    const double = this.convolve('branch3x3dbl_2', this.#point('branch3x3dbl_1', x), { pad: [1, 1] });
    const third = this.convolve('branch3x3dbl_3', double, { strides: 2 });
    return concatenate([this.convolve('branch3x3', x, { strides: 2 }), third, this.reduce(x)], 1);
  }

  blockC(x: Tensor): Tensor {
    const seven = this.#down('branch7x7_3', this.#across('branch7x7_2', this.#point('branch7x7_1', x)));
    const twice = this.#across('branch7x7dbl_3', this.#down('branch7x7dbl_2', this.#point('branch7x7dbl_1', x)));
    const double = this.#across('branch7x7dbl_5', this.#down('branch7x7dbl_4', twice));
    return concatenate([this.#point('branch1x1', x), seven, double, this.#point('branch_pool', this.#around(x))], 1);
  }

  blockD(x: Tensor): Tensor {
    const three = this.convolve('branch3x3_2', this.#point('branch3x3_1', x), { strides: 2 });
    const seven = this.#down('branch7x7x3_3', this.#across('branch7x7x3_2', this.#point('branch7x7x3_1', x)));
    return concatenate([three, this.convolve('branch7x7x3_4', seven, { strides: 2 }), this.reduce(x)], 1);
  }

  blockE(x: Tensor, maximum: boolean): Tensor {
    const fork = (name: string, from: Tensor): readonly Tensor[] => [
      this.convolve(`${name}a`, from, { kernel: [1, 3], pad: [0, 1] }),
      this.convolve(`${name}b`, from, { kernel: [3, 1], pad: [1, 0] }),
    ];
    const double = this.convolve('branch3x3dbl_2', this.#point('branch3x3dbl_1', x), { pad: [1, 1] });
    const around = maximum ? maximumPool(x, { kernel: [3, 3], strides: [1, 1], pads: [1, 1, 1, 1] }) : this.#around(x);
    const three = fork('branch3x3_2', this.#point('branch3x3_1', x));
    const parts = [this.#point('branch1x1', x), ...three, ...fork('branch3x3dbl_3', double)];
    return concatenate([...parts, this.#point('branch_pool', around)], 1);
  }

  #point(name: string, x: Tensor): Tensor {
    return this.convolve(name, x, { kernel: [1, 1] });
  }

  #across(name: string, x: Tensor): Tensor {
    return this.convolve(name, x, { kernel: [1, 7], pad: [0, 3] });
  }

  #down(name: string, x: Tensor): Tensor {
    return this.convolve(name, x, { kernel: [7, 1], pad: [3, 0] });
  }

  #around(x: Tensor): Tensor {
    const counted = !this.#config.original;
    return averagePool(x, { kernel: [3, 3], strides: [1, 1], pads: [1, 1, 1, 1], counted });
  }
}
