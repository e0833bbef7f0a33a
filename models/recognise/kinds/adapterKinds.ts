import { baseNames, baseOfContext, findKey, type Recogniser, shapeOf, wrongBase } from '../recognition.ts';

/** Which published image encoder gives vectors of that width: a picture's embedding, or a token's hidden state. */
const encoders = {
  embedding: new Map([
    [768, 'CLIP ViT-L'],
    [1024, 'CLIP ViT-H'],
    [1280, 'CLIP ViT-bigG'],
  ]),
  hidden: new Map([
    [1024, 'CLIP ViT-L'],
    [1280, 'CLIP ViT-H'],
    [1664, 'CLIP ViT-bigG'],
  ]),
} as const;

/** IP-Adapters in their published form (`image_proj`, `ip_adapter`) and their training form. */
export const recogniseAdapter: Recogniser = (header) => {
  const projector = findKey(header, /^image_proj(_model)?\./);
  const layer = findKey(header, /^(ip_adapter|adapter_modules)\.\d+\.to_k_ip\.weight$/);
  if (!projector && !layer) return undefined;
  const prefix = /^image_proj(_model)?\./.exec(projector ?? '')?.[0] ?? 'image_proj.';
  const contextWidth = shapeOf(header, layer ?? '')[1];
  const base = baseOfContext(contextWidth);
  const common = { role: 'image-adapter', base, contextWidth } as const;
  const refused = (what: string, needs: string) => ({ ...common, what, needs, usable: false });
  if (!projector || !layer)
    return refused('half of an IP-Adapter', 'Its projector or its attention layers are missing; fetch the file again.');
  if (
    findKey(header, /^ip_adapter\.\d+\.to_[qkv]_lora\./) ||
    findKey(header, /^image_proj(_model)?\.perceiver_resampler\./) ||
    (findKey(header, /^image_proj(_model)?\.proj\.0\.weight$/) && shapeOf(header, `${prefix}proj.0.weight`)[1] === 512)
  )
    return refused(
      `an IP-Adapter FaceID for ${baseNames[base ?? 'other']}`,
      'It needs a face embedding from insightface, which this program does not make.',
    );
  const isPlus = header.tensors.has(`${prefix}latents`);
  const isFullFace = header.tensors.has(`${prefix}proj.3.weight`);
  const kind = isPlus ? 'an IP-Adapter plus' : isFullFace ? 'an IP-Adapter of the full-face form' : 'an IP-Adapter';
  const tokens = isPlus
    ? (shapeOf(header, `${prefix}latents`)[1] ?? 16)
    : Math.round((shapeOf(header, `${prefix}proj.weight`)[0] ?? 0) / Math.max(1, contextWidth ?? 1));
  const what = `${kind} for ${baseNames[base ?? 'other']}${isFullFace ? '' : ` (${tokens} image tokens)`}`;
  if (base && base !== 'sd1') return refused(what, wrongBase(base));
  if (isFullFace) return refused(what, 'This program does not run the full-face form; take a base or a plus adapter.');
  const width = shapeOf(header, isPlus ? `${prefix}proj_in.weight` : `${prefix}proj.weight`)[1] ?? 0;
  const encoder = isPlus ? encoders.hidden.get(width) : encoders.embedding.get(width);
  return {
    ...common,
    what,
    needs: `It goes with ${encoder ? `the ${encoder} image encoder` : `an image encoder that gives ${width} numbers`}.`,
    usable: true,
    variant: isPlus ? 'plus' : 'base',
    imageWidths: isPlus ? { hidden: width } : { embedding: width },
  };
};
