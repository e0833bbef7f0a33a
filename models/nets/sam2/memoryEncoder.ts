/** SAM 2's memory encoder: a frame's features and the mask found there to what later frames remember. */
import type { Dialect } from '../../onnx/dialect.ts';
import { add, gelu, isPositive, multiply, scale, sigmoid, subtract } from '../../onnx/elementwise.ts';
import { type Graph, GraphBuilder, type Tensor } from '../../onnx/graphBuilder.ts';
import { convolution } from '../../onnx/linear.ts';
import { resizeSmooth } from '../../onnx/shaping.ts';
import type { WeightSource } from '../../onnx/types.ts';
import { convolutionLayer, layerNormLayer, linearLayer } from '../modules.ts';
import { channelNorm, pictureOf, tokensOf } from './layers.ts';
import { featureSide, maskSide, type Sam2Config } from './sam2Config.ts';

/** What a memory encoder is built for. */
export interface MemoryEncoderShape {
  /** Whether the mask is cut at 0, as on frames a person has worked on, or taken softly. */
  readonly hard: boolean;
}

/** Steps of halving from the picture's size to the features'. */
const halvings = 4;

/** How a mask in 0..1 is spread before it is encoded. */
const [spread, offset] = [20, -10] as const;

/**
 * Builds it: features (1, cells, C) as the image encoder gives them, mask (1, 1, S/4, S/4) as logits, and present (1), 1 where the subject
 * is there, else 0 → memory (1, cells, memory width).
 */
export function buildMemoryEncoder(
  config: Sam2Config,
  { hard }: MemoryEncoderShape,
  dialect: Dialect,
  source: WeightSource,
): Graph {
  const b: GraphBuilder = new GraphBuilder('sam2_memory_encoder', dialect, source);
  const { width, imageSize, memoryWidth } = config;
  const side = featureSide(config);
  const features = b.input('features', 'float32', [1, side ** 2, width]);
  const mask = b.input('mask', 'float32', [1, 1, maskSide(config), maskSide(config)]);
  const present = b.input('present', 'float32', [1]);
  const large = resizeSmooth(mask, imageSize, imageSize, 'linear');
  const spreadMask = add(scale(hard ? isPositive(large) : sigmoid(large), spread), b.constant([], [offset]));
  const memory = b.scope('memory_encoder', () => {
    const cells = tokensOf(shrunkMask(b, spreadMask, width));
    let x = add(linearLayer(b, 'pix_feat_proj', features, width), cells);
    for (let block = 0; block < config.memoryBlocks; block++)
      x = b.scope(`fuser.layers.${block}`, () => convolutionBlock(b, x, side));
    return width === memoryWidth ? x : linearLayer(b, 'out_proj', x, memoryWidth);
  });
  if (!config.absentMemories) {
    // The runtime wants every input to have a use.
    b.output('memory', add(memory, scale(present, 0)));
    return b.finish();
  }
  const missing = subtract(b.constant([], [1]), present);
  b.output('memory', add(memory, multiply(b.weight('no_obj_embed_spatial', [1, memoryWidth]), missing)));
  return b.finish();
}

/** The mask brought to the size of the features, four times as many channels at each halving. */
function shrunkMask(b: GraphBuilder, mask: Tensor, width: number): Tensor {
  return b.scope('mask_downsampler.encoder', () => {
    let x = mask;
    for (let step = 0; step < halvings; step++) {
      const shrunk = convolutionLayer(b, String(3 * step), x, 4 ** (step + 1), { stride: 2 });
      x = gelu(channelNorm(b, String(3 * step + 1), shrunk));
    }
    return convolutionLayer(b, String(3 * halvings), x, width, { kernel: 1 });
  });
}

/** ConvNeXt's block (Liu et al. 2022) on tokens (1, cells, C): a depthwise convolution, then two linear layers. */
function convolutionBlock(b: GraphBuilder, x: Tensor, side: number): Tensor {
  const width = x.shape.at(-1) ?? 0;
  const spatial = b.scope('dwconv', () =>
    convolution(pictureOf(x, side), b.weight('weight', [width, 1, 7, 7]), b.weight('bias', [width]), {
      pads: [3, 3, 3, 3],
      groups: width,
    }),
  );
  const normed = layerNormLayer(b, 'norm', tokensOf(spatial), 1e-6);
  const inner = linearLayer(b, 'pwconv2', gelu(linearLayer(b, 'pwconv1', normed, 4 * width)), width);
  return add(x, multiply(inner, b.weight('gamma', [width])));
}
