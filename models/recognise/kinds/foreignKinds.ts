import type { FileHeader } from '../fileHeader.ts';
import { findKey, type Recogniser } from '../recognition.ts';

/** Models of other lineages, told by keys nobody else has; each of the patterns must be met. */
const lineages: readonly { readonly what: string; readonly keys: readonly RegExp[] }[] = [
  { what: 'a Wan VACE video model', keys: [/(^|\.)vace_(blocks\.0\.|patch_embedding)/] },
  {
    what: 'a Wan video model',
    keys: [/(^|\.)blocks\.0\.(self_attn\.q|attn1\.to_q)\.weight$/, /(^|\.)patch_embedding\.weight$/],
  },
  {
    what: 'an LTX-Video model',
    keys: [
      /(^|\.)transformer_blocks\.0\.scale_shift_table$/,
      /(^|\.)(patchify_proj|proj_in)\./,
      /(^|\.)adaln_single\./,
    ],
  },
  { what: 'a HunyuanVideo model', keys: [/(^|\.)double_blocks\.0\.img_attn/, /individual_token_refiner/] },
  { what: 'a Flux model', keys: [/(^|\.)double_blocks\.0\.img_attn/] },
  {
    what: 'a Flux model',
    keys: [/(^|\.)single_transformer_blocks\.0\.attn\.to_q/, /(^|\.)transformer_blocks\.0\.attn\.add_k_proj/],
  },
  { what: 'a Stable Diffusion 3 model', keys: [/(^|\.)joint_blocks\.0\./] },
  {
    what: 'a Stable Diffusion 3 model',
    keys: [/(^|\.)transformer_blocks\.0\.attn\.add_k_proj/, /(^|\.)pos_embed\.proj\./],
  },
  { what: 'a CogVideoX model', keys: [/(^|\.)transformer_blocks\.0\.attn1\.norm_q/, /(^|\.)patch_embed\.proj\./] },
  {
    what: 'a PixArt model',
    keys: [/(^|\.)(blocks|transformer_blocks)\.0\.scale_shift_table$/, /(y_embedder|caption_projection)\./],
  },
  { what: 'a Stable Cascade or Würstchen model', keys: [/(^|\.)down_blocks\.0\.0\.channelwise\.0\./] },
  { what: 'a Stable Video Diffusion model', keys: [/input_blocks\.\d+\.1\.time_stack\.0\./] },
  { what: 'a Stable Video Diffusion model', keys: [/down_blocks\.0\.attentions\.0\.temporal_transformer_blocks\.0\./] },
  {
    what: 'a ModelScope or Zeroscope video model',
    keys: [/(^|\.)(transformer_in|input_blocks\.1\.\d\.temopral_conv|down_blocks\.0\.temp_convs\.0\.conv1)\b/],
  },
  {
    what: 'a DynamiCrafter or VideoCrafter model',
    keys: [/input_blocks\.1\.2\.transformer_blocks\.0\.attn1\.to_q/, /init_attn|image_proj_model|fps_embed/],
  },
  {
    what: 'a T5 text encoder',
    keys: [
      /(^|\.)(encoder\.block\.0\.layer\.0\.SelfAttention\.q|blocks\.0\.attn\.q)\.weight$/,
      /(^|\.)(shared|token_embedding)\.weight$/,
    ],
  },
  { what: 'a language model', keys: [/(^|\.)layers\.0\.self_attn\.q_proj\.weight$/, /(^|\.)embed_tokens\.weight$/] },
  { what: 'a Wan video VAE', keys: [/^(encoder|decoder)\.(down|up)samples\.0\.residual\.0\.gamma$/] },
  { what: 'a SigLIP image encoder', keys: [/vision_model\.head\.probe$/] },
  {
    what: 'a picture enlarger of the ESRGAN kind',
    keys: [/^(model\.1\.sub\.0\.|body\.0\.rdb1\.|RRDB_trunk\.0\.|conv_first\.)/],
  },
  { what: 'a picture enlarger of the SwinIR kind', keys: [/layers\.0\.residual_group\.blocks\.0\.attn\./] },
  { what: 'a face restorer', keys: [/^(stylegan_decoder|toRGB|generator\.quantize|quantize\.embedding)/] },
  { what: 'a segmentation model', keys: [/(^|\.)(image_encoder\.trunk\.blocks|mask_decoder\.transformer)\./] },
  { what: 'a detector of the YOLO kind', keys: [/^model\.\d+\.cv\d\.conv\.weight$/] },
  {
    what: 'a frame interpolator of the RIFE or FILM kind',
    keys: [/^(module\.)?(block0\.conv0\.|block_tea\.|extract\.extract_sublevels)/],
  },
];

/** Every key of a file is looked at once per lineage; this many keys tell any of them. */
const mostKeys = 20_000;

/** Files of models that are known and of no use here. */
export const recogniseForeign: Recogniser = (header) => {
  const sample: FileHeader =
    header.tensors.size <= mostKeys ? header : { ...header, tensors: new Map([...header.tensors].slice(0, mostKeys)) };
  const found = lineages.find(({ keys }) => keys.every((pattern) => findKey(sample, pattern) !== undefined));
  return (
    found && {
      role: 'other',
      base: 'other',
      what: found.what,
      needs: 'This program does not run it.',
      usable: false,
    }
  );
};
