import { StudioError } from '../../errors/studioError.ts';
import type { Sam2Config, TrunkConfig } from '../../nets/sam2/sam2Config.ts';

/** Shapes of a checkpoint by key; undefined where it has no such key. */
export type ShapesOfKeys = (key: string) => readonly number[] | undefined;

/** What a trunk's shapes do not tell: its heads, and where it looks at windows and where at the whole picture. */
export type TrunkHabits = Pick<TrunkConfig, 'heads' | 'windows' | 'globalBlocks'>;

/** A published size: told by its trunk's width and blocks. */
interface PublishedSize extends TrunkHabits {
  readonly name: string;
  readonly width: number;
  readonly stages: readonly number[];
}

/** Every published size (facebookresearch/sam2, configs/sam2.1 and configs/sam2). */
const publishedSizes: readonly PublishedSize[] = [
  { name: 'tiny', width: 96, heads: 1, stages: [1, 2, 7, 2], windows: [8, 4, 14, 7], globalBlocks: [5, 7, 9] },
  { name: 'small', width: 96, heads: 1, stages: [1, 2, 11, 2], windows: [8, 4, 14, 7], globalBlocks: [7, 10, 13] },
  { name: 'base+', width: 112, heads: 2, stages: [2, 3, 16, 3], windows: [8, 4, 14, 7], globalBlocks: [12, 16, 20] },
  { name: 'large', width: 144, heads: 2, stages: [2, 6, 36, 4], windows: [8, 4, 16, 8], globalBlocks: [23, 33, 43] },
];

const trunk = 'image_encoder.trunk.';

/** Blocks of a trunk beyond which it is none of ours; keeps a lying header from keeping us busy. */
const mostBlocks = 256;

/** Blocks per stage: a stage begins where a block is wider than what it is given. */
function stagesOf(shapes: ShapesOfKeys): readonly number[] {
  const stages = [0];
  for (let block = 0; block < mostBlocks && shapes(`${trunk}blocks.${block}.norm1.weight`); block++) {
    if (shapes(`${trunk}blocks.${block}.proj.weight`)) stages.push(0);
    stages[stages.length - 1] = (stages.at(-1) ?? 0) + 1;
  }
  return stages;
}

/** Which of the two versions and of the published sizes a checkpoint is; undefined where it is no SAM 2. `size` is undefined where it is none of them. */
export function sam2Kind(shapes: ShapesOfKeys): { version: '2' | '2.1'; size: string | undefined } | undefined {
  const known = [`${trunk}pos_embed_window`, 'maskmem_tpos_enc', 'memory_attention.norm.weight'].every(shapes);
  if (!known) return undefined;
  return { version: shapes('no_obj_embed_spatial') ? '2.1' : '2', size: publishedSize(shapes)?.name };
}

function publishedSize(shapes: ShapesOfKeys): PublishedSize | undefined {
  const width = shapes(`${trunk}patch_embed.proj.weight`)?.[0];
  const stages = stagesOf(shapes).join();
  return publishedSizes.find((size) => size.width === width && size.stages.join() === stages);
}

/**
 * A model's sizes, told by its shapes. `own` says what shapes do not tell where the model is none of the published sizes.
 * @throws StudioError `model-mismatch` where it is no SAM 2, or of an unpublished size
 */
export function sam2ConfigOfKeys(
  shapes: ShapesOfKeys,
  label: string,
  own?: TrunkHabits & { readonly imageSize: number },
): Sam2Config {
  if (!sam2Kind(shapes))
    throw new StudioError('model-mismatch', `${label} is no SAM 2 checkpoint.`, {
      hint: 'Choose one such as sam2.1_hiera_tiny.pt; `magdiff models inspect` says what a file is.',
    });
  const habits = own ?? publishedSize(shapes);
  if (!habits)
    throw new StudioError('model-mismatch', `${label} is a SAM 2 model of a size that was not published.`, {
      hint: 'Choose tiny, small, base+ or large.',
    });
  const size = (key: string, axis: number): number => shapes(key)?.[axis] ?? 0;
  const count = (name: (index: number) => string): number => {
    let found = 0;
    while (found < mostBlocks && shapes(name(found))) found++;
    return found;
  };
  return {
    trunk: {
      width: size(`${trunk}patch_embed.proj.weight`, 0),
      stages: stagesOf(shapes),
      positions: size(`${trunk}pos_embed`, 2),
      heads: habits.heads,
      windows: habits.windows,
      globalBlocks: habits.globalBlocks,
    },
    imageSize: own?.imageSize ?? 1024,
    width: size('image_encoder.neck.convs.0.conv.weight', 0),
    memoryWidth: size('maskmem_tpos_enc', 3),
    memories: size('maskmem_tpos_enc', 0),
    attentionLayers: count((index) => `memory_attention.layers.${index}.norm1.weight`),
    attentionInner: size('memory_attention.layers.0.linear1.weight', 0),
    decoderInner: size('sam_mask_decoder.transformer.layers.0.mlp.layers.0.weight', 0),
    iouInner: size('sam_mask_decoder.iou_prediction_head.layers.0.weight', 0),
    maskChannels: size('sam_prompt_encoder.mask_downscaling.3.weight', 0),
    memoryBlocks: count((index) => `memory_encoder.fuser.layers.${index}.gamma`),
    placedPointers: shapes('obj_ptr_tpos_proj.weight') !== undefined,
    absentMemories: shapes('no_obj_embed_spatial') !== undefined,
  };
}
