import type { FileHeader } from '../fileHeader.ts';
import { type Base, baseNames, baseOfContext, findKey, type Recogniser, shapeOf, wrongBase } from '../recognition.ts';

const marks =
  /(\.lora_(down|up|A|B|mid)\b|\.lora\.(down|up)\.|_lora\.(down|up)\.|\.lora_linear_layer\.|\.hada_w|\.lokr_w|\.oft_(blocks|diag)|\.(glora|a1|b1)\.weight$|^lora_(unet|te\d?)_.*\.(diff|alpha)$)/;

/** Networks of other lineages, by how their modules are called in a LoRA. */
const otherModels: readonly { readonly name: string; readonly key: RegExp }[] = [
  {
    name: 'Wan',
    key: /(blocks[._]\d+[._](self_attn|cross_attn)[._][qkvo]\b|blocks[._]\d+[._]attn[12][._]to_[qkv].*blocks)/,
  },
  { name: 'Flux', key: /(single_transformer_blocks|double_blocks|single_blocks|lora_transformer_)/ },
  { name: 'Stable Diffusion 3', key: /joint_blocks|transformer\.transformer_blocks\.\d+\.attn\.add_[kq]_proj/ },
  { name: 'LTX-Video or another transformer', key: /^(transformer|diffusion_model)\.transformer_blocks\.\d+\./ },
];

/** What LoRAs made for few steps are called, and the recipe each was made for. */
const fewSteps: readonly {
  readonly name: RegExp;
  readonly what: string;
  readonly recipe: (steps: number) => { sampler: string; steps: number; guidance: number };
}[] = [
  {
    name: /hyper.*?(\d+)[_-]?steps?/i,
    what: 'Hyper-SD',
    recipe: (steps) =>
      steps === 1 ? { sampler: 'tcd', steps: 1, guidance: 1 } : { sampler: 'ddim', steps, guidance: 1 },
  },
  { name: /animatelcm/i, what: 'AnimateLCM’s', recipe: () => ({ sampler: 'lcm', steps: 6, guidance: 1.5 }) },
  { name: /tcd/i, what: 'TCD', recipe: () => ({ sampler: 'tcd', steps: 4, guidance: 1 }) },
  { name: /lcm/i, what: 'LCM', recipe: () => ({ sampler: 'lcm', steps: 4, guidance: 1 }) },
];

/** What people call a file of that form. */
function formOf(header: FileHeader): string {
  if (findKey(header, /\.(dora_scale|lora_magnitude_vector)/)) return 'DoRA';
  if (findKey(header, /\.hada_w/)) return 'LoHa';
  return findKey(header, /\.lokr_w/) ? 'LoKr' : 'LoRA';
}

/** LoRAs in every dialect: kohya, old and new diffusers, PEFT, LyCORIS. */
export const recogniseLora: Recogniser = (header, name) => {
  const first = findKey(header, marks);
  if (first === undefined) return undefined;
  const foreign = otherModels.find(({ key }) => findKey(header, key));
  if (foreign)
    return {
      role: 'lora',
      base: 'other',
      what: `a LoRA for ${foreign.name}`,
      needs: 'This program does not run that model.',
      usable: false,
    };
  const { base, contextWidth } = loraBase(header);
  const form = formOf(header);
  const few = fewSteps.find(({ name: pattern }) => pattern.test(name));
  const steps = Number(few?.name.exec(name)?.[1] ?? 4);
  const kind = few
    ? `a ${few.what} ${form}, made for few steps,`
    : /v3_sd15_adapter/i.test(name)
      ? 'AnimateDiff’s domain adapter, a LoRA'
      : `a ${form}`;
  const what = `${kind} for ${base ? baseNames[base] : 'a base its keys do not tell'}`;
  if (base && base !== 'sd1') return { role: 'lora', base, what, needs: wrongBase(base), usable: false, contextWidth };
  const unrun = findKey(header, /\.oft_|\.(a1|b1)\.weight$/);
  if (unrun)
    return {
      role: 'lora',
      base,
      what: unrun.includes('oft') ? `an OFT for ${baseNames.sd1}` : `a GLoRA for ${baseNames.sd1}`,
      needs: 'Its weights are no plain product, and this program does not run those.',
      usable: false,
      contextWidth,
    };
  return {
    role: 'lora',
    base: base ?? 'sd1',
    what,
    needs: 'It goes with a Stable Diffusion 1.5 checkpoint.',
    usable: true,
    contextWidth,
    recipe: few?.recipe(steps),
  };
};

/** Told by the width of the context that cross-attention reads, else by the text encoder's, else by what the file says. */
function loraBase(header: FileHeader): { base: Base | undefined; contextWidth: number | undefined } {
  if (findKey(header, /^(lora_te2_|text_encoder_2\.|lora_te1_)/)) return { base: 'sdxl', contextWidth: 2048 };
  const context = findKey(
    header,
    /attn2([._]processor)?[._]to_[kv](_lora)?\.(lora_down\.weight|lora_A(\.default)?\.weight|lora\.down\.weight|down\.weight|hada_w1_b)$/,
  );
  const width = context && shapeOf(header, context)[1];
  if (width) return { base: baseOfContext(width), contextWidth: width };
  const text = findKey(header, /(lora_te_|text_encoder\.).*self_attn[._]q_proj.*(down\.weight|lora_A\.weight)$/);
  const textWidth = text && shapeOf(header, text)[1];
  if (textWidth) return { base: baseOfContext(textWidth), contextWidth: textWidth };
  if (findKey(header, /transformer_blocks[._]1[._]attn1/)) return { base: 'sdxl', contextWidth: undefined };
  const says = `${header.metadata.get('modelspec.architecture') ?? ''} ${header.metadata.get('ss_base_model_version') ?? ''}`;
  if (/xl/i.test(says)) return { base: 'sdxl', contextWidth: undefined };
  if (/v2/.test(says)) return { base: 'sd2', contextWidth: undefined };
  if (/v1/.test(says)) return { base: 'sd1', contextWidth: undefined };
  if (/flux|sd3|wan|ltx|hunyuan/i.test(says)) return { base: 'other', contextWidth: undefined };
  return { base: undefined, contextWidth: undefined };
}
