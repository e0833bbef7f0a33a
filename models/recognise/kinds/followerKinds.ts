import type { FileHeader } from '../fileHeader.ts';
import { findKey, type Recogniser } from '../recognition.ts';
import { sam2Kind } from '../sam2Sizes.ts';

/** Relatives of SAM 2 that this program does not run, told by keys nobody else has; each of the patterns must be met. */
const relatives: readonly { readonly what: string; readonly keys: readonly RegExp[] }[] = [
  { what: 'a SAM 3 model', keys: [/(^|\.)(detector|tracker)\..*(vision_backbone|maskmem_tpos_enc|memory_attention)/] },
  { what: 'an EdgeTAM model', keys: [/(^|\.)spatial_perceiver\./, /(^|\.)maskmem_tpos_enc$/] },
  {
    what: 'a MobileSAM model',
    keys: [/(^|\.)image_encoder\.patch_embed\.seq\.0\.c\.weight$/, /(^|\.)mask_decoder\.transformer\./],
  },
  {
    what: 'a SAM model of the first generation',
    keys: [/(^|\.)image_encoder\.blocks\.0\.attn\.qkv\.weight$/, /(^|\.)mask_decoder\.transformer\./],
  },
  { what: 'a SAM 2 model in the names of transformers', keys: [/(^|\.)vision_encoder\.backbone\.blocks\.0\./] },
  { what: 'a SAM 2 model without its memory', keys: [/(^|\.)image_encoder\.trunk\.pos_embed_window$/] },
  { what: 'a relative of SAM 2', keys: [/(^|\.)maskmem_tpos_enc$/] },
];

/** Models that select a subject by clicks: SAM 2 and 2.1 as they are published, and their relatives by name. */
export const recogniseFollower: Recogniser = (header) => {
  const kind = sam2Kind((key) => (header.tensors.get(`model.${key}`) ?? header.tensors.get(key))?.shape);
  if (kind?.size)
    return {
      role: 'follower',
      base: 'other',
      what: `a SAM ${kind.version} model, ${kind.size.name}, that selects a subject by clicks and follows it through a clip`,
      needs: undefined,
      usable: true,
      variant: kind.size.name,
    };
  const what = kind ? `a SAM ${kind.version} model of a size that was not published` : relativeOf(header);
  if (what === undefined) return undefined;
  const needs = 'To follow subjects this program runs SAM 2.1 and 2 as published, such as sam2.1_hiera_tiny.pt.';
  return { role: 'other', base: 'other', what, needs, usable: false };
};

const relativeOf = (header: FileHeader): string | undefined =>
  relatives.find(({ keys }) => keys.every((pattern) => findKey(header, pattern) !== undefined))?.what;
