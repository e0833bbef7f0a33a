/** Stable Diffusion's picture UNet, with AnimateDiff's motion modules between its blocks: one prediction for a whole clip. */

import { framesFirst, withFrames } from '../../onnx/besides.ts';
import type { Dialect } from '../../onnx/dialect.ts';
import { add, scale, silu } from '../../onnx/elementwise.ts';
import { type Graph, GraphBuilder, type Tensor } from '../../onnx/graphBuilder.ts';
import { concatenate, reshape, resizeNearest, transpose } from '../../onnx/shaping.ts';
import type { WeightSource } from '../../onnx/types.ts';
import { convolutionLayer } from '../modules.ts';
import type { Network } from '../network.ts';
import { timeEmbedding } from '../timeEmbedding.ts';
import { parseUnetConfig, type UnetConfig, type UnetLevel } from '../unet/unetConfig.ts';
import { groupNormOverClip } from './clipNorm.ts';
import { type ContextShape, declareContext, type LayerInputs } from './contextInputs.ts';
import { type MotionConfig, motionModule, parseMotionConfig } from './motionModule.ts';
import type { MotionWindows } from './motionWindows.ts';
import { type BlockOptions, residualBlock, spatialTransformer } from './pictureLayers.ts';

/** Static sizes of a UNet graph; height and width are latent ones. */
export interface Sd15UnetShape extends ContextShape {
  readonly height: number;
  readonly width: number;
  /** Windows in which motion modules attend to clips longer than they know; absent: to all frames at once. */
  readonly motionWindows?: MotionWindows | undefined;
  /** Extra outputs `<layer>.text_map` and `<layer>.image_map`: (b · f, h · w, tokens), averaged over heads. */
  readonly attentionMaps?: boolean;
}

/**
 * Builds the UNet. Inputs: sample (b, C, f, h, w), timestep (1), alpha_text and alpha_image (cross-attention layers in the
 * order of crossAttentionLayers, frames), and per layer `<layer>.text_key`, `.text_value` and, where there are image tokens, `.image_key`, `.image_value`. Output: prediction (b, out, f, h, w). A single frame, or no
 * `motion`, leaves the motion modules out: then it is the picture model itself.
 */
export function buildSd15Unet(
  config: { readonly unet: UnetConfig; readonly motion: MotionConfig | undefined },
  shape: Sd15UnetShape,
  dialect: Dialect,
  source: WeightSource,
): Graph {
  const b: GraphBuilder = new GraphBuilder('unet', dialect, source);
  const { batch, frames, strengthPerFrame } = shape;
  if (strengthPerFrame && batch !== 1) b.fail('a strength a frame is for one clip at once');
  if (strengthPerFrame) withFrames(b, framesFirst(frames), () => buildLayers(b, config, shape));
  else buildLayers(b, config, shape);
  return b.finish();
}

function buildLayers(
  b: GraphBuilder,
  config: { readonly unet: UnetConfig; readonly motion: MotionConfig | undefined },
  shape: Sd15UnetShape,
): void {
  const { unet } = config;
  const motion = shape.frames > 1 ? config.motion : undefined;
  const { batch, frames, height, width } = shape;
  const inputsOf = declareContext(b, unet, shape);
  const sample = b.input('sample', 'float32', [batch, unet.inChannels, frames, height, width]);
  const first = unet.down[0]?.channels ?? 0;
  const { flipSinToCos, frequencyShift } = unet;
  const embedded = timeEmbedding(b, b.input('timestep', 'float32', [1]), {
    width: first,
    outputs: 4 * first,
    flipSinToCos,
    frequencyShift,
  });
  const options: BlockOptions = {
    clip: { batch, frames },
    groups: unet.groups,
    epsilon: unet.epsilon,
    resnetNorm: motion?.resnetNorm ?? 'perFrame',
    time: silu(embedded),
  };
  const blocks = new Blocks(b, unet, motion && { ...motion, windows: shape.motionWindows }, options, inputsOf);

  const centred = unet.centreInput ? add(scale(sample, 2), b.constant([], [-1])) : sample;
  const pictures = reshape(transpose(centred, [0, 2, 1, 3, 4]), [batch * frames, unet.inChannels, height, width]);
  let x = convolutionLayer(b, 'conv_in', pictures, first);
  const skips = [x];
  for (const [index, level] of unet.down.entries())
    x = b.scope(`down_blocks.${index}`, () => blocks.down(x, level, skips, index < unet.down.length - 1));
  x = b.scope('mid_block', () => blocks.middle(x));
  for (const [index, level] of unet.up.entries())
    x = b.scope(`up_blocks.${index}`, () => blocks.up(x, level, skips, index < unet.up.length - 1));
  const norm = { groups: unet.groups, epsilon: unet.epsilon, activation: 'silu' } as const;
  x = groupNormOverClip(b, 'conv_norm_out', x, options.clip, options.resnetNorm, norm);
  const drawn = reshape(convolutionLayer(b, 'conv_out', x, unet.outChannels), [
    batch,
    frames,
    unet.outChannels,
    height,
    width,
  ]);
  b.output('prediction', transpose(drawn, [0, 2, 1, 3, 4]));
}

type WindowedMotion = MotionConfig & { readonly windows: MotionWindows | undefined };

/** The blocks of one UNet: each layer is a residual block, a spatial transformer where the level has them, a motion module. */
class Blocks {
  readonly #b: GraphBuilder;
  readonly #unet: UnetConfig;
  readonly #motion: WindowedMotion | undefined;
  readonly #options: BlockOptions;
  readonly #inputsOf: (layer: string) => LayerInputs;

  constructor(
    b: GraphBuilder,
    unet: UnetConfig,
    motion: WindowedMotion | undefined,
    options: BlockOptions,
    inputsOf: (layer: string) => LayerInputs,
  ) {
    this.#b = b;
    this.#unet = unet;
    this.#motion = motion;
    this.#options = options;
    this.#inputsOf = inputsOf;
  }

  /** The layers of a level, then halving; pushes what the up side will join. */
  down(input: Tensor, level: UnetLevel, skips: Tensor[], halve: boolean): Tensor {
    let x = input;
    for (let index = 0; index < this.#unet.layersPerBlock; index++) {
      x = this.#layer(x, index, level);
      skips.push(x);
    }
    if (!halve) return x;
    x = convolutionLayer(this.#b, 'downsamplers.0.conv', x, level.channels, { stride: 2 });
    skips.push(x);
    return x;
  }

  middle(input: Tensor): Tensor {
    const { mid } = this.#unet;
    let x = residualBlock(this.#b, 'resnets.0', input, mid.channels, this.#options);
    if (mid.attention) x = this.#spatial(x, 0, mid);
    if (this.#motion?.midBlock) x = this.#move(x, 0, this.#motion);
    return residualBlock(this.#b, 'resnets.1', x, mid.channels, this.#options);
  }

  /** Mirrors {@link Blocks.down}; enlarges to the size of the next skip, so that odd sizes meet again. */
  up(input: Tensor, level: UnetLevel, skips: Tensor[], enlarge: boolean): Tensor {
    let x = input;
    for (let index = 0; index <= this.#unet.layersPerBlock; index++) {
      const skip = skips.pop() ?? this.#b.fail('the up side asks for more skips than the down side left');
      x = this.#layer(concatenate([x, skip], 1), index, level);
    }
    if (!enlarge) return x;
    const [, , height = 0, width = 0] = skips.at(-1)?.shape ?? [];
    return convolutionLayer(this.#b, 'upsamplers.0.conv', resizeNearest(x, height, width), level.channels);
  }

  #layer(input: Tensor, index: number, level: UnetLevel): Tensor {
    let x = residualBlock(this.#b, `resnets.${index}`, input, level.channels, this.#options);
    if (level.attention) x = this.#spatial(x, index, level);
    return this.#motion ? this.#move(x, index, this.#motion) : x;
  }

  #move(x: Tensor, index: number, motion: WindowedMotion): Tensor {
    return motionModule(this.#b, `motion_modules.${index}`, x, this.#options.clip, motion, motion.windows);
  }

  #spatial(x: Tensor, index: number, { heads }: UnetLevel): Tensor {
    const { clip, groups } = this.#options;
    return spatialTransformer(this.#b, `attentions.${index}`, x, { clip, groups, heads, inputsOf: this.#inputsOf });
  }
}

/** A picture UNet and the motion module between its blocks, where it has one. */
export interface PictureUnetConfig {
  readonly unet: UnetConfig;
  readonly motion: MotionConfig | undefined;
}

/** The UNet as an entry of the table of networks. Its config.json holds the motion module's as `motion_module`. */
export const pictureUnet: Network<PictureUnetConfig, Sd15UnetShape, string, 'prediction'> = {
  parse: (json, label) => {
    const motion = Reflect.get(Object(json), 'motion_module');
    return { unet: parseUnetConfig(json, label), motion: motion ? parseMotionConfig(motion, label) : undefined };
  },
  build: buildSd15Unet,
  // The smallest clip whose every level still has a position, long enough for the motion module.
  probe: ({ unet, motion }) => {
    const side = 2 ** (unet.down.length - 1);
    return { batch: 1, frames: motion ? 2 : 1, height: side, width: side, textTokens: unet.textTokens, imageTokens: 0 };
  },
};
