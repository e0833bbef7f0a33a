/** Sizes of a SAM 2 or 2.1 model (Ravi et al. 2024, arXiv 2408.00714). */
import { z } from 'zod';
import { StudioError } from '../../errors/studioError.ts';

const count = z.int().positive().max(65536);

const schema = z.object({
  trunk: z.object({
    width: count,
    heads: count,
    stages: z.array(count).length(4),
    windows: z.array(count).length(4),
    globalBlocks: z.array(z.int().min(0)),
    positions: count,
  }),
  imageSize: z.int().positive().max(8192).multipleOf(32),
  width: z.int().positive().max(65536).multipleOf(16),
  memoryWidth: count,
  memories: count,
  attentionLayers: count,
  attentionInner: count,
  decoderInner: count,
  iouInner: count,
  maskChannels: z.int().positive().multipleOf(4),
  memoryBlocks: count,
  placedPointers: z.boolean(),
  absentMemories: z.boolean(),
});

/** The trunk: a Hiera of four stages, each of half the resolution and twice the width of the one before. */
export interface TrunkConfig {
  /** Width and heads of the first stage; both double from stage to stage. */
  readonly width: number;
  readonly heads: number;
  /** Blocks per stage. */
  readonly stages: readonly number[];
  /** Side of the windows that each stage attends in. */
  readonly windows: readonly number[];
  /** Blocks, counted through all stages, that attend to the whole picture. */
  readonly globalBlocks: readonly number[];
  /** Side of the stored position embedding, which is stretched over the picture. */
  readonly positions: number;
}

/** A whole model. Pictures are squares of `imageSize`; features lie at a sixteenth of it. */
export interface Sam2Config {
  readonly trunk: TrunkConfig;
  readonly imageSize: number;
  /** Width of features and tokens. */
  readonly width: number;
  /** Width of a memory's cells. */
  readonly memoryWidth: number;
  /** Most memories of frames, the conditioning ones apart from one, that a frame looks at. */
  readonly memories: number;
  /** Layers of the memory attention and width inside its feed-forward parts. */
  readonly attentionLayers: number;
  readonly attentionInner: number;
  /** Width inside the mask decoder's feed-forward parts, and inside its IoU head. */
  readonly decoderInner: number;
  readonly iouInner: number;
  /** Channels inside the encoder of mask prompts. */
  readonly maskChannels: number;
  /** Convolution blocks of the memory encoder. */
  readonly memoryBlocks: number;
  /** Whether pointers carry how far away their frames are, and memories that the subject was absent (2.1). */
  readonly placedPointers: boolean;
  readonly absentMemories: boolean;
}

/** Reads such sizes; `label` names the file in messages. */
export function parseSam2Config(json: unknown, label: string): Sam2Config {
  const parsed = schema.safeParse(json);
  if (parsed.success && parsed.data.width % parsed.data.memoryWidth === 0) return parsed.data;
  throw new StudioError('model-mismatch', `${label} has sizes that no SAM 2 model has.`, {
    hint: 'Fetch one of the published checkpoints, such as sam2.1_hiera_tiny.pt.',
    ...(parsed.success ? {} : { details: { sizes: z.prettifyError(parsed.error) } }),
  });
}

/** Heads of the mask decoder's attentions; the memory attention has one. */
export const decoderHeads = 8;

/** Masks the decoder gives: one for clear prompts, three for a prompt that may mean several things. */
export const maskCount = 4;

/** Side of the grid of features, and of the low-resolution masks. */
export const featureSide = ({ imageSize }: Sam2Config): number => imageSize / 16;
export const maskSide = ({ imageSize }: Sam2Config): number => imageSize / 4;
