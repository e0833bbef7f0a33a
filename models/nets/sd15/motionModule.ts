/** AnimateDiff's motion module: attention along time at every position, between the blocks of a picture UNet. */
import { z } from 'zod';
import { StudioError } from '../../errors/studioError.ts';
import { attention } from '../../onnx/attention.ts';
import { framesSecond, whereFramesLie } from '../../onnx/besides.ts';
import { add } from '../../onnx/elementwise.ts';
import type { GraphBuilder, Tensor } from '../../onnx/graphBuilder.ts';
import { reshape, transpose } from '../../onnx/shaping.ts';
import { feedForward } from '../feedForward.ts';
import { layerNormLayer, linearLayer } from '../modules.ts';
import { type Clip, groupNormOverClip, type NormReading } from './clipNorm.ts';
import { attendInWindows, type MotionWindows } from './motionWindows.ts';

/** A motion module, as its config.json (MotionAdapter) or its keys describe it. */
export interface MotionConfig {
  readonly heads: number;
  readonly groups: number;
  /** Whether the middle block has one too (version 2 and what descends from it). */
  readonly midBlock: boolean;
  /** Most frames its table of positions has. */
  readonly length: number;
  /** Reading of the module's own opening norm: per frame in the original, over all frames in diffusers. */
  readonly motionNorm: NormReading;
  /** Reading of the picture UNet's norms beside it: over all frames in the original version 1, per frame elsewhere. */
  readonly resnetNorm: NormReading;
}

const schema = z.object({
  motion_num_attention_heads: z.int().positive().default(8),
  motion_norm_num_groups: z.int().positive().default(32),
  motion_max_seq_length: z.int().positive().default(32),
  motion_transformer_layers_per_block: z.union([z.literal(1), z.array(z.literal(1))]).default(1),
  use_motion_mid_block: z.boolean().default(true),
  norm_readings: z.enum(['diffusers', 'originalFirst', 'original']).default('diffusers'),
});

/** The two readings of group norms that exist, by who computes so. */
export const normReadings = {
  diffusers: { motionNorm: 'allFrames', resnetNorm: 'perFrame' },
  originalFirst: { motionNorm: 'perFrame', resnetNorm: 'allFrames' },
  original: { motionNorm: 'perFrame', resnetNorm: 'perFrame' },
} as const satisfies Record<string, Pick<MotionConfig, 'motionNorm' | 'resnetNorm'>>;

/**
 * Reads a MotionAdapter's config.json; `label` names the file in messages. Ours: `norm_readings`, by whose reading the group norms
 * are computed; diffusers' own where the file does not say.
 */
export function parseMotionConfig(json: unknown, label: string): MotionConfig {
  const parsed = schema.safeParse(json);
  if (!parsed.success)
    throw new StudioError(
      'format-damaged',
      `${label} is no motion module configuration this program can build: ${z.prettifyError(parsed.error)}.`,
    );
  const config = parsed.data;
  return {
    heads: config.motion_num_attention_heads,
    groups: config.motion_norm_num_groups,
    midBlock: config.use_motion_mid_block,
    length: config.motion_max_seq_length,
    ...normReadings[config.norm_readings],
  };
}

/** Epsilon of the group norm that opens a module. */
const openingEpsilon = 1e-6;

/**
 * One motion module on pictures (b · f, C, h, w): opening norm, projection, two self-attentions along time whose normed input
 * carries the frame's position, feed-forward, projection, plus the input.
 */
export function motionModule(
  b: GraphBuilder,
  name: string,
  x: Tensor,
  clip: Clip,
  config: MotionConfig,
  windows?: MotionWindows,
): Tensor {
  const { batch, frames } = clip;
  const [, channels = 0, height = 0, width = 0] = x.shape;
  const positions = height * width;
  const atOnce = Math.min(frames, windows?.length ?? frames);
  if (atOnce > config.length)
    b.fail(`this motion module knows ${config.length} frames, not the ${atOnce} asked for at once`);
  return b.scope(name, () => {
    const options = { groups: config.groups, epsilon: openingEpsilon, activation: 'none' } as const;
    const normal = groupNormOverClip(b, 'norm', x, clip, config.motionNorm, options);
    const series = transpose(reshape(normal, [batch, frames, channels, positions]), [0, 3, 1, 2]);
    const moved = whereFramesLie(
      b,
      () => framesSecond(frames),
      () => moveSeries(b, reshape(series, [batch * positions, frames, channels]), config, windows),
    );
    const back = reshape(moved, [batch, positions, frames, channels]);
    return add(x, reshape(transpose(back, [0, 2, 3, 1]), x.shape));
  });
}

/** What a module does to series (n, frames, C) between its norm and the sum with its input. */
function moveSeries(b: GraphBuilder, x: Tensor, config: MotionConfig, windows: MotionWindows | undefined): Tensor {
  const [, frames = 0, channels = 0] = x.shape;
  let hidden = linearLayer(b, 'proj_in', x, channels);
  hidden = b.scope('transformer_blocks.0', () => {
    const attend = (part: Tensor, start = 0): Tensor =>
      whereFramesLie(
        b,
        () => framesSecond(frames, start, start + (part.shape[1] ?? 0)),
        () => attendAlongTime(b, part, config),
      );
    hidden = windows && frames > windows.length ? attendInWindows(hidden, windows, attend) : attend(hidden);
    return add(feedForward(b, 'ff', layerNormLayer(b, 'norm3', hidden)), hidden);
  });
  return linearLayer(b, 'proj_out', hidden, channels);
}

/** The two self-attentions along time over series (n, frames, C), each on a normed input that carries the frames' positions. */
function attendAlongTime(b: GraphBuilder, x: Tensor, { heads, length }: MotionConfig): Tensor {
  const [, frames = 0, channels = 0] = x.shape;
  let hidden = x;
  for (const [norm, part] of [
    ['norm1', 'attn1'],
    ['norm2', 'attn2'],
  ] as const) {
    const placed = add(layerNormLayer(b, norm, hidden), framePositions(b, frames, channels, length));
    hidden = add(
      hidden,
      b.scope(part, () => selfAttention(b, placed, heads)),
    );
  }
  return hidden;
}

function selfAttention(b: GraphBuilder, x: Tensor, heads: number): Tensor {
  const channels = x.shape.at(-1) ?? 0;
  const [query, key, value] = [
    linearLayer(b, 'to_q', x, channels, false),
    linearLayer(b, 'to_k', x, channels, false),
    linearLayer(b, 'to_v', x, channels, false),
  ];
  return linearLayer(b, 'to_out.0', attention(query, key, value, { heads }), channels);
}

/**
 * Where each frame stands: sines on even channels, cosines on odd ones. AnimateDiff's own files hold this table too, often
 * rounded to half precision; it is never trained, so it is computed. A diffusers folder's is what its model was saved with.
 */
function framePositions(b: GraphBuilder, frames: number, channels: number, length: number): Tensor {
  if (b.hasWeight('pos_embed.pe'))
    return reshape(b.weightRows('pos_embed.pe', [length, channels], 0, frames), [1, frames, channels]);
  const table = Float32Array.from({ length: frames * channels }, (_, index) => {
    const [frame, channel] = [Math.floor(index / channels), index % channels];
    const angle = frame * Math.exp(((channel - (channel % 2)) * -Math.log(10000)) / channels);
    return channel % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
  });
  return b.constant([1, frames, channels], table);
}
