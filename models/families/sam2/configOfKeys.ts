import { StudioError } from '../../errors/studioError.ts';
import type { Sam2Config } from '../../nets/sam2/sam2Config.ts';
import { type ShapesOfKeys, sam2Kind, stagesOfTrunk, type TrunkHabits } from '../../recognise/sam2Sizes.ts';

const trunk = 'image_encoder.trunk.';

/** Parts of a kind beyond which a header is taken to lie. */
const mostParts = 256;

/**
 * A model's sizes, told by its shapes. `own` says what shapes do not tell where the model is none of the published sizes.
 * @throws StudioError `model-mismatch` where it is no SAM 2, or of an unpublished size
 */
export function sam2ConfigOfKeys(
  shapes: ShapesOfKeys,
  label: string,
  own?: TrunkHabits & { readonly imageSize: number },
): Sam2Config {
  const kind = sam2Kind(shapes);
  if (!kind)
    throw new StudioError('model-mismatch', `${label} is no SAM 2 checkpoint.`, {
      hint: 'Choose one such as sam2.1_hiera_tiny.pt; `magdiff models inspect` says what a file is.',
    });
  const habits = own ?? kind.size;
  if (!habits)
    throw new StudioError('model-mismatch', `${label} is a SAM 2 model of a size that was not published.`, {
      hint: 'Choose tiny, small, base+ or large.',
    });
  const size = (key: string, axis: number): number => shapes(key)?.[axis] ?? 0;
  const count = (name: (index: number) => string): number => {
    let found = 0;
    while (found < mostParts && shapes(name(found))) found++;
    return found;
  };
  return {
    trunk: {
      width: size(`${trunk}patch_embed.proj.weight`, 0),
      stages: stagesOfTrunk(shapes),
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
