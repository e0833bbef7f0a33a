/** Layers on clips (b, C, f, h, w): picture layers applied to every frame, and convolutions along time. */

import { add, scale } from '../../onnx/elementwise.ts';
import type { GraphBuilder, Tensor } from '../../onnx/graphBuilder.ts';
import { convolution } from '../../onnx/linear.ts';
import { reshape, resizeNearest, transpose } from '../../onnx/shaping.ts';
import type { Shape } from '../../onnx/types.ts';
import { convolutionLayer, groupNormLayer, linearLayer } from '../modules.ts';

/** Sizes of a clip's five axes. */
export function clipShape(x: Tensor): readonly [number, number, number, number, number] {
  const [b, channels, frames, height, width] = x.shape;
  if (b === undefined || channels === undefined || frames === undefined || height === undefined || width === undefined)
    x.builder.fail(`a clip of five axes is needed, not ${x.shape.join('×')}`);
  return [b, channels, frames, height, width];
}

/** A clip's frames as pictures (b · f, C, h, w). */
export function picturesOfClip(x: Tensor): Tensor {
  const [batch, channels, frames, height, width] = clipShape(x);
  return reshape(transpose(x, [0, 2, 1, 3, 4]), [batch * frames, channels, height, width]);
}

/** Pictures (b · f, C, h, w) as a clip (b, C, f, h, w) again; `like` gives b and f. */
export function clipOfPictures(x: Tensor, like: Shape): Tensor {
  const [batch = 1, , frames = 1] = like;
  return transpose(reshape(x, [batch, frames, ...x.shape.slice(1)]), [0, 2, 1, 3, 4]);
}

/** A 3×3 (or 1×1) convolution of every frame. */
export function frameConvolution(
  b: GraphBuilder,
  name: string,
  x: Tensor,
  outputs: number,
  options: { kernel?: 1 | 3; stride?: number } = {},
): Tensor {
  const [batch, channels, frames, height, width] = clipShape(x);
  const kernel = options.kernel ?? 3;
  const stride = options.stride ?? 1;
  if (kernel === 1) {
    const flat = convolutionLayer(b, name, reshape(x, [batch, channels, frames * height, width]), outputs, {
      kernel: 1,
    });
    return reshape(flat, [batch, outputs, frames, height, width]);
  }
  if (b.dialect.clipConvolution) {
    return b.scope(name, () =>
      convolution(x, b.weight('weight', [outputs, channels, 1, 3, 3]), b.weight('bias', [outputs]), {
        strides: [1, stride, stride],
        pads: [0, 1, 1, 0, 1, 1],
      }),
    );
  }
  return clipOfPictures(convolutionLayer(b, name, picturesOfClip(x), outputs, { stride }), x.shape);
}

/** Every frame enlarged to height × width by repeating pixels. */
export function enlargeFrames(x: Tensor, height: number, width: number): Tensor {
  const [batch, channels, frames, h, w] = clipShape(x);
  const enlarged = resizeNearest(reshape(x, [batch, channels * frames, h, w]), height, width);
  return reshape(enlarged, [batch, channels, frames, height, width]);
}

/** Numbers a residual block needs beside its input. */
export interface ResidualOptions {
  readonly outputs: number;
  readonly groups: number;
  readonly epsilon: number;
  /** SiLU of the time embedding, (1, width). */
  readonly time: Tensor;
  readonly timeNorm: 'default' | 'scale_shift';
  /** The sum is divided by this. */
  readonly outputScale: number;
}

/**
 * ResnetBlock3D of the release: norm–SiLU–conv, plus the time embedding, norm–SiLU–conv, plus the input. Group statistics
 * run over all frames together, unlike an inflated picture model's.
 */
export function residualBlock(b: GraphBuilder, name: string, x: Tensor, options: ResidualOptions): Tensor {
  const { outputs, groups, epsilon } = options;
  return b.scope(name, () => {
    const first = groupNormLayer(b, 'norm1', x, { groups, epsilon, activation: 'silu' });
    let hidden = frameConvolution(b, 'conv1', first, outputs);
    const projected = linearLayer(
      b,
      'time_emb_proj',
      options.time,
      options.timeNorm === 'default' ? outputs : 2 * outputs,
    );
    if (options.timeNorm === 'default') {
      hidden = add(hidden, reshape(projected, [1, outputs, 1, 1, 1]));
      hidden = groupNormLayer(b, 'norm2', hidden, { groups, epsilon, activation: 'silu' });
    } else {
      b.fail('resnet_time_scale_shift "scale_shift" is not part of this lineage');
    }
    hidden = frameConvolution(b, 'conv2', hidden, outputs);
    const shortcut = x.shape[1] === outputs ? x : frameConvolution(b, 'conv_shortcut', x, outputs, { kernel: 1 });
    return scale(add(shortcut, hidden), 1 / options.outputScale);
  });
}

/** Groups and epsilon of the release's temporal convolutions, fixed in its code whatever the configuration says. */
const temporalGroups = 32;
const temporalEpsilon = 1e-5;

/**
 * TemporalConvLayer: four times norm–SiLU–convolution over three neighbouring frames, plus the input. On a single frame the
 * layer does nothing, as in the release.
 */
export function temporalConvolution(b: GraphBuilder, name: string, x: Tensor): Tensor {
  const [batch, channels, frames, height, width] = clipShape(x);
  if (frames === 1) return x;
  return b.scope(`${name}.convs`, () => {
    let hidden = reshape(x, [batch, channels, frames, height * width]);
    for (const layer of [0, 4, 8, 12]) {
      const normal = groupNormLayer(b, String(layer), hidden, {
        groups: temporalGroups,
        epsilon: temporalEpsilon,
        activation: 'silu',
      });
      hidden = b.scope(String(layer + 3), () =>
        convolution(normal, b.weight('weight', [channels, channels, 3, 1]), b.weight('bias', [channels]), {
          pads: [1, 0, 1, 0],
        }),
      );
    }
    return add(x, reshape(hidden, x.shape));
  });
}
