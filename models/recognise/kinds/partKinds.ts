/** Parts of models in files of their own: VAEs, preview decoders, encoders, embeddings. */
import { findKey, type Recogniser, type Recognition, shapeOf, wrongBase } from '../recognition.ts';

const vaePrefix = '(first_stage_model\\.|vae\\.)?';

/** A VAE alone, in the original names or in diffusers'. */
export const recogniseVae: Recogniser = (header, name) => {
  const conv = findKey(header, new RegExp(`^${vaePrefix}decoder\\.conv_in\\.weight$`));
  const blocks = findKey(
    header,
    new RegExp(`^${vaePrefix}decoder\\.(up\\.0\\.block\\.0\\.norm1|up_blocks\\.0\\.resnets\\.0\\.norm1)\\.weight$`),
  );
  if (!conv || !blocks) return undefined;
  const shape = shapeOf(header, conv);
  const channels = shape[1];
  if (shape.length !== 4 || channels !== 4)
    return {
      role: 'other',
      base: 'other',
      what: `a VAE with ${channels ?? 'other'} latent channels`,
      needs: 'Stable Diffusion 1.5 has four.',
      usable: false,
    };
  const isXl = /sd-?_?xl/i.test(name) || /xl/i.test(header.metadata.get('modelspec.architecture') ?? '');
  return {
    role: 'vae',
    base: isXl ? 'sdxl' : 'sd1',
    what: isXl ? 'a VAE for SDXL, by its name' : 'a Stable Diffusion VAE (shapes do not tell 1.5, 2 and XL apart)',
    needs: isXl ? wrongBase('sdxl') : undefined,
    usable: !isXl,
  };
};

/** A small decoder of TAESD's form. */
export const recogniseTinyDecoder: Recogniser = (header, name) => {
  const isDiffusers = findKey(header, /^decoder\.layers\.\d+\.conv\.0\.weight$/) !== undefined;
  const isOwn = header.tensors.size < 120 && findKey(header, /^(taesd_decoder\.)?\d+\.conv\.4\.weight$/) !== undefined;
  if (!isDiffusers && !isOwn) return undefined;
  const isOther = /(xl|sd3|flux|f1)/i.test(name);
  return {
    role: 'preview-decoder',
    base: isOther ? 'other' : 'sd1',
    what: `a small decoder of the TAESD form${isOther ? ' for another model, by its name' : ', for previews'}`,
    needs: isOther ? 'Stable Diffusion 1.5 takes the one called taesd.' : undefined,
    usable: !isOther,
  };
};

/** CLIP's text and vision towers. */
export const recogniseClip: Recogniser = (header) => {
  const words = findKey(header, /(^|\.)(embeddings\.)?token_embedding\.weight$/);
  const patches = findKey(header, /(^|\.)(embeddings\.patch_embedding|visual\.conv1)\.weight$/);
  const vision = patches ? describeVision(header, patches) : undefined;
  if (vision && words)
    return { ...vision, what: `a whole CLIP model, text and pictures; of use here is ${vision.what}` };
  if (vision) return vision;
  if (!words) return undefined;
  const width = shapeOf(header, words)[1] ?? 0;
  const names = new Map([
    [1024, 'Stable Diffusion 2'],
    [1280, 'SDXL'],
  ]);
  const owner = names.get(width);
  return {
    role: 'text-encoder',
    base: owner === undefined ? 'sd1' : width === 1024 ? 'sd2' : 'sdxl',
    what: owner
      ? `a CLIP text encoder of ${owner} (${width} wide)`
      : `a CLIP text encoder${width === 768 ? ' (ViT-L, as Stable Diffusion 1.5 has)' : ` (${width} wide)`}`,
    needs: owner ? wrongBase(width === 1024 ? 'sd2' : 'sdxl') : undefined,
    usable: owner === undefined && findKey(header, /encoder\.layers\.0\./) !== undefined,
    contextWidth: width,
  };
};

const towers: ReadonlyMap<number, string> = new Map([
  [768, 'ViT-B'],
  [1024, 'ViT-L/14'],
  [1280, 'ViT-H/14'],
  [1664, 'ViT-bigG/14'],
]);

function describeVision(header: Parameters<Recogniser>[0], patches: string): Recognition {
  const hidden = shapeOf(header, patches)[0] ?? 0;
  const own = findKey(header, /(^|\.)visual_projection\.weight$/);
  const open = findKey(header, /(^|\.)visual\.proj$/);
  const embedding = own ? shapeOf(header, own)[0] : open ? shapeOf(header, open)[1] : undefined;
  const name = towers.get(hidden);
  return {
    role: 'image-encoder',
    base: undefined,
    what: `a CLIP image encoder (${name ?? `${hidden} wide`})`,
    needs: hidden === 1280 ? 'IP-Adapters for Stable Diffusion 1.5 go with it.' : undefined,
    usable: true,
    variant: name,
    imageWidths: { hidden, ...(embedding === undefined ? {} : { embedding }) },
  };
}

/** Textual inversions: words of one's own. */
export const recogniseEmbedding: Recogniser = (header, name) => {
  const keys = [...header.tensors.keys()];
  const word = name.replace(/\.[^.]+$/, '');
  if (keys.some((key) => key === 'clip_g' || key === 'clip_l'))
    return {
      role: 'embedding',
      base: 'sdxl',
      what: `an embedding for SDXL, the word “${word}”`,
      needs: wrongBase('sdxl'),
      usable: false,
    };
  const key =
    keys.find((own) => own.startsWith('string_to_param.') || own === 'emb_params') ??
    (keys.length === 1 && shapeOf(header, keys[0] ?? '').length <= 2 ? keys[0] : undefined);
  const shape = key === undefined ? [] : shapeOf(header, key);
  const width = shape.at(-1) ?? 0;
  const rows = shape.length === 2 ? (shape[0] ?? 0) : 1;
  if (key === undefined || shape.length === 0 || rows > 256 || ![768, 1024, 1280].includes(width)) return undefined;
  const base = width === 768 ? 'sd1' : width === 1024 ? 'sd2' : 'sdxl';
  return {
    role: 'embedding',
    base,
    what: `an embedding of ${rows} ${rows === 1 ? 'vector' : 'vectors'}, the word “${word}”`,
    needs: base === 'sd1' ? undefined : wrongBase(base),
    usable: base === 'sd1',
    contextWidth: width,
  };
};
