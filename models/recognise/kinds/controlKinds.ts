import { baseNames, baseOfContext, findKey, type Recogniser, shapeOf, wrongBase } from '../recognition.ts';

/** ControlNets and their relatives: known, and not run yet. */
export const recogniseControl: Recogniser = (header) => {
  const isLora = header.tensors.has('lora_controlnet');
  const isNet =
    findKey(
      header,
      /^(control_model\.|controlnet_cond_embedding\.|controlnet_down_blocks\.|zero_convs\.|input_hint_block\.)/,
    ) !== undefined;
  const isAdapter = findKey(header, /^(adapter\.)?body\.0\.(block1|resnets\.0\.block1|in_conv)\./) !== undefined;
  if (!isLora && !isNet && !isAdapter) return undefined;
  const context = findKey(
    header,
    /(input_blocks\.[1245]\.1|down_blocks\.[01]\.attentions\.0)\.transformer_blocks\.0\.attn2\.to_k(\.weight|\.down)$/,
  );
  const base = isAdapter ? undefined : (baseOfContext(shapeOf(header, context ?? '')[1]) ?? 'sd1');
  const what = isAdapter ? 'a T2I-Adapter' : isLora ? 'a Control-LoRA' : 'a ControlNet';
  return {
    role: 'control',
    base,
    what: base ? `${what} for ${baseNames[base]}` : what,
    needs: base && base !== 'sd1' ? wrongBase(base) : 'This program does not run it yet.',
    usable: false,
  };
};
