import type { FileHeader } from '../fileHeader.ts';
import { type Base, baseNames, baseOfContext, findKey, type Recogniser, shapeOf, wrongBase } from '../recognition.ts';

/** What the number of input channels of a UNet says. */
const variants: ReadonlyMap<number, { readonly name: string; readonly note: string; readonly usable: boolean }> =
  new Map([
    [4, { name: 'normal', note: '', usable: true }],
    [9, { name: 'inpainting', note: ' for inpainting', usable: true }],
    [8, { name: 'pix2pix', note: ' of the instruct-pix2pix kind', usable: false }],
    [5, { name: 'depth', note: ' of the depth kind', usable: false }],
  ]);

const ldmPrefixes = ['model.diffusion_model.', 'diffusion_model.', ''] as const;
const diffusersPrefixes = ['unet.', ''] as const;

interface Unet {
  readonly base: Base;
  readonly inputs: number;
  readonly contextWidth: number | undefined;
  readonly refiner: boolean;
}

/** Whole checkpoints, and UNets alone, in the original names and in diffusers'. */
export const recogniseCheckpoint: Recogniser = (header) => {
  // Video models built around the same UNet have a sentence of their own.
  if (findKey(header, /(^|\.)(temp_attn|time_stack|temopral_conv|temp_convs|init_attn|fps_embed)\b/)) return undefined;
  const unet = ldmUnet(header) ?? diffusersUnet(header);
  if (!unet) return undefined;
  const hasVae = findKey(header, /^(first_stage_model|vae)\.(decoder|encoder)\./) !== undefined;
  const hasText =
    findKey(header, /^(cond_stage_model|text_encoder|conditioner)\..*(token_embedding|ln_final|final_layer_norm)/) !==
    undefined;
  const parts = ['unet', ...(hasVae ? ['vae'] : []), ...(hasText ? ['text'] : [])] as const as readonly (
    | 'unet'
    | 'vae'
    | 'text'
  )[];
  const variant = variants.get(unet.inputs);
  const held =
    hasVae && hasText
      ? 'with VAE and text encoder'
      : hasVae
        ? 'with VAE, without text encoder'
        : hasText
          ? 'with text encoder, without VAE'
          : 'the UNet alone';
  const what = `a ${unet.refiner ? 'refiner of SDXL' : `${baseNames[unet.base]} checkpoint`}${variant?.note ?? ` with ${unet.inputs} input channels`} (${held})`;
  const lacks = [hasVae ? '' : 'a VAE', hasText ? '' : 'a text encoder'].filter(Boolean).join(' and ');
  const usable = unet.base === 'sd1' && (variant?.usable ?? false);
  const needs =
    unet.base !== 'sd1'
      ? wrongBase(unet.base)
      : !usable
        ? 'This program runs checkpoints with four or nine input channels.'
        : lacks
          ? `It lacks ${lacks}; add one of any Stable Diffusion 1.5 model.`
          : undefined;
  const ema = findKey(header, /^model_ema\.diffusion_modelinput_blocks/) !== undefined;
  return {
    role: 'checkpoint',
    base: unet.base,
    what: ema ? `${what}, training averages beside the weights in use` : what,
    needs,
    usable,
    variant: variant?.name,
    parts,
    contextWidth: unet.contextWidth,
  };
};

function ldmUnet(header: FileHeader): Unet | undefined {
  const prefix = ldmPrefixes.find((start) => header.tensors.has(`${start}input_blocks.0.0.weight`));
  if (prefix === undefined) return undefined;
  const context = (block: number): number | undefined =>
    shapeOf(header, `${prefix}input_blocks.${block}.1.transformer_blocks.0.attn2.to_k.weight`)[1];
  const inputs = shapeOf(header, `${prefix}input_blocks.0.0.weight`)[1] ?? 0;
  const first = context(1) ?? context(2);
  if (first !== undefined) return { base: baseOfContext(first) ?? 'sd1', inputs, contextWidth: first, refiner: false };
  // SDXL's first level has no attention.
  const later = context(4) ?? context(5);
  return { base: later === undefined ? 'other' : 'sdxl', inputs, contextWidth: later, refiner: later === 1280 };
}

function diffusersUnet(header: FileHeader): Unet | undefined {
  const prefix = diffusersPrefixes.find(
    (start) =>
      header.tensors.has(`${start}conv_in.weight`) &&
      header.tensors.has(`${start}down_blocks.0.resnets.0.conv1.weight`) &&
      header.tensors.has(`${start}conv_out.weight`) &&
      header.tensors.has(`${start}time_embedding.linear_1.weight`),
  );
  if (prefix === undefined) return undefined;
  const context = (level: number): number | undefined =>
    shapeOf(header, `${prefix}down_blocks.${level}.attentions.0.transformer_blocks.0.attn2.to_k.weight`)[1];
  const inputs = shapeOf(header, `${prefix}conv_in.weight`)[1] ?? 0;
  const first = context(0);
  if (first !== undefined) return { base: baseOfContext(first) ?? 'sd1', inputs, contextWidth: first, refiner: false };
  const later = context(1);
  return { base: later === undefined ? 'other' : 'sdxl', inputs, contextWidth: later, refiner: later === 1280 };
}
