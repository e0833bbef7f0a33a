/** SAM 2's image encoder: the trunk, and a neck that brings its stages to one width. */
import type { Dialect } from '../../onnx/dialect.ts';
import { add } from '../../onnx/elementwise.ts';
import { type Graph, GraphBuilder, type Tensor } from '../../onnx/graphBuilder.ts';
import { linear, matmul } from '../../onnx/linear.ts';
import { expand, reshape } from '../../onnx/shaping.ts';
import type { WeightSource } from '../../onnx/types.ts';
import { hieraTrunk } from './hieraTrunk.ts';
import type { Sam2Config } from './sam2Config.ts';

/**
 * Builds it: pixels (1, 3, S, S), normalised → features (1, S/16 · S/16, C), and two finer maps for the mask decoder: high1
 * (1, S/8 · S/8, C/4) and high0 (1, S/4 · S/4, C/8). Tokens lie row by row.
 */
export function buildImageEncoder(
  config: Sam2Config,
  _shape: Readonly<Record<string, never>>,
  dialect: Dialect,
  source: WeightSource,
): Graph {
  const b: GraphBuilder = new GraphBuilder('sam2_image_encoder', dialect, source);
  const { imageSize, width } = config;
  const pixels = b.input('pixels', 'float32', [1, 3, imageSize, imageSize]);
  const stages = b.scope('image_encoder.trunk', () => hieraTrunk(b, pixels, config.trunk));
  const [finest, fine, middle, coarse] = stages;
  if (!finest || !fine || !middle || !coarse) b.fail('the trunk has fewer than four stages');
  const lateral = (stage: Tensor, index: number): Tensor => {
    const { weight, bias } = neckWeights(b, index, width, stage.shape[3] ?? 0);
    return linear(stage, weight, bias);
  };
  const features = add(lateral(middle, 1), twice(lateral(coarse, 0)));
  b.output('high0', flat(narrowed(b, finest, { neck: 3, width, name: 'conv_s0', outputs: width / 8 })));
  b.output('high1', flat(narrowed(b, fine, { neck: 2, width, name: 'conv_s1', outputs: width / 4 })));
  b.output('features', flat(features));
  return b.finish();
}

function neckWeights(b: GraphBuilder, index: number, width: number, inputs: number): { weight: Tensor; bias: Tensor } {
  return b.scope(`image_encoder.neck.convs.${index}.conv`, () => ({
    weight: b.weight('weight', [width, inputs]),
    bias: b.weight('bias', [width]),
  }));
}

/** The neck's projection and the mask decoder's after it, as one: their product is constant and folded once. */
function narrowed(
  b: GraphBuilder,
  stage: Tensor,
  { neck, width, name, outputs }: { neck: number; width: number; name: string; outputs: number },
): Tensor {
  const first = neckWeights(b, neck, width, stage.shape[3] ?? 0);
  const [weight, bias] = b.scope(
    `sam_mask_decoder.${name}`,
    () => [b.weight('weight', [outputs, width]), b.weight('bias', [outputs])] as const,
  );
  const moved = add(reshape(matmul(weight, reshape(first.bias, [width, 1])), [outputs]), bias);
  return linear(stage, matmul(weight, first.weight), moved);
}

/** (1, h, w, C) with every place four times: (1, 2h, 2w, C). */
function twice(x: Tensor): Tensor {
  const [, height = 0, width = 0, channels = 0] = x.shape;
  const repeated = expand(reshape(x, [height, 1, width, 1, channels]), [height, 2, width, 2, channels]);
  return reshape(repeated, [1, 2 * height, 2 * width, channels]);
}

function flat(x: Tensor): Tensor {
  const [, height = 0, width = 0, channels = 0] = x.shape;
  return reshape(x, [1, height * width, channels]);
}
